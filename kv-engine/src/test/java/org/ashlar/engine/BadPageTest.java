package org.ashlar.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.engine.index.DamagedLeaf;
import org.ashlar.engine.index.IndexPages;
import org.ashlar.kv.Durability;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.MediaErrorException;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.Verification;
import org.ashlar.kv.VerifyReport;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.PoisonedPage;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolPlaces;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A page of the device goes bad between two opens: what is on it is told, and everything else is served. */
final class BadPageTest {
    private static final int RECORDS = 2_000;
    private static final int COMPILED = 50_000;
    private static final int REPEATED = 20;
    private static final int LARGE_BYTES = 20_000;
    private static final int ROUNDS = 50;
    /** One record of so many stays. */
    private static final int LEFT = 10;

    private static final int RUN_BYTES = 9_000;
    private static final int CHUNKS_BYTES = 150_000;
    /** Their headers fill one page, and most of the next. */
    private static final int USED_CHUNKS = 60;

    private static final int LIMIT_SECONDS = 60;
    /** No other record of these tests has its size class. */
    private static final int SIZE_OF_ITS_OWN = 400;

    private static final long PAGE_MASK = -4096L;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    /** What the child process does. */
    static final class Child {
        private Child() {}

        public static void main(final String[] arguments) {
            CompletableFuture.delayedExecutor(LIMIT_SECONDS, TimeUnit.SECONDS).execute(() -> {
                System.out.println("hangs");
                Thread.getAllStackTraces()
                        .forEach((thread, stack) -> System.out.println(thread + Arrays.toString(stack)));
                Runtime.getRuntime().halt(1);
            });
            final Path path = Path.of(arguments[1]);
            load(path);
            final String what = arguments[0];
            switch (what) {
                case "hash" -> hashKeysOfABadPage(path);
                case "superblock" -> serveWithoutASuperblock(path);
                case "section headers" -> serveWithoutSectionHeaders(path);
                case "large" -> getALargeValueOfABadPage(path);
                case "sparse" -> moveRecordsOfABadPage(path);
                case "chunk table", "chunk headers" -> readWithout(what, path);
                case "record descriptors", "leaf descriptors", "all chunk headers" ->
                    serveWithoutDescriptors(what, path, arguments[2].equals("from the beginning"));
                case "run chunk headers" -> serveWithoutHeadersOfRuns(path);
                case "fresh", "fresh in use", "fresh index" ->
                    putIntoFreshPages(path, Durability.valueOf(arguments[2]), what);
                default -> serveWithoutAPage(what, path);
            }
        }

        /** A page of records, or of the index. */
        private static void serveWithoutAPage(final String what, final Path path) {
            try (EngineStore store = TestStores.tiny(path)) {
                final KvMap map = store.map("m");
                final KvMap other = store.map("other");
                final long page = pageOf(((EngineMap) map).core(), what);
                PoisonedPage.at(page, path.resolveSibling("empty"));
                say("gets", RECORDS, i -> {
                    if (!Arrays.equals(map.get(key(i)), value(i))) {
                        throw new AssertionError("the value of " + i + " is another");
                    }
                });
                // Enough for the sweep to come to every page that the open before left.
                say("new", RECORDS, i -> other.put(key(RECORDS + i), value(i)));
                say("reads", RECORDS, i -> {
                    if (!Arrays.equals(other.get(key(RECORDS + i)), value(i))) {
                        throw new AssertionError("the new value of " + i + " is another");
                    }
                });
                final long keptOut = store.stats().quarantinedSlots();
                say("updates", RECORDS, i -> map.put(key(i), value(i)));
                System.out.println(
                        "kept out by them " + (store.stats().quarantinedSlots() - keptOut)); // good places for records
                final VerifyReport report = store.verify();
                System.out.println("sound " + report.isSound() + " " + report.problems());
                say("gets again", RECORDS, i -> {
                    if (!Arrays.equals(map.get(key(i)), value(i))) {
                        throw new AssertionError("the value of " + i + " became another");
                    }
                });
            }
            System.out.println("done");
        }

