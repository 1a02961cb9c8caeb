package org.ashlar.examples.tutorial;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentMap;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.kv.Durability;
import org.ashlar.kv.DurabilityInfo;
import org.ashlar.kv.KvEntry;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.MapDroppedException;
import org.ashlar.kv.MapExistsException;
import org.ashlar.kv.PageInfo;
import org.ashlar.kv.SalvageReport;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreClosedException;
import org.ashlar.kv.StoreFullException;
import org.ashlar.kv.StoreLockedException;
import org.ashlar.kv.StoreOptions;
import org.ashlar.kv.StoreStats;
import org.ashlar.kv.ValueView;
import org.ashlar.kv.Verification;
import org.ashlar.kv.VerifyReport;
import org.ashlar.kv.typed.Codec;
import org.ashlar.kv.typed.Codecs;
import org.ashlar.kv.typed.DecodeException;
import org.ashlar.kv.typed.TypedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What there is to learn, in the order to learn it. What stands between a tag and its end is a snippet of the README's guide, letter by
 * letter; {@code ReadmeGuideTest} sees to that. Each step has a store of its own and can be read alone.
 */
final class TutorialTest {
    private static final long MAXIMUM_BYTES = 8L << 30;

    @TempDir
    private Path folder;

    private Path file;
    private Store store;
    private KvMap users;

    @BeforeEach
    void open() {
        file = folder.resolve("app.pool");
        store = Store.open(file, StoreOptions.defaults().withMaximumBytes(MAXIMUM_BYTES));
        users = store.map("users");
    }

    @AfterEach
    void theStoreIsSound() {
        store.close();
        try (Store again = Store.open(file)) {
            assertEquals(List.of(), again.verify().problems());
        }
    }

    @Test
    void theFirstProgramOfTheReadmeRuns() {
        final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        final PrintStream out = System.out;
        System.setOut(new PrintStream(printed, true, UTF_8));
        try {
            Hello.main(new String[] {folder.resolve("hello.pool").toString()});
        } finally {
            System.setOut(out);
        }
        assertEquals("Ada Lovelace" + System.lineSeparator(), printed.toString(UTF_8));
    }

    @Test
    void aStoreIsOpenedWithOptions() {
        store.close();
        // tag::aStoreIsOpenedWithOptions[]
        final StoreOptions options = StoreOptions.defaults()
                .withMaximumBytes(8L << 30) // it grows up to this
                .withDurability(Durability.BEST); // the best that the file's device offers
        store = Store.open(file, options);
        users = store.map("users"); // creates it, or gives the map of that name
        // end::aStoreIsOpenedWithOptions[]
        assertEquals(0, users.size());
    }

    @Test
    void whatIsPutIsThereToGet() {
        // tag::whatIsPutIsThereToGet[]
        final byte[] ada = "ada".getBytes(UTF_8);
        final byte[] name = "Ada Lovelace".getBytes(UTF_8);
        users.put(ada, name);
        assertArrayEquals(name, users.get(ada)); // a copy
        assertNull(users.get("bob".getBytes(UTF_8)));
        assertTrue(users.contains(ada));
        assertEquals(1, users.size()); // exact while nobody writes; constant time
        // end::whatIsPutIsThereToGet[]
    }

    @Test
    void aValueIsReadInPlace() {
        final byte[] ada = "ada".getBytes(UTF_8);
        users.put(ada, "Ada Lovelace".getBytes(UTF_8));
        // tag::aValueIsReadInPlace[]
        final String first = users.read(ada, view -> view.getStringWithoutLengthUtf8(0, 3));
        assertEquals("Ada", first);
        final long initial = users.readLong(ada, view -> view.getByte(0), -1L); // no boxing; -1 where there is no value
        assertEquals('A', initial);
        // end::aValueIsReadInPlace[]
    }

    @Test
    void aValueIsEncodedInPlace() {
        final byte[] ada = "ada".getBytes(UTF_8);
        // tag::aValueIsEncodedInPlace[]
        users.put(ada, 2 * Long.BYTES, slot -> {
            slot.putLong(0, 1815L); // slot is a MutableDirectBuffer of 16 bytes
            slot.putLong(Long.BYTES, 1852L);
        });
        assertEquals(1852L, users.readLong(ada, view -> view.getLong(Long.BYTES), -1L));
        // end::aValueIsEncodedInPlace[]
    }

    @Test
    void buffersNeedNoAllocation() {
        // tag::buffersNeedNoAllocation[]
        final MutableDirectBuffer key = new ExpandableArrayBuffer(); // any Agrona buffer, used again and again
        final MutableDirectBuffer value = new ExpandableArrayBuffer();
        key.putLong(0, 42L);
        value.putLong(0, 1815L);
        users.put(key, 0, Long.BYTES, value, 0, Long.BYTES); // buffer, offset, length of the key; then of the value
        final int length = users.get(key, 0, Long.BYTES, value, 0); // -1 where there is no value
        assertEquals(Long.BYTES, length);
        // end::buffersNeedNoAllocation[]
    }

