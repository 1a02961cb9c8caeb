package org.ashlar.engine.view;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.engine.view.MisuseCalls.Call;
import org.ashlar.kv.ValueView;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SlotViewTest {
    private static final int LENGTH = MisuseCalls.LENGTH;
    private static final ByteBuffer MEMORY = ByteBuffer.allocateDirect(4096);
    private static final long ADDRESS = BufferUtil.address(MEMORY);

    private final UnsafeBuffer memory = new UnsafeBuffer(ADDRESS, MEMORY.capacity());
    private final SlotView view = new SlotView();

    @BeforeEach
    void open() {
        for (int i = 0; i < memory.capacity(); i++) {
            memory.putByte(i, (byte) (i * 31 + 7));
        }
        view.open(ADDRESS, LENGTH);
    }

    @AfterEach
    void close() {
        view.close();
    }

    @Test
    void fixedSizeReadsSeeTheBytesOfTheView() {
        for (final ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            assertEquals(memory.getLong(LENGTH - 8, order), view.getLong(LENGTH - 8, order));
            assertEquals(memory.getInt(LENGTH - 4, order), view.getInt(LENGTH - 4, order));
            assertEquals(memory.getShort(LENGTH - 2, order), view.getShort(LENGTH - 2, order));
            assertEquals(memory.getChar(LENGTH - 2, order), view.getChar(LENGTH - 2, order));
            assertEquals(memory.getDouble(3, order), view.getDouble(3, order));
            assertEquals(memory.getFloat(3, order), view.getFloat(3, order));
        }
        assertEquals(memory.getLong(0), view.getLong(0));
        assertEquals(memory.getInt(1), view.getInt(1));
        assertEquals(memory.getShort(3), view.getShort(3));
        assertEquals(memory.getChar(3), view.getChar(3));
        assertEquals(memory.getDouble(5), view.getDouble(5));
        assertEquals(memory.getFloat(5), view.getFloat(5));
        assertEquals(memory.getByte(LENGTH - 1), view.getByte(LENGTH - 1));
    }

    @Test
    void aViewTellsWhatItIs() {
        assertEquals(LENGTH, view.capacity());
        assertEquals(ADDRESS, view.addressOffset());
        assertEquals(0, view.wrapAdjustment());
        assertNull(view.byteArray());
        assertNull(view.byteBuffer());
        view.checkLimit(LENGTH);
        view.boundsCheck(LENGTH, 0);
    }

    @Test
    void copiesHaveTheBytesOfTheView() {
        final byte[] expected = new byte[LENGTH];
        memory.getBytes(0, expected);
        assertArrayEquals(expected, view.toByteArray());

        final byte[] array = new byte[LENGTH];
        view.getBytes(0, array);
        assertArrayEquals(expected, array);

        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[LENGTH]);
        view.getBytes(1, buffer, 1, LENGTH - 1);
        assertEquals(0, memory.compareTo(new UnsafeBuffer(ADDRESS, memory.capacity())));
        assertEquals(expected[LENGTH - 1], buffer.getByte(LENGTH - 1));

        final ExpandableArrayBuffer expandable = new ExpandableArrayBuffer(8);
        view.getBytes(0, expandable, 100, LENGTH);
        assertEquals(expected[7], expandable.getByte(107));

        for (final ByteBuffer target :
                new ByteBuffer[] {ByteBuffer.allocate(LENGTH + 2), ByteBuffer.allocateDirect(LENGTH + 2)}) {
            target.position(2);
            view.getBytes(0, target, LENGTH);
            assertEquals(LENGTH + 2, target.position());
            assertEquals(expected[0], target.get(2));
            view.getBytes(5, target, 0, 1);
            assertEquals(expected[5], target.get(0));
        }
    }

    @Test
    void stringsAndNumbersAreRead() {
        memory.putStringAscii(4, "ashlar");
        memory.putStringUtf8(16, "Quader\u00fcber", ByteOrder.BIG_ENDIAN);
        memory.putStringWithoutLengthAscii(32, "-1234567");
        assertEquals("ashlar", view.getStringAscii(4));
        assertEquals("ash", view.getStringAscii(4, 3));
        assertEquals("ashlar", view.getStringAscii(4, ByteOrder.nativeOrder()));
        assertEquals("Quader\u00fcber", view.getStringUtf8(16, ByteOrder.BIG_ENDIAN));
        assertEquals("Quader", view.getStringUtf8(16, 6));
        assertEquals("ash", view.getStringWithoutLengthAscii(8, 3));
        assertEquals("\u00fcb", view.getStringWithoutLengthUtf8(26, 3));
        assertEquals(-1_234_567, view.parseIntAscii(32, 8));
        assertEquals(-1_234_567, view.parseLongAscii(32, 8));
        assertEquals(1_234_567, view.parseNaturalIntAscii(33, 7));
        assertEquals(1_234_567, view.parseNaturalLongAscii(33, 7));

        final StringBuilder text = new StringBuilder();
        assertEquals(6, view.getStringAscii(4, text));
        assertEquals(6, view.getStringAscii(4, text, ByteOrder.nativeOrder()));
        assertEquals(2, view.getStringAscii(4, 2, text));
        assertEquals(1, view.getStringWithoutLengthAscii(8, 1, text));
        assertEquals("ashlarashlarasa", text.toString());
    }

    @Test
    void aStringMayEndWhereTheViewEnds() {
        final String text = "x".repeat(LENGTH - DirectBuffer.STR_HEADER_LEN);
        memory.putStringUtf8(0, text);
        assertEquals(text, view.getStringUtf8(0));
        assertEquals(text, view.getStringAscii(0));
        memory.putInt(LENGTH - DirectBuffer.STR_HEADER_LEN, 0);
        assertEquals("", view.getStringAscii(LENGTH - DirectBuffer.STR_HEADER_LEN));
        assertEquals("", view.getStringUtf8(LENGTH - DirectBuffer.STR_HEADER_LEN));
    }

    static Stream<Call<DirectBuffer>> beyondBounds() {
        return MisuseCalls.beyondBounds(ADDRESS).stream();
    }

    @ParameterizedTest
    @MethodSource("beyondBounds")
    void aCallThatReachesBeyondTheViewIsRefused(final Call<? super SlotView> call) {
        final IndexOutOfBoundsException refusal =
                assertThrows(IndexOutOfBoundsException.class, () -> call.body().accept(view));
        final String message = String.valueOf(refusal.getMessage());
        assertTrue(message.matches(".*\\d.*"), message);
    }

    @Test
    void boundsHoldWhereAgronasOwnChecksAreOff() throws Exception {
        WithoutAgronaChecks.run(SlotView.class);
    }

    static Stream<Call<? super SlotView>> outOfScope() {
        return Stream.concat(MisuseCalls.all().stream(), Stream.of(new Call<>("toByteArray", SlotView::toByteArray)));
    }

    @ParameterizedTest
    @MethodSource("outOfScope")
    void noCallIsServedOnAnotherThreadOrAfterTheScope(final Call<? super SlotView> call) throws Exception {
        final CompletableFuture<Void> elsewhere =
                CompletableFuture.runAsync(() -> call.body().accept(view), task -> new Thread(task, "other").start());
        final ExecutionException failure = assertThrows(ExecutionException.class, elsewhere::get);
        final Throwable cause = assertInstanceOf(IllegalStateException.class, failure.getCause());
        assertTrue(String.valueOf(cause.getMessage()).contains("belongs to"));

        view.close();
        final IllegalStateException closed =
                assertThrows(IllegalStateException.class, () -> call.body().accept(view));
        assertTrue(String.valueOf(closed.getMessage()).contains("closed"));
    }

    @Test
    void aViewCanBeOpenedAgainForAnotherThread() throws Exception {
        view.close();
        view.close();
        CompletableFuture.runAsync(() -> {
                    view.open(ADDRESS + 8, 8);
                    assertEquals(memory.getLong(8), view.getLong(0));
                })
                .get();
        assertThrows(IllegalStateException.class, () -> view.getLong(0));
        assertTrue(view.toString().contains("another thread"), view.toString());
    }

    @Test
    void aViewThatIsOpenIsOpenedAgainOnRequestOnly() {
        assertThrows(IllegalStateException.class, () -> view.open(ADDRESS, 8));
        assertEquals(LENGTH, view.capacity());
        view.reopen(ADDRESS, 8);
        assertEquals(8, view.capacity());
        assertThrows(IndexOutOfBoundsException.class, () -> view.getByte(8));
        view.close();
        assertThrows(IllegalArgumentException.class, () -> view.open(ADDRESS, -1));
        assertThrows(IllegalStateException.class, view::capacity);
    }

    @Test
    void anEmptyViewHasNothingToRead() {
        view.close();
        view.open(ADDRESS, 0);
        assertEquals(0, view.capacity());
        assertArrayEquals(new byte[0], view.toByteArray());
        assertEquals("", view.getStringWithoutLengthUtf8(0, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> view.getByte(0));
        assertThrows(IndexOutOfBoundsException.class, () -> view.getStringUtf8(0));
    }

    @Test
    void aViewIsNotWrappedAroundAnythingElse() {
        final UnsafeBuffer other = new UnsafeBuffer(new byte[8]);
        final Class<UnsupportedOperationException> refused = UnsupportedOperationException.class;
        assertThrows(refused, () -> view.wrap(new byte[8]));
        assertThrows(refused, () -> view.wrap(new byte[8], 0, 8));
        assertThrows(refused, () -> view.wrap(ByteBuffer.allocate(8)));
        assertThrows(refused, () -> view.wrap(ByteBuffer.allocate(8), 0, 8));
        assertThrows(refused, () -> view.wrap(other));
        assertThrows(refused, () -> view.wrap(other, 0, 8));
        assertThrows(refused, () -> view.wrap(ADDRESS, 8));
        assertEquals(LENGTH, view.capacity());
    }

    @Test
    void aReadOnlyByteBufferIsNotWrittenTo() {
        final ByteBuffer target = ByteBuffer.allocate(8).asReadOnlyBuffer();
        assertThrows(ReadOnlyBufferException.class, () -> view.getBytes(0, target, 8));
        assertThrows(ReadOnlyBufferException.class, () -> view.getBytes(0, target, 0, 8));
        assertEquals(0, target.getLong(0));
        assertEquals(0, target.position());
    }

    @Test
    void viewsCompareByTheirBytes() {
        final SlotView other = new SlotView();
        memory.putBytes(1024, memory, 0, LENGTH);
        other.open(ADDRESS + 1024, LENGTH);
        assertEquals(view, other);
        assertEquals(view.hashCode(), other.hashCode());
        assertEquals(0, view.compareTo(other));
        assertEquals(0, view.compareTo(new UnsafeBuffer(view.toByteArray())));
        assertEquals(0, new UnsafeBuffer(view.toByteArray()).compareTo(view));

        memory.putByte(1024 + LENGTH - 1, (byte) (memory.getByte(LENGTH - 1) + 1));
        assertNotEquals(view, other);
        assertEquals(Integer.signum(view.compareTo(other)), -Integer.signum(other.compareTo(view)));
        assertNotEquals(0, view.compareTo(other));

        other.close();
        assertThrows(IllegalStateException.class, () -> view.compareTo(other));
        assertThrows(IllegalStateException.class, () -> view.equals(other));
        other.open(ADDRESS, LENGTH - 1);
        assertNotEquals(view, other);
        assertTrue(view.compareTo(other) > 0);
        assertFalse(view.equals(new Object()));
        other.close();
    }

    @Test
    void aForeignBufferGetsTheViewAndNotItsMemory() {
        final List<DirectBuffer> sources = new ArrayList<>();
        final UnsafeBuffer spy = new UnsafeBuffer(new byte[LENGTH]) {
            @Override
            public void putBytes(final int index, final DirectBuffer srcBuffer, final int srcIndex, final int length) {
                sources.add(srcBuffer);
            }
        };
        view.getBytes(0, spy, 0, LENGTH);
        assertTrue(sources.get(0) instanceof ValueView);
    }

    @Test
    void openingReadingAndClosingAllocateNothing() {
        final var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        final byte[] target = new byte[LENGTH];
        view.close();
        long sum = openReadClose(target, 50_000);
        final long before = threads.getCurrentThreadAllocatedBytes();
        sum += openReadClose(target, 50_000);
        final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertNotEquals(0, sum);
        assertTrue(allocated < 10_000, allocated + " bytes allocated by 50,000 scopes");
    }

    private long openReadClose(final byte[] target, final int rounds) {
        long sum = 0;
        for (int i = 0; i < rounds; i++) {
            view.open(ADDRESS + i % 64, LENGTH);
            sum += view.getLong(8) + view.getInt(4) + view.getByte(LENGTH - 1) + view.capacity();
            view.getBytes(0, target, 0, LENGTH);
            view.close();
        }
        return sum + new String(target, US_ASCII).length();
    }
}