        /** Compiled first, and then on records that cannot be read, whose length of the key is whatever was in the register. */
        private static void hashKeysOfABadPage(final Path path) {
            try (EngineStore store = TestStores.tiny(path)) {
                final MapCore core = ((EngineMap) store.map("m")).core();
                final org.ashlar.engine.record.Keys keys = new org.ashlar.engine.record.Keys(42);
                final long good = recordOf(core, 0);
                final long hash = keys.hashOf(good);
                for (int i = 0; i < COMPILED; i++) {
                    if (keys.hashOf(good) != hash) {
                        throw new AssertionError("another hash");
                    }
                }
                final long page = pageOf(core, "record");
                PoisonedPage.at(page, path.resolveSibling("empty"));
                say("hashes", RECORDS, i -> keys.hashOf(page + (i & 15L) * Long.BYTES));
            }
            System.out.println("done");
        }

        /** Its page has the root of the catalog; a map that was asked for before leads to all that it has. */
        private static void serveWithoutASuperblock(final Path path) {
            final EngineStore store = TestStores.tiny(path);
            final KvMap map = store.map("m");
            final KvMap other = store.map("other");
            for (int i = 0; i < COMPILED; i++) {
                if (!store.renameMap(i % 2 == 0 ? "other" : "renamed", i % 2 == 0 ? "renamed" : "other")) {
                    throw new AssertionError("not there to be renamed");
                }
            }
            PoisonedPage.at(store.space().pool().engineArea() & PAGE_MASK, path.resolveSibling("empty"));
            say("gets", RECORDS, i -> {
                if (!Arrays.equals(map.get(key(i)), value(i))) {
                    throw new AssertionError("the value of " + i + " is another");
                }
            });
            say("updates", RECORDS, i -> map.put(key(i), value(i + 1)));
            say("deletes", RECORDS / 2, i -> map.delete(key(i)));
            say("new", RECORDS, i -> other.put(key(RECORDS + i), value(i)));
            sayTold("maps", () -> store.map("m"));
            sayTold("new maps", () -> store.map("new"));
            sayTold("names", store::mapNames);
            sayTold("drops", () -> store.dropMap("other"));
            sayTold("renamings", () -> store.renameMap("other", "renamed"));
            sayTold("clearings", other::clear);
            sayProblems(store);
            say("gets again", RECORDS, i -> {
                if (!Arrays.equals(map.get(key(i)), i < RECORDS / 2 ? null : value(i + 1))) {
                    throw new AssertionError("the value of " + i + " became another");
                }
            });
            say("reads", RECORDS, i -> {
                if (!Arrays.equals(other.get(key(RECORDS + i)), value(i))) {
                    throw new AssertionError("the new value of " + i + " is another");
                }
            });
            say("closes", 1, i -> store.close());
            System.out.println("done");
        }

        /** Nothing can be stored or given back; places of records are known without it. */
        private static void readWithout(final String what, final Path path) {
            final EngineStore store = TestStores.tiny(path);
            final Pool pool = store.space().pool();
            final PoolPlaces places = new PoolPlaces(pool, true);
            final long place = what.equals("chunk table") ? places.chunkTable() : places.chunkHeaders();
            final KvMap map = store.map("m");
            for (int i = 0; i < RECORDS; i++) {
                map.put(key(i), value(i)); // replaced ones wait to be given back
            }
            PoisonedPage.at(pool.engineArea() - PoolPlaces.ENGINE_AREA + place, path.resolveSibling("empty"));
            sayProblems(store);
            say("gets", RECORDS, i -> {
                if (!Arrays.equals(map.get(key(i)), value(i))) {
                    throw new AssertionError("the value of " + i + " is another");
                }
            });
            say("closes", 1, i -> store.close());
            System.out.println("done");
        }

