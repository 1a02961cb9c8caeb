package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.ashlar.engine.index.DirtyEntries;
import org.ashlar.engine.index.HashIndex;
import org.ashlar.engine.index.IndexPages;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.SalvageReport;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.StoreFullException;
import org.ashlar.kv.StoreLockedException;
import org.ashlar.kv.VerifyReport;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Mounts;
import org.ashlar.pmem.Permissions;
import org.ashlar.pmem.PoolPlaces;
import org.ashlar.pmem.RefusedCalls;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Machines that do not give what a store needs, in child processes: a typed exception, and the JVM lives. */
final class HostileMachineTest {
    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private static final int CUT_KEYS = 20_000;

    /** What a child does, by name. */
    static final class Child {
        private Child() {}

        public static void main(final String[] arguments) throws Exception {
            final Path path = Path.of(arguments[1]);
            try {
                switch (arguments[0]) {
                    case "open unwritable" -> {
                        RefusedCalls.refuseWriting();
                        Store.open(path, TestStores.options()).close();
                    }
                    case "serve unallocated" -> {
                        RefusedCalls.refuseAllocation();
                        serve(path);
                    }
                    case "read-only unwritable" -> {
                        RefusedCalls.refuseWriting();
                        readOnly(path);
                    }
                    case "open" -> Store.open(path, TestStores.options()).close();
                    case "hold" -> hold(path);
                    case "truncate" -> truncate(path, arguments[2]);
                    case "mode" -> {
                        takePermission(path);
                        readOnly(path);
                    }
                    case "cut" -> cutAndSalvage(path, path.resolveSibling("target"));
                    case "fill" -> fill(path, arguments[2].equals("tiny"));
                    case "refill" -> refill(path, path.resolveSibling("ballast"));
                    case "refill refused" -> refill(path, null);
                    case "serve" -> serve(path);
                    case "read-only" -> readOnly(path);
                    default -> throw new IllegalArgumentException(arguments[0]);
                }
                System.out.println("done");
            } catch (final StoreException e) {
                System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
            }
        }

        private static void hold(final Path path) throws IOException {
            try (Store store = TestStores.tiny(path)) {
                System.out.println("open " + store.mapNames().size());
                final int end = System.in.read();
                System.out.println("end " + end);
            }
        }

