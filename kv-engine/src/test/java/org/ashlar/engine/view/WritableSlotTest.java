package org.ashlar.engine.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.engine.view.MisuseCalls.Call;
import org.ashlar.engine.view.PutCalls.Letters;
import org.ashlar.engine.view.PutCalls.Put;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class WritableSlotTest {
    private static final int LENGTH = MisuseCalls.LENGTH;
    private static final int DRAWS = Boolean.getBoolean("ashlar.long") ? 200_000 : 2_000;

    /** Set it to have a failed draw again. */
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime() & 0xFFFFF) * DRAWS;

    private final GuardedMemory memory = new GuardedMemory();
    private final WritableSlot slot = new WritableSlot();

    @BeforeEach
    void open() {
        memory.fill(0);
        slot.open(memory.address(), LENGTH);
    }

    @AfterEach
    void close() {
        slot.close();
    }

    static Stream<String> puts() {
        return PutCalls.puts().stream().map(Put::name);
    }

    @ParameterizedTest
    @MethodSource("puts")
    void aPutWritesWhatAgronaWouldAndNoByteBesideIt(final String name) {
        final Put put = PutCalls.puts().stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow();
        for (long seed = SEED; seed < SEED + DRAWS; seed++) {
            final Draw draw = Draw.of(seed);
            final int size = put.size().applyAsInt(draw);
            final int index = Math.floorMod(draw.number() + seed, LENGTH - size + 1);
            final byte[] expected = GuardedMemory.bytes(seed);
            final byte[] beside = expected.clone();
            final Object returned = put.body().put(GuardedMemory.range(expected), index, draw);
            System.arraycopy(expected, GuardedMemory.GUARD + index, beside, GuardedMemory.GUARD + index, size);

            memory.fill(seed);
            final String call = name + " at " + index + ", " + draw + ", -Dashlar.seed=" + SEED / DRAWS;
            assertEquals(returned, put.body().put(slot, index, draw), call);
            assertTrue(memory.has(expected), call);
            assertTrue(memory.has(beside), call);
        }
    }

    @Test
    void aPutThatReachesBeyondTheSlotOrItsSourceIsRefusedAndWritesNothing() {
        for (final Call<MutableDirectBuffer> call : PutCalls.beyondBounds()) {
            final IndexOutOfBoundsException refusal = assertThrows(
                    IndexOutOfBoundsException.class, () -> call.body().accept(slot), call::name);
            assertTrue(String.valueOf(refusal.getMessage()).matches(".*\\d.*"), call::name);
            assertTrue(memory.isAsFilled(0), call::name);
        }
    }

    @Test
    void aReadThatReachesBeyondTheSlotIsRefused() {
        for (final Call<DirectBuffer> call : MisuseCalls.beyondBounds(memory.address())) {
            assertThrows(IndexOutOfBoundsException.class, () -> call.body().accept(slot), call::name);
        }
    }

    @Test
    void boundsHoldWhereAgronasOwnChecksAreOff() throws Exception {
        WithoutAgronaChecks.run(WritableSlot.class);
    }

    @Test
    void anArgumentThatAgronaWouldWriteAmissIsRefusedAndWritesNothing() {
        for (final Call<MutableDirectBuffer> call : PutCalls.badArguments()) {
            assertThrows(IllegalArgumentException.class, () -> call.body().accept(slot), call::name);
            assertTrue(memory.isAsFilled(0), call::name);
        }
    }

    @Test
    void noCallIsServedOnAnotherThreadOrAfterTheScope() throws Exception {
        final List<Call<? super MutableDirectBuffer>> calls = allButWrap();
        CompletableFuture.runAsync(
                        () -> allAreOutOfScope(calls, "belongs to"), task -> new Thread(task, "other").start())
                .get();
        slot.close();
        allAreOutOfScope(calls, "closed");
    }

    private void allAreOutOfScope(final List<Call<? super MutableDirectBuffer>> calls, final String reason) {
        for (final Call<? super MutableDirectBuffer> call : calls) {
            final IllegalStateException refusal =
                    assertThrows(IllegalStateException.class, () -> call.body().accept(slot), call::name);
            assertTrue(String.valueOf(refusal.getMessage()).contains(reason), call::name);
            assertTrue(memory.isAsFilled(0), call::name);
        }
    }

    /** Within bounds and beyond, for the scope comes first. */
    private static List<Call<? super MutableDirectBuffer>> allButWrap() {
        final List<Call<? super MutableDirectBuffer>> calls = new ArrayList<>(MisuseCalls.all());
        for (final Put put : PutCalls.puts()) {
            for (int seed = 0; seed < 16; seed++) {
                final Draw draw = Draw.of(seed);
                calls.add(new Call<MutableDirectBuffer>(
                        put.name(), b -> put.body().put(b, 0, draw)));
            }
        }
        calls.addAll(PutCalls.beyondBounds());
        calls.addAll(PutCalls.badArguments());
        calls.add(new Call<>("isExpandable", MutableDirectBuffer::isExpandable));
        return calls;
    }

    private static List<Call<DirectBuffer>> wraps() {
        return List.of(
                new Call<>("array", b -> b.wrap(new byte[8])),
                new Call<>("part of array", b -> b.wrap(new byte[8], 0, 8)),
                new Call<>("ByteBuffer", b -> b.wrap(ByteBuffer.allocate(8))),
                new Call<>("part of ByteBuffer", b -> b.wrap(ByteBuffer.allocate(8), 0, 8)),
                new Call<>("buffer", b -> b.wrap(new UnsafeBuffer(new byte[8]))),
                new Call<>("part of buffer", b -> b.wrap(new UnsafeBuffer(new byte[8]), 0, 8)),
                new Call<>("address", b -> b.wrap(0, 8)));
    }

    /** A method that a later Agrona adds is in none of the lists above, and would be tested by nothing. */
    @Test
    void theCallsOfTheseTestsAreAllThatAgronaHas() {
        final Set<String> called = new TreeSet<>();
        final MutableDirectBuffer recorder = recorder(called);
        allButWrap().forEach(call -> call.body().accept(recorder));
        wraps().forEach(call -> call.body().accept(recorder));
        assertEquals(signatures(MutableDirectBuffer.class, m -> true), called);

        called.clear();
        PutCalls.beyondBounds().forEach(call -> call.body().accept(recorder));
        MisuseCalls.beyondBounds(memory.address()).forEach(call -> call.body().accept(recorder));
        assertEquals(signatures(MutableDirectBuffer.class, WritableSlotTest::takesARange), called);
    }

    private static boolean takesARange(final Method method) {
        return method.getParameterCount() > 0
                && method.getParameterTypes()[0] == int.class
                && !method.getName().equals("wrap");
    }

    private static Set<String> signatures(final Class<?> type, final Predicate<Method> filter) {
        final Set<String> signatures = new TreeSet<>();
        for (final Method method : type.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers()) && filter.test(method)) {
                signatures.add(signature(method));
            }
        }
        return signatures;
    }

    private static String signature(final Method method) {
        return method.getName() + List.of(method.getParameterTypes());
    }

    private static MutableDirectBuffer recorder(final Set<String> called) {
        return (MutableDirectBuffer) Proxy.newProxyInstance(
                WritableSlotTest.class.getClassLoader(),
                new Class<?>[] {MutableDirectBuffer.class},
                (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() != Object.class) {
                        called.add(signature(method));
                    }
                    return nothing(method.getReturnType());
                });
    }

    private static @Nullable Object nothing(final Class<?> type) {
        return type.isPrimitive() && type != void.class ? Array.get(Array.newInstance(type, 1), 0) : null;
    }

    @Test
    void whatIsReadIsWhatAnyBufferWouldRead() {
        for (long seed = SEED; seed < SEED + DRAWS; seed++) {
            memory.fill(seed);
            final UnsafeBuffer expected = GuardedMemory.range(GuardedMemory.bytes(seed));
            final int index = (int) (seed % (LENGTH - 7));
            final String call = "seed " + seed;
            assertEquals(reads(expected, index), reads(slot, index), call);
            assertEquals(0, slot.compareTo(expected), call);
            assertEquals(expected.hashCode(), slot.hashCode(), call);
        }
    }

    private static List<Object> reads(final DirectBuffer buffer, final int i) {
        final List<Object> values = new ArrayList<>();
        for (final ByteOrder o : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            values.addAll(List.of(buffer.getLong(i, o), buffer.getInt(i, o), buffer.getShort(i, o)));
            values.addAll(List.of(buffer.getDouble(i, o), buffer.getFloat(i, o), buffer.getChar(i, o)));
        }
        values.addAll(List.of(buffer.getLong(i), buffer.getInt(i), buffer.getShort(i), buffer.getByte(i)));
        values.addAll(List.of(buffer.getDouble(i), buffer.getFloat(i), buffer.getChar(i)));
        values.addAll(List.of(buffer.getStringWithoutLengthAscii(i, 8), buffer.getStringWithoutLengthUtf8(i, 8)));
        final ByteBuffer copy = ByteBuffer.allocate(LENGTH);
        buffer.getBytes(0, copy, LENGTH);
        return List.of(values, copy.flip());
    }

    @Test
    void whatWasWrittenIsRead() {
        slot.putStringUtf8(1, "Quader\u00fcber");
        slot.putStringAscii(20, "ashlar", ByteOrder.BIG_ENDIAN);
        slot.putLongAscii(30, -123_456_789);
        assertEquals("Quader\u00fcber", slot.getStringUtf8(1));
        assertEquals("ashlar", slot.getStringAscii(20, ByteOrder.BIG_ENDIAN));
        assertEquals(-123_456_789, slot.parseIntAscii(30, 10));
    }

    @Test
    void aSlotTellsWhatItIs() {
        assertEquals(LENGTH, slot.capacity());
        assertEquals(memory.address(), slot.addressOffset());
        assertFalse(slot.isExpandable());
        slot.checkLimit(LENGTH);
        slot.boundsCheck(LENGTH, 0);
        assertEquals("WritableSlot{40 bytes}", slot.toString());
        slot.close();
        assertEquals("WritableSlot{closed, or of another thread}", slot.toString());
    }

    @Test
    void openingAndClosingChangeNoByte() {
        slot.close();
        slot.open(memory.address(), LENGTH);
        slot.close();
        assertTrue(memory.isAsFilled(0));
    }

    @Test
    void aSlotIsOpenedAgainWhenItIsClosedAndNotBefore() throws Exception {
        assertThrows(IllegalStateException.class, () -> slot.open(memory.address(), 8));
        assertEquals(LENGTH, slot.capacity());
        slot.close();
        slot.close();
        assertThrows(IllegalArgumentException.class, () -> slot.open(memory.address(), -1));
        CompletableFuture.runAsync(() -> {
                    slot.open(memory.address() + 8, 8);
                    slot.putLong(0, 42);
                })
                .get();
        assertThrows(IllegalStateException.class, () -> slot.putLong(0, 43));
        final byte[] expected = GuardedMemory.bytes(0);
        GuardedMemory.range(expected).putLong(8, 42);
        assertTrue(memory.has(expected));
    }

    @Test
    void anEmptySlotTakesNothing() {
        slot.close();
        slot.open(memory.address(), 0);
        assertEquals(0, slot.putStringWithoutLengthUtf8(0, ""));
        slot.putBytes(0, new byte[0]);
        slot.setMemory(0, 0, (byte) 1);
        assertThrows(IndexOutOfBoundsException.class, () -> slot.putByte(0, (byte) 1));
        assertThrows(IndexOutOfBoundsException.class, () -> slot.putStringAscii(0, ""));
        assertTrue(memory.isAsFilled(0));
    }

    @Test
    void aSlotIsNotWrappedAroundAnythingElse() {
        for (final Call<DirectBuffer> call : wraps()) {
            assertThrows(UnsupportedOperationException.class, () -> call.body().accept(slot), call::name);
        }
        assertEquals(LENGTH, slot.capacity());
        assertEquals(memory.address(), slot.addressOffset());
    }

    @Test
    void aSlotTakesBytesFromAViewAndAViewGivesThemWithinItsScopeOnly() {
        final GuardedMemory other = new GuardedMemory();
        other.fill(7);
        final SlotView view = new SlotView();
        view.open(other.address(), LENGTH);
        slot.putBytes(0, view, 0, 20);
        view.getBytes(20, slot, 20, 20);
        assertEquals(view, slot);
        assertEquals(slot, view);
        assertEquals(view.hashCode(), slot.hashCode());
        slot.putByte(LENGTH - 1, (byte) ~slot.getByte(LENGTH - 1));
        assertNotEquals(view, slot);

        assertThrows(IndexOutOfBoundsException.class, () -> view.getBytes(0, slot, 1, LENGTH));
        assertThrows(IndexOutOfBoundsException.class, () -> slot.putBytes(0, view, 1, LENGTH));
        view.close();
        assertThrows(IllegalStateException.class, () -> slot.putBytes(0, view, 0, 1));
        view.open(other.address(), LENGTH);
        slot.close();
        assertThrows(IllegalStateException.class, () -> view.getBytes(0, slot, 0, 1));
        assertTrue(other.isAsFilled(7));
        view.close();
    }

    @Test
    void charactersThatChangeTheirLengthDoNotOutgrowWhatWasChecked() {
        final AtomicInteger length = new AtomicInteger(LENGTH - DirectBuffer.STR_HEADER_LEN - 1);
        final Letters growing = length::incrementAndGet;
        assertEquals(LENGTH, slot.putStringAscii(0, growing));
        assertThrows(IndexOutOfBoundsException.class, () -> slot.putStringAscii(0, growing));
        final byte[] expected = GuardedMemory.bytes(0);
        GuardedMemory.range(expected).putStringAscii(0, "x".repeat(LENGTH - DirectBuffer.STR_HEADER_LEN));
        assertTrue(memory.has(expected));
    }

    @Test
    void charactersThatCloseTheSlotAreWrittenNoFurther() {
        final CharSequence closing = new Letters() {
            @Override
            public int length() {
                return 8;
            }

            @Override
            public char charAt(final int index) {
                if (index == 2) {
                    slot.close();
                }
                return 'x';
            }
        };
        assertThrows(IllegalStateException.class, () -> slot.putStringWithoutLengthAscii(0, closing));
        final byte[] expected = GuardedMemory.bytes(0);
        GuardedMemory.range(expected).putStringWithoutLengthAscii(0, "xx");
        assertTrue(memory.has(expected));
    }

    @Test
    void openingWritingNumbersAndClosingAllocateNothing() {
        final var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        final byte[] source = new byte[8];
        slot.close();
        openWriteClose(source, 50_000);
        final long before = threads.getCurrentThreadAllocatedBytes();
        openWriteClose(source, 50_000);
        final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 10_000, allocated + " bytes allocated by 50,000 scopes");
    }

    private void openWriteClose(final byte[] source, final int rounds) {
        for (int i = 0; i < rounds; i++) {
            slot.open(memory.address(), LENGTH);
            slot.putByte(0, (byte) i);
            slot.putShort(1, (short) i, ByteOrder.BIG_ENDIAN);
            slot.putChar(3, (char) i);
            slot.putInt(5, i);
            slot.putFloat(9, i);
            slot.putLong(13, i);
            slot.putDouble(21, i);
            slot.putBytes(29, source);
            slot.putIntAscii(29, i);
            slot.putStringWithoutLengthAscii(35, "slot");
            slot.close();
        }
    }
}