        /** Compiled first: then a fault is thrown late, where it must not leave a page locked. */
        private static void moveRecordsOfABadPage(final Path path) {
            try (EngineStore store = TestStores.tiny(path)) {
                final KvMap other = store.map("other");
                for (int round = 0; round < ROUNDS; round++) {
                    thinOut(other);
                    store.compact();
                }
                final KvMap map = store.map("m");
                thinOut(map);
                final long page = recordOf(((EngineMap) map).core(), 0) & PAGE_MASK;
                PoisonedPage.at(page, path.resolveSibling("empty"));
                say("compactions", ROUNDS, i -> store.compact());
                say("new", RECORDS, i -> other.put(key(RECORDS + i), value(i)));
                say("compactions again", ROUNDS, i -> store.compact());
                say("gets", RECORDS / LEFT, i -> {
                    if (!Arrays.equals(map.get(key(i * LEFT)), value(i * LEFT))) {
                        throw new AssertionError("the value of " + i * LEFT + " is another");
                    }
                });
                System.out.println("sound " + store.verify().isSound());
            }
            System.out.println("done");
        }

        /** They hold figures only, besides a stamp; the first touch of each page of an open counts there. */
        private static void serveWithoutSectionHeaders(final Path path) {
            for (final boolean isBadFromTheBeginning : new boolean[] {false, true}) {
                try (EngineStore store = TestStores.tiny(path)) {
                    final Pool pool = store.space().pool();
                    final long page =
                            pool.engineArea() - PoolPlaces.ENGINE_AREA + new PoolPlaces(pool, true).sectionHeaders();
                    final KvMap map = store.map("m");
                    final KvMap other = store.map("other");
                    if (!isBadFromTheBeginning) {
                        for (int i = 0; i < COMPILED; i++) {
                            other.put(key(RECORDS + i), value(i));
                        }
                    }
                    PoisonedPage.at(page, path.resolveSibling("empty"));
                    say("gets", RECORDS, i -> {
                        if (!Arrays.equals(map.get(key(i)), value(i))) {
                            throw new AssertionError("the value of " + i + " is another");
                        }
                    });
                    say("new", RECORDS, i -> other.put(key(RECORDS + COMPILED + i), value(i)));
                    say("updates", RECORDS, i -> map.put(key(i), value(i)));
                    say("figures", 1, i -> store.stats());
                    System.out.println("sound " + store.verify().isSound());
                }
            }
            System.out.println("done");
        }

        /** They say what is free, and hold the locks; nothing that is stored is in them. */
        private static void serveWithoutDescriptors(
                final String what, final Path path, final boolean isBadFromTheBeginning) {
            try (EngineStore store = TestStores.tiny(path)) {
                for (int i = 0; i < RECORDS; i++) { // enough for pages of records whose descriptors are by themselves
                    store.map("more").put(key(i), largerValue(i));
                }
            }
            final byte[][] served = new byte[RECORDS][];
            final EngineStore broken = TestStores.tiny(path);
            final KvMap map = broken.map("more");
            final KvMap other = broken.map("other");
            for (int i = 0; !isBadFromTheBeginning && i < COMPILED; i++) {
                map.put(key(i % RECORDS), largerValue(i % RECORDS)); // the newest page is the one that is being filled
            }
            PoisonedPage.at(descriptorsOf(what, broken, ((EngineMap) map).core()), path.resolveSibling("empty"));
            final boolean[] deleted = sayTyped("deletes", RECORDS / 2, i -> map.delete(key(2 * i)));
            final boolean[] updated =
                    sayTyped("updates", RECORDS / 2, i -> map.put(key(2 * i + 1), largerValue(2 * i + 2)));
            sayTyped("new", RECORDS, i -> other.put(key(RECORDS + i), value(i)));
            sayTyped("gets", RECORDS, i -> {
                served[i] = map.get(key(i));
                final boolean isChanged = i % 2 == 0 ? deleted[i / 2] : updated[i / 2];
                final boolean isNew = Arrays.equals(served[i], i % 2 == 0 ? null : largerValue(i + 1));
                if (!isNew && (isChanged || !Arrays.equals(served[i], largerValue(i)))) {
                    throw new AssertionError("the value of " + i + " is another");
                }
            });
            sayTyped("figures", REPEATED, i -> broken.stats());
            sayTyped("compactions", REPEATED, i -> broken.compact());
            sayProblems(broken);
            sayTyped("closes", 1, i -> broken.close());
            try (EngineStore store = TestStores.tiny(path)) {
                System.out.println("opened again: sound " + store.verify().isSound());
                for (int i = 0; i < RECORDS; i++) {
                    if (!Arrays.equals(store.map("more").get(key(i)), served[i])) {
                        throw new AssertionError("the value of " + i + " became another");
                    }
                }
            }
            System.out.println("done");
        }

