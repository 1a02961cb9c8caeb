package org.ashlar.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.kv.KvEntry;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.StoreClosedException;
import org.ashlar.kv.StoreFullException;
import org.ashlar.kv.ValueSlot;
import org.ashlar.kv.ValueView;
import org.ashlar.kv.Verification;
import org.ashlar.kv.typed.Codec;
import org.ashlar.kv.typed.TypedMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conditional, get-and and compute operations, encoding in place, many keys at once, iterators: where users meet their edges. */
final class OperationsTest {
    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private EngineStore store;
    private KvMap map;

    @BeforeEach
    void open() {
        store = TestStores.roomy(folder.resolve("pool"));
        map = store.map("m");
    }

    @AfterEach
    void isSound() {
        TestStores.assertSound(store);
        store.close();
    }

    private static byte[] key(final int number) {
        return Integer.toString(number).getBytes(US_ASCII);
    }

    private static byte[] number(final long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static long number(final byte @Nullable [] value) {
        assertNotNull(value);
        return ByteBuffer.wrap(value).getLong();
    }

    // ------------------------------------------------------------------------------------------------ compare and set

    @Test
    void noIncrementByCompareAndSetOrComputeIsLost() throws Exception {
        final int threads = 4;
        final int each = 2_000;
        map.put(key(1), number(0));
        Threads.together(threads, thread -> {
            for (int i = 0; i < each; i++) {
                if (thread % 2 == 0) {
                    map.compute(key(1), value -> number(number(value) + 1));
                } else {
                    long before = number(map.get(key(1)));
                    while (!map.replace(key(1), number(before), number(before + 1))) {
                        before = number(map.get(key(1)));
                    }
                }
            }
        });
        assertEquals((long) threads * each, number(map.get(key(1))));
    }

    @Test
    void everyReplacedValueIsToldToExactlyOneOfThoseWhoReplacedIt() throws Exception {
        final int threads = 3;
        final int each = 2_000;
        final AtomicLong told = new AtomicLong();
        map.put(key(1), number(0));
        Threads.together(threads, thread -> {
            for (int i = 1; i <= each; i++) {
                final byte[] before = i % 3 == 0 && thread == 0
                        ? map.getAndDelete(key(1))
                        : map.getAndPut(key(1), number((long) thread * each + i));
                told.addAndGet(before == null ? 0 : number(before));
            }
        });
        final byte[] last = map.get(key(1));
        told.addAndGet(last == null ? 0 : number(last));
        long stored = 0;
        for (int thread = 0; thread < threads; thread++) {
            for (int i = 1; i <= each; i++) {
                stored += i % 3 == 0 && thread == 0 ? 0 : (long) thread * each + i;
            }
        }
        assertEquals(stored, told.get());
    }

    @Test
    void anEmptyValueIsAValueAndNotTheAbsenceOfOne() {
        final byte[] empty = {};
        assertFalse(map.replace(key(1), empty));
        assertFalse(map.replace(key(1), empty, empty));
        assertFalse(map.delete(key(1), empty));
        map.put(key(1), empty);
        assertFalse(map.delete(key(1), new byte[1]));
        assertTrue(map.replace(key(1), empty, new byte[1]));
        assertFalse(map.replace(key(1), empty, new byte[2]));
        assertArrayEquals(new byte[1], map.getAndReplace(key(1), empty));
        assertTrue(map.delete(key(1), empty));
        assertNull(map.getAndReplace(key(1), empty));
        assertNull(map.getAndDelete(key(1)));
    }

    // ------------------------------------------------------------------------------------------------------- compute

    @Test
    void aFunctionMayChangeTheVeryKeyAndRunsAgainThen() {
        final int[] runs = {0};
        final byte[] result = map.compute(key(1), value -> {
            if (runs[0]++ == 0) {
                map.put(key(1), number(41));
                store.map("another").put(key(1), number(1));
            }
            return number(value == null ? 1 : number(value) + 1);
        });
        assertEquals(2, runs[0]);
        assertEquals(42, number(result));
        assertEquals(42, number(map.get(key(1))));
    }

    @Test
    void whatAFunctionThrowsComesOutAndNothingIsChanged() {
        map.put(key(1), number(1));
        assertThrows(
                ArithmeticException.class,
                () -> map.compute(key(1), value -> {
                    throw new ArithmeticException();
                }));
        assertEquals(1, number(map.get(key(1))));
        assertNull(map.compute(key(1), value -> null));
        assertNull(map.computeIfPresent(key(1), value -> number(5)));
        assertEquals(6, number(map.computeIfAbsent(key(1), value -> number(6))));
        assertEquals(6, number(map.computeIfAbsent(key(1), value -> number(7))));
        assertEquals(1, map.size());
    }

    // ------------------------------------------------------------------------------------------------------ in place

    @Test
    void aValueWrittenInPlaceIsReadBackAtEveryLength() {
        for (final int length : new int[] {0, 1, 7, 8, 100, 4_000, 8_192, 70_000, 300_000}) {
            map.put(key(length), length, slot -> {
                assertEquals(length, slot.capacity());
                for (int i = 0; i < length; i++) {
                    slot.putByte(i, (byte) (i * 31));
                }
            });
            final byte[] found = map.get(key(length));
            assertNotNull(found);
            assertEquals(length, found.length);
            for (int i = 0; i < length; i++) {
                assertEquals((byte) (i * 31), found[i]);
            }
        }
        final UnsafeBuffer key = new UnsafeBuffer(new byte[12]);
        map.put(key, 2, 10, Long.BYTES, slot -> slot.putLong(0, 77, ByteOrder.LITTLE_ENDIAN));
        assertEquals(77, map.readLong(key, 2, 10, view -> view.getLong(0, ByteOrder.LITTLE_ENDIAN), -1));
    }

    @Test
    void aWriterThatThrowsStoresNothingAndLeavesItsPlaceFree() {
        map.put(key(1), number(1));
        for (int i = 0; i < 20_000; i++) { // more than the pool has room for
            assertThrows(
                    ArithmeticException.class,
                    () -> map.put(key(1), 50_000, slot -> {
                        slot.setMemory(0, 100, (byte) 1);
                        throw new ArithmeticException();
                    }));
        }
        assertEquals(1, number(map.get(key(1))));
    }

    @Test
    void aWriterThatThrowsACheckedExceptionLeavesNothingEither() {
        assertThrows(IOException.class, () -> map.put(key(1), 10, slot -> OperationsTest.<RuntimeException>sneak()));
        assertNull(map.get(key(1)));
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> void sneak() throws E {
        throw (E) new IOException("as other languages of the JVM may");
    }

    @Test
    void aWriterMayCallTheStoreButNotCloseIt() {
        map.put(key(1), 8, slot -> {
            map.put(key(2), 8, inner -> inner.putLong(0, 2));
            map.delete(key(1));
            slot.putLong(0, map.readLong(key(2), view -> view.getLong(0), -1) + 1);
            assertThrows(IllegalStateException.class, () -> store.close(Duration.ZERO));
        });
        assertEquals(3, map.readLong(key(1), view -> view.getLong(0), -1));
        assertEquals(2, map.readLong(key(2), view -> view.getLong(0), -1));
    }

    @Test
    void aSlotIsDeadAfterItsScopeAndOnOtherThreads() throws Exception {
        final ValueSlot[] kept = new ValueSlot[1];
        map.put(key(1), 8, slot -> {
            kept[0] = slot;
            slot.putLong(0, 1);
            assertThrows(IndexOutOfBoundsException.class, () -> slot.putLong(1, 1));
        });
        assertThrows(IllegalStateException.class, () -> kept[0].putLong(0, 2));
        assertThrows(IllegalArgumentException.class, () -> map.put(key(1), -1, slot -> {}));
        map.put(key(2), 8, slot -> {
            slot.putLong(0, 1);
            final Thread other = new Thread(() -> assertThrows(IllegalStateException.class, () -> slot.putLong(0, 3)));
            final Throwable[] failure = new Throwable[1];
            other.setUncaughtExceptionHandler((thread, e) -> failure[0] = e);
            other.start();
            join(other);
            assertNull(failure[0]);
        });
        assertEquals(1, map.readLong(key(2), view -> view.getLong(0), -1));
    }

    private static void join(final Thread thread) {
        try {
            thread.join();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aValueThatFitsNowhereIsRefusedAndTheWriterIsNotCalled() {
        assertThrows(
                StoreFullException.class,
                () -> map.put(key(1), Integer.MAX_VALUE, slot -> {
                    throw new AssertionError("called");
                }));
        assertNull(map.get(key(1)));
    }

    @Test
    void whatIsFullForAWriterIsNotTriedAgainForIt() throws Exception {
        final int[] runs = {0};
        final StoreFullException thrown = new StoreFullException("of another store", 2, 1, null);
        assertEquals(
                thrown,
                assertThrows(
                        StoreFullException.class,
                        () -> map.put(key(1), 100, slot -> {
                            runs[0]++;
                            throw thrown;
                        })));
        assertEquals(1, runs[0]);
        assertNull(map.get(key(1)));
    }

    // --------------------------------------------------------------------------------- calls from inside user code

    /** Whatever a store can do, on this map and on another, from inside whatever user code a call of the map runs. */
    @Test
    void userCodeMayCallAllOfTheStoreFromInsideOfEachCall() {
        final KvMap other = store.map("other");
        final AtomicLong calls = new AtomicLong();
        final Runnable inside = () -> {
            final int call = (int) calls.incrementAndGet();
            callAll(map, call);
            callAll(other, call);
        };
        final byte[] key = key(1);
        map.put(key, number(1));
        assertEquals(Integer.valueOf(8), map.read(key, view -> insideOf(view, inside)));
        assertEquals(8, map.readLong(key, view -> insideOf(view, inside), -1));
        assertEquals(1, map.readAll(new byte[][] {key}, (index, view) -> inside.run()));
        map.put(key, Long.BYTES, slot -> {
            slot.putLong(0, 5, ByteOrder.BIG_ENDIAN);
            inside.run();
            assertEquals(5, slot.getLong(0, ByteOrder.BIG_ENDIAN), "its place is its own");
        });
        assertEquals(5, number(map.get(key)));
        map.putAsync(key, number(6)).thenRun(inside).join();
        final UnaryOperator<byte @Nullable []> function = value -> {
            inside.run();
            return value == null ? number(7) : number(number(value) + 1);
        };
        assertEquals(7, number(map.compute(key, function::apply)));
        assertEquals(8, number(map.computeIfPresent(key, function::apply)));
        assertEquals(7, number(map.computeIfAbsent(key(2), function::apply)));
        assertTrue(map.forEach((k, v) -> {
            inside.run();
            return true;
        }));
        for (final byte[] found : map.keys()) {
            inside.run();
            assertTrue(map.contains(found));
        }
        assertTrue(calls.get() >= 12, "calls " + calls.get());
        assertEquals(8, number(map.get(key)));
        assertEquals(2, map.size());
    }

    private static int insideOf(final ValueView view, final Runnable call) {
        final byte[] before = view.toByteArray();
        call.run();
        assertArrayEquals(before, view.toByteArray(), "the view is as it was");
        return view.capacity();
    }

    /** Leaves the map as it was. */
    private void callAll(final KvMap at, final int call) {
        final byte[] key = key(1_000 + call);
        final long size = at.size();
        at.put(key, number(1));
        at.put(key, Long.BYTES, slot -> slot.putLong(0, 2, ByteOrder.BIG_ENDIAN));
        assertEquals(2, number(at.getAndPut(key, number(3))));
        assertEquals(4, number(at.compute(key, value -> number(number(value) + 1))));
        assertTrue(at.replace(key, number(4), number(5)));
        assertEquals(5, number(at.getAndReplace(key, new byte[70_000])));
        at.putAsync(key, number(6)).join();
        assertEquals(6, at.readLong(key, view -> view.getLong(0, ByteOrder.BIG_ENDIAN), -1));
        final AtomicLong seen = new AtomicLong();
        at.forEach((k, v) -> seen.incrementAndGet() >= 0);
        assertEquals(size + 1, seen.get());
        assertEquals(size + 1, at.size());
        readAllWays(at, key, size + 1);
        assertTrue(at.deleteAsync(key).join());
        assertFalse(at.delete(key));
        changeByBuffers(at, key);
        assertEquals(8, number(at.computeIfAbsent(key, none -> number(8))));
        assertEquals(9, number(at.computeIfPresent(key, value -> number(number(value) + 1))));
        assertFalse(at.delete(key, number(8)));
        assertTrue(at.delete(key, number(9)));
        assertTrue(at.putIfAbsent(key, number(10)));
        assertEquals(10, number(at.getAndDelete(key)));
        assertTrue(store.map("made").putIfAbsent(key, number(1)));
        assertTrue(store.renameMap("made", "renamed"));
        store.map("renamed").clear();
        assertTrue(store.dropMap("renamed"));
        assertTrue(store.mapNames().contains("m"));
        store.sync();
        assertTrue(store.compact() >= 0);
        assertTrue(store.stats().chunks() > 0);
        assertTrue(store.verify().isSound(), () -> store.verify().problems().toString());
        assertEquals(List.of(), store.hottestPages(3), "there are no extended descriptors");
        assertTrue(store.durability().mechanism().startsWith("WRITE_BACK"));
        final Verification verification = store.verification();
        while (verification.step(1 << 20)) {
            assertTrue(verification.progress() <= 1);
        }
        assertTrue(
                verification.report().isSound(),
                () -> verification.report().problems().toString());
    }

    /** The key has the value 6. */
    private static void readAllWays(final KvMap at, final byte[] key, final long size) {
        final byte[][] keys = {key, number(-1)};
        assertEquals(1, at.readAll(keys, (i, view) -> assertEquals(i == 0, view != null)));
        final UnsafeBuffer buffer = new UnsafeBuffer(key);
        assertEquals(1, at.readAll(buffer, 0, key.length, 1, (i, view) -> assertNotNull(view)));
        assertEquals(6, number(at.read(key, ValueView::toByteArray)));
        assertEquals(6, number(at.read(buffer, 0, key.length, ValueView::toByteArray)));
        assertEquals(8, at.readLong(buffer, 0, key.length, ValueView::capacity, -1));
        final UnsafeBuffer value = new UnsafeBuffer(new byte[Long.BYTES]);
        assertEquals(Long.BYTES, at.get(buffer, 0, key.length, value, 0));
        assertEquals(6, value.getLong(0, ByteOrder.BIG_ENDIAN));
        assertTrue(at.contains(key));
        assertTrue(at.contains(buffer, 0, key.length));
        long count = 0;
        for (final byte[] found : at.keys()) {
            count += at.contains(found) ? 1 : 0;
        }
        assertEquals(size, count);
        for (final KvEntry entry : at.entries()) {
            count -= entry.value().length > 0 ? 1 : 0;
        }
        assertEquals(0, count);
    }

    /** The key has no value before and after. */
    private static void changeByBuffers(final KvMap at, final byte[] key) {
        final int length = key.length;
        final UnsafeBuffer buffer = new UnsafeBuffer(key);
        final UnsafeBuffer one = new UnsafeBuffer(number(1));
        final UnsafeBuffer two = new UnsafeBuffer(number(2));
        assertTrue(at.putIfAbsent(buffer, 0, length, one, 0, Long.BYTES));
        assertTrue(at.replace(buffer, 0, length, one, 0, Long.BYTES, two, 0, Long.BYTES));
        assertTrue(at.replace(buffer, 0, length, one, 0, Long.BYTES));
        at.put(buffer, 0, length, two, 0, Long.BYTES);
        at.put(buffer, 0, length, Long.BYTES, slot -> slot.putLong(0, 3, ByteOrder.BIG_ENDIAN));
        assertFalse(at.delete(buffer, 0, length, two, 0, Long.BYTES));
        assertEquals(3, number(at.get(key)));
        assertTrue(at.delete(buffer, 0, length));
        assertTrue(at.putIfAbsent(key, number(1)));
        assertTrue(at.delete(buffer, 0, length, one, 0, Long.BYTES));
    }

    /** What makes bytes of objects, and objects of bytes, is user code too. */
    @Test
    void aCodecOfATypedMapMayCallAllOfTheStore() {
        final KvMap other = store.map("other");
        final AtomicLong calls = new AtomicLong();
        final Runnable inside = () -> {
            final int call = (int) calls.incrementAndGet();
            callAll(map, call);
            callAll(other, call);
        };
        final TypedMap<Long, Long> typed = TypedMap.of(map, new CallingCodec(inside), new CallingCodec(inside));
        typed.put(1L, 11L);
        assertEquals(11L, typed.get(1L));
        assertFalse(typed.putIfAbsent(1L, 12L));
        assertTrue(typed.replace(1L, 11L, 12L));
        assertEquals(12L, typed.getAndPut(1L, 13L));
        assertEquals(14L, typed.merge(1L, 1L, Long::sum));
        typed.forEach((key, value) -> assertEquals(15L, key + value));
        assertEquals(14L, typed.getAndRemove(1L));
        assertTrue(calls.get() > 20, "calls " + calls.get());
        assertEquals(0, map.size());
    }

    /** A long in 8 bytes, and a call of something else whenever it is asked for anything. */
    private record CallingCodec(Runnable call) implements Codec<Long> {
        @Override
        public int encodedLength(final Long value) {
            call.run();
            return Long.BYTES;
        }

        @Override
        public void encode(final Long value, final MutableDirectBuffer target, final int offset) {
            target.putLong(offset, value);
            call.run();
            assertEquals(value, target.getLong(offset), "its place is its own");
        }

        @Override
        public Long decode(final DirectBuffer source, final int offset, final int length) {
            final long value = source.getLong(offset);
            call.run();
            assertEquals(value, source.getLong(offset), "it is as it was");
            return value;
        }
    }

    /** A function of compute runs in no scope: it may close the store, and finds out as any other caller does. */
    @Test
    void aCloseFromInsideOfComputeClosesTheStoreAndOneFromInsideOfAScopeIsRefused() {
        final Path path = folder.resolve("closed");
        final EngineStore closed = TestStores.tiny(path);
        final KvMap own = closed.map("m");
        own.put(key(1), number(1));
        own.put(key(2), Long.BYTES, slot -> {
            assertThrows(IllegalStateException.class, closed::close);
            slot.putLong(0, 2, ByteOrder.BIG_ENDIAN);
        });
        assertTrue(own.forEach((key, value) -> {
            assertThrows(IllegalStateException.class, closed::close);
            return true;
        }));
        assertEquals(
                2,
                own.readAll(
                        new byte[][] {key(1), key(2)},
                        (i, view) -> assertThrows(IllegalStateException.class, closed::close)));
        assertThrows(
                StoreClosedException.class,
                () -> own.compute(key(1), value -> {
                    assertTrue(closed.close(Duration.ZERO), "nobody is in it");
                    return number(3);
                }));
        try (EngineStore again = TestStores.tiny(path)) {
            assertEquals(1, number(again.map("m").get(key(1))), "what was computed is not stored");
            assertEquals(2, number(again.map("m").get(key(2))));
            TestStores.assertSound(again);
        }
    }

    // ----------------------------------------------------------------------------------------------------- many keys

    @Test
    void manyKeysAreReadInTheirOrderAndAReaderMayReadManyItself() {
        for (int i = 0; i < 3_000; i++) {
            if (i % 3 != 0) {
                map.put(number(i), number(-i));
            }
        }
        final int count = 1_000;
        final UnsafeBuffer keys = new UnsafeBuffer(new byte[4 + count * Long.BYTES]);
        for (int i = 0; i < count; i++) {
            keys.putLong(4 + i * Long.BYTES, i * 2L, ByteOrder.BIG_ENDIAN);
        }
        final int[] next = {0};
        final int found = map.readAll(keys, 4, Long.BYTES, count, (index, value) -> {
            assertEquals(next[0]++, index);
            assertEquals(index * 2 % 3 == 0, value == null);
            if (value != null) {
                assertEquals(-index * 2L, value.getLong(0, ByteOrder.BIG_ENDIAN));
                final int inner = map.readAll(
                        new byte[][] {number(1), number(3)},
                        (i, v) -> assertEquals(i == 0 ? -1L : 0L, v == null ? 0 : v.getLong(0, ByteOrder.BIG_ENDIAN)));
                assertEquals(1, inner);
                assertEquals(-index * 2L, value.getLong(0, ByteOrder.BIG_ENDIAN), "the outer view is as before");
            }
        });
        assertEquals(count, next[0]);
        assertEquals(count - (count + 2) / 3, found);
        assertEquals(0, map.readAll(new byte[0][], (index, value) -> {
            throw new AssertionError("called");
        }));
    }

    // ------------------------------------------------------------------------------------------------------ iterators

    @Test
    void anIteratorSeesEveryKeyThatStaysExactlyOnceWhileTheIndexGrows() {
        final int stay = 2_000;
        for (int i = 0; i < stay; i++) {
            map.put(key(i), number(i));
        }
        final Set<Integer> seen = new HashSet<>();
        int other = stay;
        for (final Iterator<KvEntry> entries = map.entries().iterator(); entries.hasNext(); ) {
            final KvEntry entry = entries.next();
            final int number = Integer.parseInt(new String(entry.key(), US_ASCII));
            if (number < stay) {
                assertTrue(seen.add(number), "key " + number + " twice");
                assertEquals(number, number(entry.value()));
                for (int i = 0; i < 5; i++) {
                    map.put(key(other), number(other));
                    other++;
                }
            }
        }
        assertEquals(stay, seen.size());
        assertTrue(
                store.stats().splits() > 20,
                "splits on the way: " + store.stats().splits());
    }

    @Test
    void anIteratorThatIsLeftUnfinishedHoldsNoSpaceBack() {
        map.put(key(0), number(0));
        final Iterator<byte[]> unfinished = map.keys().iterator();
        assertTrue(unfinished.hasNext());
        for (int i = 0; i < 20_000; i++) { // in sum several times what the pool has room for
            map.put(key(1), new byte[60_000]);
        }
        assertArrayEquals(key(0), firstOf(unfinished));
    }

    private static byte[] firstOf(final Iterator<byte[]> keys) {
        return keys.next();
    }

    @Test
    void removalThroughAnIteratorEmptiesTheMap() {
        for (int i = 0; i < 1_500; i++) {
            map.put(key(i), new byte[i % 50]);
        }
        final Iterator<byte[]> keys = map.keys().iterator();
        assertThrows(IllegalStateException.class, keys::remove);
        while (keys.hasNext()) {
            final byte[] key = keys.next();
            if (key.length % 2 == 0) {
                keys.remove();
                assertThrows(IllegalStateException.class, keys::remove);
                assertFalse(map.contains(key));
            }
        }
        assertThrows(NoSuchElementException.class, keys::next);
        final Iterator<KvEntry> entries = map.entries().iterator();
        while (entries.hasNext()) {
            assertEquals(1, entries.next().key().length % 2);
            entries.remove();
        }
        assertEquals(0, map.size());
        assertFalse(map.entries().iterator().hasNext());
    }
}