        /** Cuts the file under an open store, and calls a method until it is told of the fault. */
        private static void truncate(final Path path, final String call) throws IOException {
            final EngineStore store = TestStores.tiny(path);
            final KvMap map = store.map("m");
            final SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < 30_000; i++) { // enough for all to be compiled
                map.put(key(random), new byte[60]);
                map.get(key(random));
            }
            try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
                file.setLength(file.length() / 2);
            }
            int told = 0;
            int late = 0;
            int wrong = 0;
            for (int i = 0; i < 2_000 && told + late < 20; i++) {
                try {
                    switch (call) {
                        case "get" -> wrong += isStored(map.get(key(random))) ? 0 : 1;
                        case "put" -> map.put(key(random), new byte[60]);
                        case "delete" -> map.delete(key(random));
                        case "forEach" -> map.forEach((key, value) -> value.capacity() >= 0);
                        case "verify" -> assertReports(store.verify());
                        default -> throw new IllegalArgumentException(call);
                    }
                } catch (final StoreException e) {
                    System.out.println(told++ == 0 ? e.getClass().getSimpleName() + ": " + e.getMessage() : "");
                } catch (final InternalError e) {
                    late++; // the JVM may deliver the error a few instructions late: after the call has returned
                }
            }
            System.out.println("told " + told + ", late " + late + ", wrong " + wrong);
            try {
                store.close();
            } catch (final StoreException e) {
                System.out.println("close: " + e.getClass().getSimpleName());
            }
        }

        /** Takes away the permission to write under an open store, which grows; then opens again. */
        private static void takePermission(final Path path) throws IOException {
            try (EngineStore store = TestStores.tiny(path)) {
                final int chunks = store.space().pool().allocatedChunks();
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r--------"));
                Files.setPosixFilePermissions(path.getParent(), PosixFilePermissions.fromString("r-x------"));
                for (int i = 0; i < 3_000; i++) {
                    store.map("m").put(numbered(10_000 + i), new byte[500]);
                }
                System.out.println("grown " + (store.space().pool().allocatedChunks() > chunks));
            }
            try (EngineStore store = TestStores.tiny(path)) {
                System.out.println("for writing: opened, " + store.mapNames().size());
            } catch (final StoreException e) {
                System.out.println("for writing: " + e.getClass().getSimpleName());
            }
        }

        /** Cuts the file under an open store, and holds every key against what was stored, in the store and in what salvage makes of it. */
        private static void cutAndSalvage(final Path path, final Path target) throws IOException {
            final EngineStore store = TestStores.tiny(path);
            final KvMap map = store.map("m");
            for (int i = 0; i < CUT_KEYS; i++) {
                map.put(numbered(i), valueOf(i));
            }
            final PoolPlaces places = new PoolPlaces(store.space().pool(), true);
            final long data = store.space().pool().dataAddress();
            final HashIndex index = ((EngineMap) map).core().index();
            long cut = Files.size(path) / 2 & -4096L;
            for (final long page : IndexPages.segments(index)) {
                cut = Math.max(cut, places.data(page - data) + 4096);
            }
            cut = Math.max(cut, places.data(IndexPages.rootRecord(index) - data) + 8192);
            final long end = cut;
            final Set<String> before = new HashSet<>();
            IndexPages.records(index, (record, lastPage) -> {
                final int keyLength = RecordHeader.keyLength(record);
                final long bytes = RecordHeader.size(keyLength, RecordHeader.valueLength(record));
                if (places.data(record - data + bytes) < end && places.data(lastPage - data) < end) {
                    final byte[] key = new byte[keyLength];
                    Memory.copyOut(record + RecordHeader.BYTES, key, Memory.ARRAY_BASE, keyLength);
                    before.add(new String(key, StandardCharsets.US_ASCII));
                }
            });
            try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
                file.setLength(cut);
            }
            System.out.println("before the cut " + (before.size() > 1_000 && before.size() < CUT_KEYS - 1_000));
            int lost = 0;
            int wrong = 0;
            int told = 0;
            int refused = 0;
            for (int i = 0; i < CUT_KEYS; i++) {
                try {
                    final byte[] value = getDespiteLateFaults(map, numbered(i));
                    lost += value == null ? 1 : 0;
                    wrong += value != null && !Arrays.equals(value, valueOf(i)) ? 1 : 0;
                } catch (final StoreException e) {
                    told++;
                    refused += before.contains(Integer.toString(i)) ? 1 : 0;
                }
            }
            // A get of a key reads other records too, whose tags are the same by chance.
            System.out.println("lost " + lost + ", wrong " + wrong + ", refused before the cut "
                    + (refused <= before.size() / 200 ? "few" : refused));
            System.out.println("some told " + (told > 0));
            try {
                store.close();
            } catch (final StoreException e) {
                System.out.println("close: " + e.getClass().getSimpleName());
            }
            final SalvageReport report = Salvage.run(path, target, TestStores.options(), Tuning.tiny(), null);
            int missing = 0;
            int spoilt = 0;
            try (EngineStore salvaged = TestStores.tiny(target)) {
                for (int i = 0; i < CUT_KEYS; i++) {
                    final byte[] value = salvaged.map("m").get(numbered(i));
                    missing += value == null && before.contains(Integer.toString(i)) ? 1 : 0;
                    spoilt += value != null && !Arrays.equals(value, valueOf(i)) ? 1 : 0;
                }
                TestStores.assertSound(salvaged);
            }
            System.out.println("salvage: missing " + missing + ", wrong " + spoilt + ", lists "
                    + (report.lost().size() > 0));
        }

        /** The JVM may deliver the fault of a call a few instructions late: in the next one. */
        private static byte @Nullable [] getDespiteLateFaults(final KvMap map, final byte[] key) {
            while (true) {
                try {
                    return map.get(key);
                } catch (final InternalError e) {
                    System.out.println("late");
                }
            }
        }

        private static boolean isStored(final byte @Nullable [] value) {
            return value == null || Arrays.equals(value, new byte[60]);
        }

        private static byte[] valueOf(final int key) {
            final byte[] value = new byte[60];
            new SplittableRandom(key).nextBytes(value);
            return value;
        }

        /** A report is as good as an exception. */
        private static void assertReports(final VerifyReport report) {
            if (!report.isSound()) {
                throw new CorruptStoreException(report.problems().get(0));
            }
        }

        private static byte[] key(final SplittableRandom random) {
            return Integer.toString(random.nextInt(20_000)).getBytes(StandardCharsets.US_ASCII);
        }

        /** Fills a device of a few MiB with a store that may grow further, deletes half, writes again, reopens. */
        private static void fill(final Path path, final boolean tiny) throws IOException {
            int stored = 0;
            try (Store store = openForFilling(path, tiny)) {
                final KvMap map = store.map("m");
                try {
                    for (; ; stored++) {
                        map.put(Integer.toString(stored).getBytes(StandardCharsets.US_ASCII), new byte[1_000]);
                    }
                } catch (final StoreFullException e) {
                    System.out.println("full: " + e.getMessage());
                    System.out.println("free bytes that the device does not have: " + (e.available() > 8 << 20));
                }
                for (int i = 0; i < stored; i += 2) {
                    map.delete(Integer.toString(i).getBytes(StandardCharsets.US_ASCII));
                }
                for (int i = 0; i < stored * 9 / 10; i += 2) {
                    map.put(Integer.toString(i).getBytes(StandardCharsets.US_ASCII), new byte[1_000]);
                }
            }
            try (Store store = openForFilling(path, tiny)) {
                final VerifyReport report = store.verify();
                System.out.println("sound " + report.isSound() + ", lost "
                        + (stored / 2
                                + (stored * 9 / 10 + 1) / 2
                                - store.map("m").size()));
            }
        }

        /**
         * Gives blocks back, which something else takes; stores until the device has none left, one large value at last; and goes on when
         * it has.
         *
         * @param ballast takes all blocks of the device; null where the kernel is to refuse more, to one thread
         */
        private static void refill(final Path path, final @Nullable Path ballast) throws Exception {
            int stored = 0;
            try (Store store = EngineStore.open(path, TestStores.options(), Tuning.tiny())) {
                final KvMap map = store.map("m");
                for (int i = 0; i < 3_000; i++) {
                    map.put(numbered(i), new byte[1_000]);
                }
                map.clear();
                System.out.println("given back " + (store.compact() >= 1 << 20));
                if (ballast == null) {
                    final int[] result = new int[1];
                    Threads.together(1, t -> {
                        RefusedCalls.refuseMoreBlocks();
                        result[0] = storeUntilFull(map);
                    });
                    stored = result[0];
                } else {
                    takeAllBlocks(ballast);
                    stored = storeUntilFull(map);
                    Files.delete(ballast);
                }
                System.out.println("stored " + (stored >= 3_000 ? "all" : "some"));
                for (; stored < 3_000; stored++) {
                    map.put(numbered(stored), new byte[1_000]);
                }
            }
            try (Store store = EngineStore.open(path, TestStores.options(), Tuning.tiny())) {
                TestStores.assertSound(store);
                System.out.println("lost " + (stored - store.map("m").size()));
            }
        }

        private static int storeUntilFull(final KvMap map) {
            int stored = 0;
            try {
                for (; stored < 3_000; stored++) {
                    map.put(numbered(stored), new byte[1_000]);
                }
            } catch (final StoreFullException e) {
                System.out.println("full: " + e.getMessage());
            }
            try {
                map.put(new byte[] {1}, new byte[500_000]); // eight chunks
                System.out.println("a large value was stored");
            } catch (final StoreFullException e) {
                System.out.println("full for a large value: " + e.getMessage());
            }
            return stored;
        }

        private static byte[] numbered(final int key) {
            return Integer.toString(key).getBytes(StandardCharsets.US_ASCII);
        }

        private static void takeAllBlocks(final Path ballast) throws IOException {
            try (OutputStream out = Files.newOutputStream(ballast)) {
                while (true) {
                    out.write(new byte[4096]);
                }
            } catch (final IOException e) {
                System.out.println("taken: " + e.getMessage());
            }
        }

        private static Store openForFilling(final Path path, final boolean tiny) {
            return tiny
                    ? EngineStore.open(path, TestStores.options().withMaximumBytes(1L << 30), Tuning.tiny())
                    : Store.open(path); // as a user does in a container
        }

        /** Writes, grows, reopens after an end without close, reads all back. */
        private static void serve(final Path path) {
            final EngineStore first = EngineStore.open(
                    path, TestStores.options().withInitialBytes(1 << 20).withMaximumBytes(64 << 20), Tuning.tiny());
            final KvMap map = first.map("m");
            for (int i = 0; i < 5_000; i++) {
                map.put(Integer.toString(i).getBytes(StandardCharsets.US_ASCII), new byte[1_000]);
            }
            first.abandon();
            try (EngineStore store = TestStores.tiny(path)) {
                System.out.println(
                        "size " + store.map("m").size() + ", " + (store.verify().isSound() ? "sound" : "not sound"));
            }
        }

        private static void readOnly(final Path path) {
            try (Store store = Store.open(path, TestStores.options().withReadOnly(true))) {
                System.out.println("size " + store.map("m").size());
                System.out.println("sound " + store.verify().isSound());
            }
        }
    }

    private String run(final String... arguments) {
        return ChildJvm.run(folder, ChildJvm.command(Child.class, arguments));
    }

    private Path createStore() {
        final Path path = folder.resolve("pool");
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            for (int i = 0; i < 100; i++) {
                map.put(new byte[] {(byte) i}, new byte[100]);
            }
        }
        return path;
    }

    @Test
    void aMissingFlagIsNamedAndNothingIsCreated() {
        final Path path = folder.resolve("pool");
        final String output = ChildJvm.run(folder, ChildJvm.command(List.of(), Child.class, "open", path.toString()));
        assertTrue(output.contains("StoreUnavailableException: "), output);
        assertTrue(output.contains("--add-opens java.base/jdk.internal.misc=ALL-UNNAMED"), output);
        assertTrue(output.endsWith("exit code 0"), output);
        assertFalse(Files.exists(path));
    }

    @Test
    void aTemporaryFolderThatAllowsNoExecutionIsNamed() {
        final boolean mounts = Mounts.arePossibleFor("a /tmp mounted noexec, rather than one without room for JNA");
        final List<String> flags = List.of(
                ChildJvm.OPENS, "-XX:-UsePerfData", "-Djna.tmpdir=" + (mounts ? "/mnt" : folder), "-Djna.nosys=true");
        final Path path = folder.resolve("pool");
        final List<String> command = ChildJvm.command(flags, Child.class, "open", path.toString());
        final String output = ChildJvm.run(
                folder,
                mounts
                        ? Mounts.command("mount -t tmpfs -o noexec tmpfs /mnt", command)
                        : Mounts.withFileLimit(0, command));
        assertTrue(output.contains("StoreUnavailableException: "), output);
        assertTrue(output.contains("-Djna.tmpdir="), output);
        assertFalse(Files.exists(path));
    }

    @Test
    void aStoreThatAnotherProcessHasOpenIsRefusedAndTheProcessIsNamed() throws Exception {
        final Path path = createStore();
        final Process holder = new ProcessBuilder(ChildJvm.command(Child.class, "hold", path.toString()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertEquals("open 1", holder.inputReader().readLine());
            final StoreException e = assertThrows(StoreLockedException.class, () -> TestStores.tiny(path));
            assertTrue(String.valueOf(e.getMessage()).contains(Long.toString(holder.pid())), e.getMessage());
            holder.getOutputStream().close();
            assertTrue(holder.waitFor(30, TimeUnit.SECONDS));
        } finally {
            holder.destroyForcibly().waitFor();
        }
        try (EngineStore store = TestStores.tiny(path)) {
            assertEquals(100, store.map("m").size());
            TestStores.assertSound(store);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"get", "put", "delete", "forEach", "verify"})
    void aFileThatIsCutWhileOpenIsToldAndTheJvmLives(final String call) {
        final String output = run("truncate", folder.resolve("pool").toString(), call);
        assertTrue(output.endsWith("exit code 0"), output);
        assertTrue(output.contains("MediaErrorException: ") || output.contains("CorruptStoreException: "), output);
        assertTrue(output.contains("told ") && !output.contains("told 0"), output);
        assertTrue(output.contains(", wrong 0\n"), output);
    }

    @Test
    void whatLiesBeforeTheCutIsServedAndSalvagedAndNothingElseIsSaidToBeMissing() {
        final String output = run("cut", folder.resolve("pool").toString());
        assertTrue(output.contains("before the cut true"), output);
        assertTrue(output.contains("lost 0, wrong 0, refused before the cut few"), output);
        assertTrue(output.contains("some told true"), output);
        assertTrue(output.contains("salvage: missing 0, wrong 0, lists true"), output);
        assertTrue(output.endsWith("done\nexit code 0"), output);
    }

    /** The larger one is what a container's /dev/shm has by default. */
    @ParameterizedTest
    @CsvSource({"6, 6, tiny", "64, 208, default"
    }) // a limit counts holes: of such a pool of 200 MiB, 128 are one section
    void aFullDeviceIsToldLosesNothingAndHasRoomAgain(final int mebibytes, final int longest, final String geometry) {
        final String output = ChildJvm.run(
                folder,
                Mounts.arePossibleFor("a full device of " + mebibytes + " MiB, rather than a limit on files")
                        ? Mounts.command(
                                "mount -t tmpfs -o size=" + mebibytes + "m tmpfs /mnt",
                                ChildJvm.command(Child.class, "fill", "/mnt/pool", geometry))
                        : Mounts.withFileLimit(
                                longest,
                                ChildJvm.command(
                                        Child.class,
                                        "fill",
                                        folder.resolve("pool").toString(),
                                        geometry)));
        assertTrue(output.contains("full: "), output);
        assertTrue(output.contains("needed "), output);
        assertTrue(output.contains("free bytes that the device does not have: false"), output);
        assertTrue(output.contains("sound true, lost 0"), output);
        assertTrue(output.endsWith("exit code 0"), output);
    }

    /** What was given back to the device when records went may not be had again: another file took it. */
    @Test
    void aDeviceWithoutBlocksForAHoleIsToldLosesNothingAndHasRoomAgain() {
        final String output = ChildJvm.run(
                folder,
                Mounts.arePossibleFor("a device that another file fills, rather than the refusal of more blocks")
                        ? Mounts.command(
                                "mount -t tmpfs -o size=8m tmpfs /mnt",
                                ChildJvm.command(Child.class, "refill", "/mnt/pool"))
                        : ChildJvm.command(
                                Child.class,
                                "refill refused",
                                folder.resolve("pool").toString()));
        assertTrue(output.contains("given back true"), output);
        assertTrue(output.contains("full: "), output);
        assertTrue(output.contains("full for a large value: "), output);
        assertTrue(output.contains("stored some"), output);
        assertTrue(output.contains("lost 0"), output);
        assertTrue(output.endsWith("exit code 0"), output);
    }

    /** ramfs has none; nor have ext3 and some network file systems. */
    @Test
    void aFileSystemWithoutFallocateServes() {
        final String output = ChildJvm.run(
                folder,
                Mounts.arePossibleFor("a file system without fallocate, rather than its refusal")
                        ? Mounts.command(
                                "mount -t ramfs ramfs /mnt", ChildJvm.command(Child.class, "serve", "/mnt/pool"))
                        : ChildJvm.command(
                                Child.class,
                                "serve unallocated",
                                folder.resolve("pool").toString()));
        assertTrue(output.contains("size 5000, sound"), output);
        assertTrue(output.endsWith("exit code 0"), output);
    }

    @Test
    void aReadOnlyFileSystemIsToldAndServesReadOnlyOpens() {
        final Path path = createStore();
        final String refused = runReadOnly("open", "pool");
        assertTrue(refused.contains("StoreUnavailableException: "), refused);
        assertTrue(refused.contains("read-only"), refused);
        final String created = runReadOnly("open", "fresh");
        assertTrue(created.contains("StoreUnavailableException: "), created);
        final String served = runReadOnly("read-only", "pool");
        assertTrue(served.contains("size 100") && served.contains("sound true"), served);
        assertTrue(Files.exists(path));
    }

    private String runReadOnly(final String what, final String file) {
        return Mounts.arePossibleFor(what + " on a read-only file system, rather than the refusal")
                ? ChildJvm.run(
                        folder,
                        Mounts.command(
                                "mount --bind '" + folder + "' /mnt && mount -o remount,ro,bind /mnt",
                                ChildJvm.command(Child.class, what, "/mnt/" + file)))
                : run(what + " unwritable", folder.resolve(file).toString());
    }

    /** As where others punch holes into the file, or an error of the device makes its file system read-only. */
    @Test
    void aPutToAPageThatCanBeReadAndNotBeWrittenToIsToldAndReplacesNothing() {
        final String notes = folder.resolve("notes").toString();
        final String name = "a full device of ext4, rather than pages that fault at a load as well";
        String output = "";
        if (Mounts.arePossibleFor(name)) {
            output = ChildJvm.run(
                    folder,
                    Mounts.command(
                            "truncate -s 48M image && mkfs.ext4 -q -F -m 0 -b 4096 image && mount -o loop image /mnt"
                                    + " || { echo no loop device; exit 0; }; true",
                            ChildJvm.command(ReadOnlyDeviceCheck.class, "/mnt/pool", notes, "full")));
            if (output.contains("no loop device")) { // in most containers
                Mounts.leftOut(name, output.strip().replaceAll("\\s+", " "));
                output = "";
            }
        }
        if (output.isEmpty()) {
            output = ChildJvm.run(
                    folder,
                    ChildJvm.command(
                            ReadOnlyDeviceCheck.class, folder.resolve("pool").toString(), notes, "poisoned"));
        }
        assertTrue(output.endsWith("done\nexit code 0"), output);
        assertFalse(output.contains("told 0 "), output);
        assertTrue(output.contains("while open: lost 0\n"), output);
        assertTrue(output.contains("opened again: lost 0, sound true"), output);
    }

    /** What a process has open it may go on writing to; the next open is asked for permission again. */
    @Test
    void aFileWhoseModeBecomesReadOnlyWhileOpenIsServedToItsEnd() throws IOException {
        final Path path = createStore();
        final Set<PosixFilePermission> before = Files.getPosixFilePermissions(folder);
        final boolean isAsked = Permissions.areAskedFor("a file without permission to write");
        final List<String> command = ChildJvm.command(Child.class, "mode", path.toString());
        final String output;
        try {
            output = ChildJvm.run(folder, isAsked ? Permissions.asked(command) : command);
        } finally {
            Files.setPosixFilePermissions(folder, before);
        }
        assertTrue(output.contains("grown true"), output);
        assertTrue(output.contains("for writing: " + (isAsked ? "StoreUnavailableException" : "opened")), output);
        assertTrue(output.contains("size 3100\nsound true\n"), output);
        assertTrue(output.endsWith("done\nexit code 0"), output);
    }

    @Test
    void aReadOnlyOpenOfAKilledStoreWritesNothingAndTheJvmLives() throws IOException {
        final Path path = folder.resolve("pool");
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            for (int i = 0; i < 100; i++) {
                map.put(new byte[] {(byte) i}, new byte[100]);
            }
            DirtyEntries.setIn(((EngineMap) map).core().index());
            store.abandon();
        }
        final byte[] before = Files.readAllBytes(path);
        final String output = run("read-only", path.toString());
        assertTrue(output.contains("size 100") && output.contains("sound true"), output);
        assertTrue(output.endsWith("exit code 0"), output);
        org.junit.jupiter.api.Assertions.assertArrayEquals(before, Files.readAllBytes(path));
    }
}