        /** Of the chunks whose headers go bad some hold runs, with room between them and without, some are free, and some were never used. */
        private static void serveWithoutHeadersOfRuns(final Path path) {
            final Map<Integer, byte[]> expected = new TreeMap<>();
            final EngineStore broken = TestStores.tiny(path);
            final KvMap map = broken.map("runs");
            final Pool pool = broken.space().pool();
            for (int i = 0;
                    broken.space().usedBytes()
                            < (long) USED_CHUNKS * pool.geometry().chunkBytes();
                    i++) {
                map.put(key(i), run(i));
                expected.put(i, run(i));
            }
            final int last = expected.size();
            for (int i = last / 4; i < last; i++) {
                if (i > last * 3 / 4 || i % LEFT == 0) {
                    map.delete(key(i));
                    expected.remove(i);
                }
            }
            broken.upkeep().judgeAll(); // takes back what no reader can hold
            System.out.println("free: " + (broken.space().freeChunks() > LEFT));
            PoisonedPage.at(pool.descriptors().chunkHeader(USED_CHUNKS - 1) & PAGE_MASK, path.resolveSibling("empty"));
            final List<Integer> keys = List.copyOf(expected.keySet());
            sayTyped("new", last / 2, i -> {
                final byte[] value = i % LEFT == 0 ? new byte[CHUNKS_BYTES] : run(i);
                map.put(key(last + i), value);
                expected.put(last + i, value);
            });
            sayTyped("updates", keys.size() / 2, i -> {
                map.put(key(keys.get(2 * i)), run(-i));
                expected.put(keys.get(2 * i), run(-i));
            });
            sayTyped("deletes", keys.size() / 2, i -> {
                map.delete(key(keys.get(2 * i + 1)));
                expected.remove(keys.get(2 * i + 1));
            });
            sayTyped("figures", REPEATED, i -> broken.stats());
            sayTyped("compactions", REPEATED, i -> broken.compact());
            sayTyped("gets", 1, i -> checkAll(map, expected));
            sayProblems(broken);
            sayTyped("closes", 1, i -> broken.close());
            try (EngineStore store = TestStores.tiny(path)) {
                System.out.println("opened again: sound " + store.verify().isSound());
                checkAll(store.map("runs"), expected);
            }
            System.out.println("done");
        }

        private static byte[] run(final int i) {
            return Arrays.copyOf(value(i & Integer.MAX_VALUE), RUN_BYTES);
        }

        private static void checkAll(final KvMap map, final Map<Integer, byte[]> expected) {
            expected.forEach((i, value) -> {
                if (!Arrays.equals(map.get(key(i)), value)) {
                    throw new AssertionError("the value of " + i + " is another");
                }
            });
            if (map.size() != expected.size()) {
                throw new AssertionError(map.size() + " records");
            }
        }

        private static long descriptorsOf(final String what, final EngineStore store, final MapCore core) {
            final Pool pool = store.space().pool();
            final List<Long> leaves = IndexPages.leaves(core.index());
            if (what.equals("all chunk headers")) {
                return pool.descriptors().chunkHeader(0) & PAGE_MASK;
            }
            if (what.equals("leaf descriptors")) {
                return descriptorsOf(pool, leaves.get(leaves.size() - 1));
            }
            for (int i = RECORDS - 1; i >= 0; i--) {
                final long page = descriptorsOf(pool, recordOf(core, i));
                if (leaves.stream().noneMatch(leaf -> descriptorsOf(pool, leaf) == page)) {
                    return page;
                }
            }
            throw new AssertionError("leaves everywhere");
        }