    @Test
    void aChangeCanDependOnWhatIsThere() {
        final byte[] ada = "ada".getBytes(UTF_8);
        final byte[] byron = "Ada Byron".getBytes(UTF_8);
        final byte[] lovelace = "Ada Lovelace".getBytes(UTF_8);
        // tag::aChangeCanDependOnWhatIsThere[]
        assertTrue(users.putIfAbsent(ada, byron));
        assertFalse(users.putIfAbsent(ada, lovelace)); // there is one
        assertTrue(users.replace(ada, byron, lovelace)); // compare and set
        assertFalse(users.replace(ada, byron, lovelace)); // somebody was first
        assertFalse(users.replace("bob".getBytes(UTF_8), lovelace)); // replaces only what is there
        // end::aChangeCanDependOnWhatIsThere[]
        assertArrayEquals(lovelace, users.get(ada));
    }

    @Test
    void aValueIsComputedFromTheOneBefore() {
        final byte[] visits = "visits".getBytes(UTF_8);
        // tag::aValueIsComputedFromTheOneBefore[]
        users.compute(visits, old -> old == null ? new byte[] {1} : new byte[] {(byte) (old[0] + 1)});
        assertArrayEquals(new byte[] {1}, users.computeIfAbsent(visits, none -> new byte[] {7})); // there was one
        assertNull(users.computeIfPresent(visits, old -> null)); // null removes it
        // end::aValueIsComputedFromTheOneBefore[]
    }

    @Test
    void whatWasThereBeforeIsToldInOneStep() {
        final byte[] ada = "ada".getBytes(UTF_8);
        final byte[] byron = "Ada Byron".getBytes(UTF_8);
        final byte[] lovelace = "Ada Lovelace".getBytes(UTF_8);
        // tag::whatWasThereBeforeIsToldInOneStep[]
        assertNull(users.getAndPut(ada, byron));
        assertArrayEquals(byron, users.getAndReplace(ada, lovelace));
        assertArrayEquals(lovelace, users.getAndDelete(ada));
        assertFalse(users.delete(ada)); // there was nothing left; delete(key, expected) compares first
        // end::whatWasThereBeforeIsToldInOneStep[]
    }

    @Test
    void manyKeysAreReadInOneCall() {
        users.put("ada".getBytes(UTF_8), "Ada Lovelace".getBytes(UTF_8));
        users.put("eve".getBytes(UTF_8), "Eve".getBytes(UTF_8));
        // tag::manyKeysAreReadInOneCall[]
        final byte[][] keys = {"ada".getBytes(UTF_8), "bob".getBytes(UTF_8), "eve".getBytes(UTF_8)};
        final int[] lengths = new int[keys.length];
        final int found = users.readAll(keys, (i, view) -> lengths[i] = view == null ? -1 : view.capacity());
        assertEquals(2, found);
        assertArrayEquals(new int[] {12, -1, 3}, lengths);
        // end::manyKeysAreReadInOneCall[]
    }

    @Test
    void entriesAreIterated() {
        users.put("ada".getBytes(UTF_8), "Ada Lovelace".getBytes(UTF_8));
        users.put("eve".getBytes(UTF_8), "Eve".getBytes(UTF_8));
        // tag::entriesAreIterated[]
        final Set<String> names = new TreeSet<>();
        users.forEach((key, value) -> { // in place
            names.add(value.getStringWithoutLengthUtf8(0, value.capacity()));
            return true; // go on
        });
        for (final KvEntry entry : users.entries()) { // copies; may be left unfinished; so are keys() and values()
            names.remove(new String(entry.value(), UTF_8));
        }
        assertEquals(Set.of(), names);
        // end::entriesAreIterated[]
    }

    @Test
    void codecsMakeAMapOfObjects() {
        // tag::codecsMakeAMapOfObjects[]
        final TypedMap<String, Long> visits = TypedMap.of(store.map("visits"), Codecs.STRING, Codecs.LONG);
        visits.merge("ada", 1L, Long::sum);
        visits.merge("ada", 1L, Long::sum);
        assertEquals(2L, visits.get("ada"));
        final ConcurrentMap<String, Long> view = visits.asConcurrentMap(); // live, for code that knows maps of the JDK
        view.putIfAbsent("eve", 7L);
        assertEquals(7L, visits.getOrDefault("eve", 0L));
        // end::codecsMakeAMapOfObjects[]
        assertEquals(Map.of("ada", 2L, "eve", 7L), view);
    }

    // tag::aCodecOfOnesOwn[]
    record Point(double x, double y) {}

