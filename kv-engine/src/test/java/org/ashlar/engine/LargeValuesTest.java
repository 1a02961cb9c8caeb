package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.StoreFullException;
import org.ashlar.kv.StoreOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values of many chunks: one view each, written and read where they stay. A GiB in the long variant. */
final class LargeValuesTest {
    private static final int VALUE_BYTES = TestStores.LONG ? 1 << 30 : 48 << 20;
    private static final int STEP = 8 * 509; // each page, at places that differ
    private static final int MEBIBYTE = 1 << 20;
    private static final byte[] KEY = {1, 2, 3};

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private static StoreOptions options() {
        return TestStores.options().withMaximumBytes(VALUE_BYTES * 2L + (16 << 20));
    }

    private static void check(final DirectBuffer view, final long salt) {
        assertEquals(VALUE_BYTES, view.capacity(), "one view of all of it");
        for (int at = 0; at <= VALUE_BYTES - Long.BYTES; at += STEP) {
            assertEquals(at ^ salt, view.getLong(at));
        }
        assertEquals((byte) salt, view.getByte(VALUE_BYTES - 1));
        assertThrows(IndexOutOfBoundsException.class, () -> view.getByte(VALUE_BYTES));
    }

    private static void put(final KvMap map, final long salt) {
        map.put(KEY, VALUE_BYTES, slot -> {
            for (int at = 0; at <= VALUE_BYTES - Long.BYTES; at += STEP) {
                slot.putLong(at, at ^ salt);
            }
            slot.putByte(VALUE_BYTES - 1, (byte) salt);
        });
    }

    @Test
    void aValueOfManyChunksIsOneViewIsReplacedAndItsSpaceIsUsedAgain() {
        final Path path = folder.resolve("pool");
        try (EngineStore store = EngineStore.open(path, options(), Tuning.STANDARD)) {
            final KvMap map = store.map("m");
            for (int i = 0; i < 200; i++) {
                map.put(new byte[] {9, (byte) i}, new byte[5_000]);
            }
            for (long salt = 1; salt <= 5; salt++) { // there is room for two of them
                put(map, salt);
                final long expected = salt;
                assertEquals(
                        1L,
                        map.readLong(
                                KEY,
                                view -> {
                                    check(view, expected);
                                    return 1;
                                },
                                0));
            }
            map.put(new byte[] {7}, VALUE_BYTES, slot -> slot.putByte(0, (byte) 1));
            assertThrows(
                    StoreFullException.class,
                    () -> map.put(new byte[] {8}, VALUE_BYTES, slot -> slot.putByte(0, (byte) 1)));
            assertNull(map.get(new byte[] {8}));
            assertTrue(map.delete(new byte[] {7}));
            store.abandon();
        }
        try (EngineStore store = EngineStore.open(path, options().withVerifyReads(true), Tuning.STANDARD)) {
            final KvMap map = store.map("m");
            assertEquals(
                    1L,
                    map.readLong(
                            KEY,
                            view -> {
                                check(view, 5);
                                return 1;
                            },
                            0));
            assertEquals(201, map.size());
            TestStores.assertSound(store);
            assertTrue(map.delete(KEY));
            assertTrue(store.compact() >= VALUE_BYTES / 2, "what it had is given back");
        }
    }

    /** In the pool from the writer's first byte on: nothing of its size is taken from the heap, or beside it, meanwhile. */
    @Test
    void aValueOfAMebibyteIsWrittenWhereItIsReadLater() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (EngineStore store = EngineStore.open(folder.resolve("pool"), options(), Tuning.STANDARD)) {
            final KvMap map = store.map("m");
            putMebibyte(map, new byte[] {1}); // what is made once
            final long heapBefore = threads.getCurrentThreadAllocatedBytes();
            final long address = putMebibyte(map, KEY);
            final long heapBytes = threads.getCurrentThreadAllocatedBytes() - heapBefore;
            assertTrue(heapBytes < MEBIBYTE / 16, () -> "bytes of heap: " + heapBytes);
            final long data = store.space().pool().dataAddress();
            assertTrue(
                    address >= data
                            && address + MEBIBYTE <= data + store.space().usedBytes(),
                    "not in the pool");
            assertEquals(address, Objects.requireNonNull(map.read(KEY, DirectBuffer::addressOffset)));
            assertEquals(77, map.readLong(KEY, view -> view.getByte(MEBIBYTE - 1), 0));
        }
    }

    /** The address that the writer has written to. */
    private static long putMebibyte(final KvMap map, final byte[] key) {
        final long[] address = new long[1];
        final long directBefore = directBytes();
        map.put(key, MEBIBYTE, slot -> {
            assertTrue(directBytes() - directBefore < MEBIBYTE, "there is a buffer beside the heap");
            address[0] = slot.addressOffset();
            slot.setMemory(0, MEBIBYTE, (byte) 77);
        });
        return address[0];
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getTotalCapacity)
                .sum();
    }

    /** What lies between two sections of a pool is in no view, and in no slot. */
    @Test
    void aValueAcrossTheBorderOfTwoSectionsIsOneView() {
        final int bytes = 160 << 20;
        final StoreOptions large = TestStores.options().withMaximumBytes(256 << 20);
        try (EngineStore store = EngineStore.open(folder.resolve("pool"), large, Tuning.STANDARD)) {
            final long data = store.space().pool().dataAddress();
            final long section = store.space().pool().geometry().sectionBytes();
            final KvMap map = store.map("m");
            final int[] border = new int[1];
            map.put(KEY, bytes, slot -> {
                border[0] = Math.toIntExact(data + section - slot.addressOffset());
                assertTrue(border[0] > MEBIBYTE && border[0] < bytes - MEBIBYTE, () -> "border at " + border[0]);
                for (int at = -MEBIBYTE; at < MEBIBYTE; at += Long.BYTES) {
                    slot.putLong(border[0] + at + 4, at); // one of them lies on both sides
                }
                slot.putLong(0, 1);
                slot.putLong(bytes - Long.BYTES, 2);
            });
            assertEquals(1L, map.readLong(KEY, view -> checkBorder(view, bytes, border[0]), 0));
            TestStores.assertSound(store);
        }
    }

    private static long checkBorder(final DirectBuffer view, final int bytes, final int border) {
        assertEquals(bytes, view.capacity(), "one view of all of it");
        for (int at = -MEBIBYTE; at < MEBIBYTE; at += Long.BYTES) {
            assertEquals(at, view.getLong(border + at + 4));
        }
        assertEquals(2, view.getLong(bytes - Long.BYTES));
        return view.getLong(0);
    }
}