        private static long descriptorsOf(final Pool pool, final long address) {
            return pool.descriptors().core((address - pool.dataAddress()) / -PAGE_MASK) & PAGE_MASK;
        }

        private static void getALargeValueOfABadPage(final Path path) {
            try (EngineStore store = TestStores.tiny(path)) {
                final KvMap map = store.map("m");
                final byte[] value = new byte[LARGE_BYTES];
                Arrays.fill(value, (byte) 1);
                map.put(key(0), value);
                final UnsafeBuffer target = new UnsafeBuffer(new byte[LARGE_BYTES]);
                final UnsafeBuffer key = new UnsafeBuffer(key(0));
                for (int i = 0; i < COMPILED; i++) {
                    map.get(key(0));
                    map.get(key, 0, key.capacity(), target, 0);
                }
                final long page = (recordOf(((EngineMap) map).core(), 0) + LARGE_BYTES / 2) & PAGE_MASK;
                PoisonedPage.at(page, path.resolveSibling("empty"));
                sayTold("gets", () -> map.get(key(0)));
                sayTold("gets into a buffer", () -> map.get(key, 0, key.capacity(), target, 0));
            }
            System.out.println("done");
        }

        /** Leaves pages with few records. */
        private static void thinOut(final KvMap map) {
            for (int i = 0; i < RECORDS; i++) {
                map.put(key(i), value(i));
            }
            for (int i = 0; i < RECORDS; i++) {
                if (i % LEFT != 0) {
                    map.delete(key(i));
                }
            }
        }

        private static void sayProblems(final EngineStore store) {
            final VerifyReport report = store.verify();
            System.out.println("verify: sound " + report.isSound() + " " + report.problems());
            final Verification scrub = store.verification();
            while (scrub.step(1 << 16)) {
                // to its end
            }
            System.out.println("scrub: sound " + scrub.report().isSound() + " "
                    + scrub.report().problems());
        }

        /** A page that nothing was in yet, so that nobody has read it when it is written to. */
        private static void putIntoFreshPages(final Path path, final Durability durability, final String which) {
            int told = 0;
            int published = 0;
            try (EngineStore store =
                    EngineStore.open(path, TestStores.options().withDurability(durability), Tuning.tiny())) {
                final boolean isIndexPage = which.equals("fresh index");
                final KvMap map = isIndexPage ? mapWithRoomBehindItsLeaf(store) : store.map("new");
                final int size = isIndexPage ? 0 : SIZE_OF_ITS_OWN;
                map.put(key(0), new byte[size]);
                PoisonedPage.at(freshPage(((EngineMap) map).core(), which), path.resolveSibling("empty"));
                for (int i = 1; i < RECORDS; i++) {
                    try {
                        map.put(key(i), new byte[size]);
                        Memory.settleFaults();
                    } catch (final StoreException | InternalError e) {
                        told++;
                        published += isThere(map, i) ? 1 : 0;
                    }
                }
                int right = 0;
                for (int i = 0; i < RECORDS; i++) {
                    final byte[] found = map.get(key(i));
                    right += found != null && found.length == size ? 1 : 0;
                }
                final VerifyReport report = store.verify();
                System.out.println(store.durability().mechanism() + ": told " + told + ", published " + published
                        + ", missing " + (RECORDS - right - told) + ", sound " + report.isSound() + ' '
                        + report.problems() + ", kept out " + store.stats().quarantinedSlots());
            }
            System.out.println("done");
        }