    static final class PointCodec implements Codec<Point> {
        @Override
        public int encodedLength(final Point point) {
            return 2 * Double.BYTES;
        }

        @Override
        public void encode(final Point point, final MutableDirectBuffer target, final int offset) {
            target.putDouble(offset, point.x());
            target.putDouble(offset + Double.BYTES, point.y());
        }

        @Override
        public Point decode(final DirectBuffer source, final int offset, final int length) {
            if (length != 2 * Double.BYTES) {
                throw new DecodeException(length + " bytes are not a point, which has 16");
            }
            return new Point(source.getDouble(offset), source.getDouble(offset + Double.BYTES));
        }
    }
    // end::aCodecOfOnesOwn[]

    @Test
    void aCodecOfOnesOwnIsUsedLikeAnyOther() {
        // tag::aCodecOfOnesOwnIsUsedLikeAnyOther[]
        final TypedMap<String, Point> places = TypedMap.of(store.map("places"), Codecs.STRING, new PointCodec());
        places.put("home", new Point(51.5, -0.1));
        assertEquals(new Point(51.5, -0.1), places.get("home"));
        // end::aCodecOfOnesOwnIsUsedLikeAnyOther[]
        places.bytes().put("nowhere".getBytes(UTF_8), new byte[3]);
        assertThrows(DecodeException.class, () -> places.get("nowhere"));
    }

    // tag::aFlyweight[]
    static final class Position { // a flyweight
        private DirectBuffer bytes = new UnsafeBuffer(new byte[0]);

        Position wrap(final DirectBuffer source) {
            bytes = source;
            return this;
        }

        double latitude() {
            return bytes.getDouble(0);
        }

        double longitude() {
            return bytes.getDouble(Double.BYTES);
        }
    }
    // end::aFlyweight[]

    @Test
    void aFlyweightIsLaidOverAValue() {
        // tag::aFlyweightIsLaidOverAValue[]
        final TypedMap<String, DirectBuffer> spots = TypedMap.of(store.map("spots"), Codecs.STRING, Codecs.BUFFER);
        final UnsafeBuffer home = new UnsafeBuffer(new byte[2 * Double.BYTES]);
        home.putDouble(0, 51.5);
        home.putDouble(Double.BYTES, -0.1);
        spots.put("home", home);
        final Position position = new Position();
        assertEquals(51.5, spots.read("home", view -> position.wrap(view).latitude())); // in place
        assertEquals(-0.1, position.wrap(spots.getOrDefault("home", home)).longitude()); // a copy, to be kept
        // end::aFlyweightIsLaidOverAValue[]
        spots.read("home", position::wrap);
        assertThrows(IllegalStateException.class, position::latitude); // the view has gone
    }

    @Test
    void mapsAreClearedAndDropped() {
        users.put("ada".getBytes(UTF_8), "Ada Lovelace".getBytes(UTF_8));
        // tag::mapsAreClearedAndDropped[]
        final KvMap sessions = store.map("sessions");
        assertEquals(Set.of("sessions", "users"), store.mapNames());
        users.clear(); // at once and durably; the space comes back bit by bit
        assertEquals(0, users.size());
        assertTrue(store.dropMap("sessions"));
        assertThrows(MapDroppedException.class, sessions::size); // as any call on a handle to it
        // end::mapsAreClearedAndDropped[]
    }

    @Test
    void aMapGetsAnotherName() {
        // tag::aMapGetsAnotherName[]
        assertTrue(store.renameMap("users", "people")); // in one step
        assertEquals("people", users.name()); // handles stay good
        assertThrows(MapExistsException.class, () -> store.renameMap("people", "people"));
        // end::aMapGetsAnotherName[]
    }

    @Test
    void aWriteNeedNotBeWaitedFor() throws Exception {
        final byte[] ada = "ada".getBytes(UTF_8);
        // tag::aWriteNeedNotBeWaitedFor[]
        final CompletableFuture<Void> put = users.putAsync(ada, "Ada Lovelace".getBytes(UTF_8));
        final CompletableFuture<Boolean> delete = users.deleteAsync(ada); // after it: one key's writes keep their order
        CompletableFuture.allOf(put, delete).get(); // both are durable
        assertTrue(delete.get());
        // end::aWriteNeedNotBeWaitedFor[]
        assertNull(users.get(ada));
    }

    @Test
    void spaceIsGivenBack() {
        for (int i = 0; i < 20_000; i++) {
            users.put(Integer.toString(i).getBytes(UTF_8), new byte[1_000]);
        }
        users.clear();
        // tag::spaceIsGivenBack[]
        final long bytes = store.compact(); // moves what is left together, and gives free chunks to the file system
        System.out.println(bytes + " bytes given back");
        // end::spaceIsGivenBack[]
        assertTrue(bytes > 10_000_000, () -> bytes + " bytes given back");
    }

    @Test
    void theStoreTellsWhatItIs() {
        // tag::theStoreTellsWhatItIs[]
        final DurabilityInfo durability = store.durability();
        System.out.println(durability.obtained() + " by " + durability.mechanism() + ": " + durability.reason());
        final StoreStats stats = store.stats();
        System.out.println(stats.poolBytes() + " bytes on the device, opened in " + stats.openNanos() + " ns");
        // end::theStoreTellsWhatItIs[]
        assertNotEquals(Durability.BEST, durability.obtained());
        assertTrue(stats.poolBytes() > 0);
    }

    @Test
    void theStoreTellsWhichPagesAreHot() {
        final byte[] id = "17".getBytes(UTF_8);
        // tag::theStoreTellsWhichPagesAreHot[]
        store.close();
        store = Store.open(file, StoreOptions.defaults().withExtendedDescriptors(true));
        final KvMap sessions = store.map("sessions");
        sessions.put(id, new byte[100]);
        for (int i = 0; i < 1_000; i++) {
            sessions.get(id);
        }
        final PageInfo hottest = store.hottestPages(10).get(0);
        assertEquals("sessions", hottest.map()); // that took space in the page last
        assertEquals(1_000, hottest.accesses()); // reads that found a record there, since the open
        assertEquals(Thread.currentThread().getId(), hottest.lastWriterThreadId());
        // end::theStoreTellsWhichPagesAreHot[]
        assertEquals(PageInfo.Kind.SLOTS, hottest.kind());
    }

    @Test
    void errorsAreExceptionsThatSayWhatToDo() {
        final byte[] ada = "ada".getBytes(UTF_8);
        users.put(ada, "Ada Lovelace".getBytes(UTF_8));
        // tag::errorsAreExceptionsThatSayWhatToDo[]
        assertThrows(StoreLockedException.class, () -> Store.open(file)); // one writer at a time

        final ValueView stale = Objects.requireNonNull(users.read(ada, view -> view)); // a view ends with its call
        assertThrows(IllegalStateException.class, () -> stale.getByte(0));

        store.close();
        assertThrows(StoreClosedException.class, () -> users.get(ada));
        // end::errorsAreExceptionsThatSayWhatToDo[]
    }

    @Test
    void aFullStoreRefusesAndGoesOnServing() {
        // tag::aFullStoreRefusesAndGoesOnServing[]
        final StoreOptions tiny = StoreOptions.defaults().withMaximumBytes(16L << 20);
        try (Store small = Store.open(folder.resolve("small.pool"), tiny)) {
            final TypedMap<Integer, byte[]> blobs = TypedMap.of(small.map("blobs"), Codecs.INT, Codecs.BYTES);
            final StoreFullException full = assertThrows(StoreFullException.class, () -> {
                for (int i = 0; ; i++) {
                    blobs.put(i, new byte[1 << 20]);
                }
            });
            assertTrue(full.needed() > 1 << 20); // in one piece; what is available is in smaller ones
            assertTrue(blobs.remove(0)); // nothing is lost, all else goes on, and what is deleted makes room
            blobs.put(0, new byte[1 << 10]);
        }
        // end::aFullStoreRefusesAndGoesOnServing[]
    }

    @Test
    void aStoreIsVerifiedAndOpenedAgain() {
        final byte[] ada = "ada".getBytes(UTF_8);
        final byte[] name = "Ada Lovelace".getBytes(UTF_8);
        users.put(ada, name);
        // tag::aStoreIsVerifiedAndOpenedAgain[]
        store.close();
        store = Store.open(file, StoreOptions.defaults().withCreateIfMissing(false));
        assertArrayEquals(name, store.map("users").get(ada)); // after a kill as well
        final VerifyReport report = store.verify(); // walks everything
        assertTrue(report.isSound(), () -> report.problems().toString());
        // end::aStoreIsVerifiedAndOpenedAgain[]
    }

    @Test
    void aStoreIsScrubbedAndSalvaged() {
        users.put("ada".getBytes(UTF_8), "Ada Lovelace".getBytes(UTF_8));
        // tag::aStoreIsScrubbedAndSalvaged[]
        final Verification scrub = store.verification(); // what verify() checks, in pieces
        while (scrub.step(1 << 20)) { // a MiB, or a little more
            System.out.println(scrub.progress()); // the store serves meanwhile; wait here to limit the rate
        }
        assertTrue(scrub.report().isSound());

        store.close();
        final Path saved = folder.resolve("saved.pool");
        final SalvageReport report = Store.salvage(file, saved, StoreOptions.defaults()); // the pool may be damaged
        assertTrue(report.isComplete(), () -> report.lost() + ", " + report.doubtful()); // it was not
        assertEquals(1, report.copied().get("users"));
        // end::aStoreIsScrubbedAndSalvaged[]
    }
}