        /** The leaf of a new map is the index page that was taken last; the next in its chunk comes next. */
        private static KvMap mapWithRoomBehindItsLeaf(final EngineStore store) {
            final Pool pool = store.space().pool();
            for (int i = 0; ; i++) {
                final KvMap map = store.map("new-" + i);
                final long leaf = DamagedLeaf.lastOf(((EngineMap) map).core().index()) - pool.dataAddress();
                if (leaf % pool.geometry().chunkBytes() < pool.geometry().chunkBytes() / 2) {
                    return map;
                }
            }
        }

        private static long freshPage(final MapCore core, final String which) {
            return switch (which) {
                case "fresh in use" -> (recordOf(core, 0) & PAGE_MASK) - PAGE_MASK; // the span was taken as a whole
                case "fresh" -> (recordOf(core, 0) & PAGE_MASK) - PAGE_MASK * 6; // in the next span
                default -> DamagedLeaf.lastOf(core.index()) - PAGE_MASK;
            };
        }

        private static boolean isThere(final KvMap map, final int i) {
            try {
                final boolean isThere = map.get(key(i)) != null;
                Memory.settleFaults();
                return isThere;
            } catch (final StoreException | InternalError e) {
                return true;
            }
        }

        private static long pageOf(final MapCore core, final String what) {
            return what.equals("index") ? DamagedLeaf.lastOf(core.index()) : recordOf(core, RECORDS / 2) & PAGE_MASK;
        }

        private static void sayTold(final String what, final Runnable call) {
            int told = 0;
            for (int i = 0; i < REPEATED; i++) {
                try {
                    call.run();
                    Memory.settleFaults();
                    System.out.println(what + ": returned");
                } catch (final StoreException | InternalError e) {
                    told += e instanceof MediaErrorException ? 1 : 0;
                }
            }
            System.out.println(what + ": told " + told);
        }

        /** Which calls have returned; and how many were told by the exception for it, and how many otherwise, or too late. */
        private static boolean[] sayTyped(
                final String what, final int count, final java.util.function.IntConsumer call) {
            final boolean[] returned = new boolean[count];
            int told = 0;
            int otherwise = 0;
            for (int i = 0; i < count; i++) {
                try {
                    call.accept(i);
                    returned[i] = true;
                    Memory.settleFaults();
                } catch (final MediaErrorException e) {
                    told++;
                } catch (final RuntimeException | InternalError e) {
                    otherwise++;
                }
            }
            System.out.println(what + ": told " + told + ", otherwise " + otherwise);
            return returned;
        }

        private static void say(final String what, final int count, final java.util.function.IntConsumer call) {
            int told = 0;
            for (int i = 0; i < count; i++) {
                try {
                    call.accept(i);
                    Memory.settleFaults(); // the JVM may deliver the error a few instructions late: after the call
                } catch (final StoreException | InternalError e) {
                    told++;
                }
            }
            System.out.println(what + ": told " + told);
        }
    }

    private static byte[] key(final int i) {
        return Integer.toString(i).getBytes(US_ASCII);
    }

    private static byte[] value(final int i) {
        final byte[] value = new byte[60];
        Arrays.fill(value, (byte) (i % 100 + 1));
        return value;
    }

    private static byte[] largerValue(final int i) {
        return Arrays.copyOf(value(i), SIZE_OF_ITS_OWN);
    }

    private static long recordOf(final MapCore core, final int i) {
        final long record = TestStores.recordOf(core, key(i));
        assertTrue(record != 0);
        return record;
    }

    private static void load(final Path path) {
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            for (int i = 0; i < RECORDS; i++) {
                map.put(key(i), value(i));
            }
            store.map("other").put(key(0), value(0));
        }
    }

    private String runWith(final String flag, final String what) {
        final List<String> flags = List.of(ChildJvm.OPENS, flag);
        final String path = folder.resolve("pool").toString();
        return ChildJvm.run(folder, ChildJvm.command(flags, Child.class, what, path));
    }

    private String run(final String what, final String... more) {
        final List<String> arguments =
                new ArrayList<>(List.of(what, folder.resolve("pool").toString()));
        arguments.addAll(List.of(more));
        return ChildJvm.run(folder, ChildJvm.command(Child.class, arguments.toArray(String[]::new)));
    }

    @ParameterizedTest
    @CsvSource({"record, the record at linear offset", "index, the index page at linear offset"})
    void newRecordsAreStoredAndVerifyNamesThePageWhereOneThatIsNotTheirsIsBad(final String what, final String named) {
        final String output = run(what);
        assertTrue(output.endsWith("done\nexit code 0"), output);
        assertFalse(output.contains("gets: told 0\n"), output);
        assertTrue(output.contains("new: told 0\n"), output);
        assertTrue(output.contains("reads: told 0\n"), output);
        assertTrue(output.contains("sound false") && output.contains(named), output);
        assertTrue(output.contains("kept out by them 0\n") || what.equals("record"), output);
    }

    @Test
    void aHashOfAKeyInABadPageIsAnErrorWhateverTheLengthSeemsToBe() {
        final String output = run("hash");
        assertTrue(output.endsWith("hashes: told " + RECORDS + "\ndone\nexit code 0"), output);
    }

    @Test
    void mapsThatWereAskedForAreServedWhenTheSuperblockGoesBadAndWhatNeedsItIsTold() {
        final String output = run("superblock");
        for (final String what : List.of("gets", "updates", "deletes", "new", "gets again", "reads")) {
            assertTrue(output.contains(what + ": told 0\n"), output);
        }
        for (final String what : List.of("maps", "new maps", "names", "drops", "renamings", "clearings")) {
            assertTrue(output.contains(what + ": told 20\n"), output);
        }
        assertTrue(output.contains("verify: sound false [the catalog"), output);
        assertTrue(output.contains("scrub: sound false [the catalog"), output);
        assertTrue(output.endsWith("done\nexit code 0"), output);
    }

    @ParameterizedTest
    @CsvSource({
        "chunk table, the device reported a fault",
        "chunk headers, 'what is free in chunk 0, at linear offset 0, cannot be told'"
    })
    void verifyReportsThatWhatTheSpaceIsForCannotBeReadAndAllIsRead(final String what, final String named) {
        final String output = run(what);
        assertTrue(output.contains("verify: sound false ["), output);
        assertTrue(output.contains("scrub: sound false ["), output);
        assertTrue(output.contains(named), output);
        assertTrue(output.contains("gets: told 0\n"), output);
        assertTrue(output.endsWith("done\nexit code 0"), output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"from the beginning", "while open"})
    void allIsServedWithoutDescriptorsOfRecordsAndNothingIsLost(final String when) {
        final String output = run("record descriptors", when);
        for (final String what : List.of("updates", "deletes", "new", "gets", "figures", "compactions", "closes")) {
            assertTrue(output.contains(what + ": told 0, otherwise 0\n"), output);
        }
        assertToldByItsExceptionAndNothingLost(output);
    }

    /** Where nobody can tell what is free, nothing is taken. */
    @ParameterizedTest
    @ValueSource(strings = {"from the beginning", "while open"})
    void nothingIsLostWithoutChunkHeaders(final String when) {
        final String output = run("all chunk headers", when);
        assertTrue(output.contains("gets: told 0, otherwise 0\n"), output);
        assertToldByItsExceptionAndNothingLost(output);
    }

    /** What is free there is not given out, what is given back stays taken; others have room. */
    @Test
    void allIsServedWithoutHeadersOfSomeChunksOfRuns() {
        final String output = run("run chunk headers");
        assertTrue(output.contains("free: true\n"), output);
        for (final String what : List.of("new", "updates", "deletes", "gets", "figures", "compactions", "closes")) {
            assertTrue(output.contains(what + ": told 0, otherwise 0\n"), output);
        }
        assertToldByItsExceptionAndNothingLost(output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"from the beginning", "while open"})
    void onlyWritesAreToldThatDescriptorsOfTheIndexCannotBeReadAndNothingIsLost(final String when) {
        final String output = run("leaf descriptors", when);
        for (final String what : List.of("new", "gets", "figures", "closes")) {
            assertTrue(output.contains(what + ": told 0, otherwise 0\n"), output);
        }
        assertFalse(output.contains("updates: told 0,"), output);
        assertToldByItsExceptionAndNothingLost(output);
    }

    private static void assertToldByItsExceptionAndNothingLost(final String output) {
        assertEquals(7, output.split(", otherwise 0\n", -1).length - 1, output); // of so many kinds of calls
        assertTrue(output.contains("verify: sound false ["), output);
        assertTrue(output.contains("scrub: sound false ["), output);
        assertTrue(output.endsWith("opened again: sound true\ndone\nexit code 0"), output);
    }

    @Test
    void aBadPageWhoseRecordsAreToBeMovedStaysAsItIsAndBlocksNobody() {
        final String output = runWith("-Xbatch", "sparse"); // else what is compiled by then differs from run to run
        assertTrue(output.endsWith("done\nexit code 0"), output);
        assertTrue(output.contains("new: told 0\n"), output);
        assertFalse(output.contains("gets: told 0\n") || output.contains("gets: told 200\n"), output);
        assertTrue(output.contains("sound false"), output);
    }

    @Test
    void figuresOfSectionsThatCannotBeKeptFailNothing() {
        final String output = run("section headers");
        final String served = "gets: told 0\nnew: told 0\nupdates: told 0\nfigures: told 0\nsound true\n";
        assertTrue(output.endsWith(served + served + "done\nexit code 0"), output);
    }

    /** The last bytes that it copies are good; a fault shows late. */
    @Test
    void aGetOfALargeValueThatMeetsABadPageIsToldBeforeItReturns() {
        final String output = run("large");
        assertTrue(output.endsWith("gets: told 20\ngets into a buffer: told 20\ndone\nexit code 0"), output);
    }

    /** What was stored there is not on the device. A slot that begins in the page before may reach into it. */
    @ParameterizedTest
    @CsvSource({
        "fresh, WRITE_BACK_FORCED, 1",
        "fresh, PROCESS_CRASH, 1",
        "fresh in use, WRITE_BACK_FORCED, 12",
        "fresh in use, PROCESS_CRASH, 12"
    })
    void aFreePageThatIsBadFailsNoMorePutsThanItHasSlotsAndNoEntryLeadsThere(
            final String which, final String durability, final int most) {
        final String output = run(which, durability);
        assertTrue(output.endsWith("done\nexit code 0"), output);
        assertTrue(Integer.parseInt(output.replaceAll("(?s).*told (\\d+),.*", "$1")) <= most, output);
        assertTrue(output.contains("published 0, missing 0, sound true"), output);
        assertFalse(output.contains("kept out 0"), output);
    }

    /** JDK 17 dies where it fills such a page. */
    @ParameterizedTest
    @ValueSource(strings = {"WRITE_BACK_FORCED", "PROCESS_CRASH"})
    void aFreePageThatIsBadIsNotTakenForTheIndex(final String durability) {
        final String output = run("fresh index", durability);
        assertTrue(output.endsWith("done\nexit code 0"), output);
        assertTrue(output.contains("told 0, published 0, missing 0, sound true [], kept out 1"), output);
    }

    @Test
    void whatVerifyCouldNotWalkIsNotFreed() {
        final Path path = folder.resolve("pool");
        load(path);
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            final long leaf = DamagedLeaf.lastOf(((EngineMap) map).core().index());
            DamagedLeaf.flip(leaf);
            assertFalse(store.verify().isSound());
            final KvMap other = store.map("other");
            for (int i = 0; i < RECORDS; i++) {
                other.put(key(i), new byte[60]);
            }
            DamagedLeaf.flip(leaf);
            for (int i = 0; i < RECORDS; i++) {
                org.junit.jupiter.api.Assertions.assertArrayEquals(value(i), map.get(key(i)), "key " + i);
            }
            assertEquals(RECORDS, map.size());
        }
    }
}
