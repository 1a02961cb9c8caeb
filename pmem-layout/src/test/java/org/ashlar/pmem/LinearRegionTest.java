package org.ashlar.pmem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.pmem.PoolException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinearRegionTest {
    private static final long TEBIBYTE = 1L << 40;

    @TempDir
    Path folder;

    private static void assertRefused(final Reason reason, final Runnable action) {
        assertEquals(reason, assertThrows(PoolException.class, action::run).reason());
    }

    @Test
    void allKindsOfAccessReadWhatWasWritten() {
        try (Pool pool = Pool.open(folder.resolve("pool"), TestPools.tiny().build())) {
            pool.allocateChunksTo(2);
            final LinearRegion region = pool.region();
            region.putByte(3, (byte) 7);
            region.putInt(5, 0x01020304);
            region.putLong(65531, 0x0102030405060708L);
            assertEquals(7, region.getByte(3));
            assertEquals(0x01020304, region.getInt(5));
            assertEquals(0x0102030405060708L, region.getLong(65531));
            final byte[] bytes = {1, 2, 3, 4, 5};
            region.putBytes(100, bytes, 1, 3);
            final byte[] read = new byte[5];
            region.getBytes(100, read, 2, 3);
            assertArrayEquals(new byte[] {0, 0, 2, 3, 4}, read);
            final UnsafeBuffer direct = new UnsafeBuffer(ByteBuffer.allocateDirect(16));
            region.getBytes(100, direct, 8, 3);
            assertEquals(4, direct.getByte(10));
            region.putBytes(200, direct, 8, 3);
            assertEquals(3, region.getByte(201));
            region.persist(0, 65539);
            region.putBytes(0, bytes, 5, 0);
        }
    }

    @Test
    void nothingOutsideTheRegionCanBeTouched() {
        try (Pool pool = Pool.open(folder.resolve("pool"), TestPools.tiny().build())) {
            pool.allocateChunksTo(2);
            final LinearRegion region = pool.region();
            final long size = region.size();
            assertEquals(pool.dataBytes(), size);
            for (final long offset :
                    new long[] {-1, -8, size - 7, size, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 7}) {
                assertRefused(Reason.OUT_OF_BOUNDS, () -> region.getLong(offset));
                assertRefused(Reason.OUT_OF_BOUNDS, () -> region.putLong(offset, 1));
                assertRefused(Reason.OUT_OF_BOUNDS, () -> region.putBytes(offset, new byte[8], 0, 8));
                assertRefused(Reason.OUT_OF_BOUNDS, () -> region.persist(offset, 8));
                assertRefused(Reason.OUT_OF_BOUNDS, () -> pool.allocateRange(offset, 8));
            }
            assertRefused(Reason.OUT_OF_BOUNDS, () -> region.persist(0, -1));
            assertRefused(Reason.OUT_OF_BOUNDS, () -> region.persist(8, Long.MAX_VALUE));
            assertThrows(IndexOutOfBoundsException.class, () -> region.putBytes(0, new byte[8], 1, 8));
            assertThrows(
                    IndexOutOfBoundsException.class, () -> region.getBytes(0, new UnsafeBuffer(new byte[8]), -1, 8));
        }
    }

    @Test
    void whatHasNoBlocksCanNeitherBeReadNorWritten() {
        final Path path = folder.resolve("pool");
        try (Pool pool = Pool.open(path, TestPools.tiny().build())) {
            pool.allocateChunksTo(2);
            final LinearRegion region = pool.region();
            assertRefused(Reason.NOT_ALLOCATED, () -> region.getByte(2 * 65536));
            assertRefused(Reason.NOT_ALLOCATED, () -> region.putLong(2 * 65536 - 4, 1));
            pool.allocateRange(5 * 65536 + 100, 65536);
            region.putLong(5 * 65536, 55);
            region.putLong(7 * 65536 - 8, 66);
            assertTrue(pool.descriptors().beginInitialisation(6 * 16));
            pool.descriptors().endInitialisation(6 * 16);
            assertRefused(Reason.NOT_ALLOCATED, () -> region.getByte(4 * 65536));
            assertEquals(2, pool.allocatedChunks());
        }
        try (Pool pool = Pool.open(path, TestPools.tiny().build())) {
            assertEquals(55, pool.region().getLong(5 * 65536));
            assertEquals(66, pool.region().getLong(7 * 65536 - 8));
            assertRefused(Reason.NOT_ALLOCATED, () -> pool.region().getByte(4 * 65536));
            pool.allocateChunksTo(7);
            assertEquals(55, pool.region().getLong(5 * 65536));
            assertEquals(0, pool.region().getLong(4 * 65536));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 20_000})
    void aFileCutShortBehindOurBackIsAMediaErrorAndNotACrash(final int warmUp) throws IOException {
        final Path path = folder.resolve("pool");
        final byte[] bytes = new byte[64];
        try (Pool pool = Pool.open(path, TestPools.tiny().build())) {
            pool.allocateChunksTo(2);
            final LinearRegion region = pool.region();
            // Interpreted code and compiled code learn of a fault in different ways.
            for (int i = 0; i < warmUp; i++) {
                region.putLong(0, region.getLong(8) + region.getByte(16));
                region.getBytes(0, bytes, 0, bytes.length);
                region.putBytes(0, bytes, 0, bytes.length);
            }
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.truncate(40 << 10);
            }
            assertRefused(Reason.MEDIA_ERROR, () -> region.getBytes(65536, bytes, 0, bytes.length));
            assertRefused(Reason.MEDIA_ERROR, () -> region.getLong(65536));
            assertRefused(Reason.MEDIA_ERROR, () -> region.getByte(65536));
            assertRefused(Reason.MEDIA_ERROR, () -> region.putLong(65536, 1));
            assertRefused(Reason.MEDIA_ERROR, () -> region.putBytes(65536, bytes, 0, bytes.length));
            assertRefused(Reason.MEDIA_ERROR, () -> region.persist(65536, 1));
        }
    }

    @Test
    void aSparseTebibyteIsCreatedWrittenAtBothEndsAndReopened() throws IOException {
        final Path path = folder.resolve("tebibyte");
        final PoolOptions options = PoolOptions.builder()
                .initialBytes(TEBIBYTE + (TEBIBYTE >> 5))
                .backgroundGrowth(false)
                .build();
        final long last;
        try (Pool pool = Pool.open(path, options)) {
            assertEquals(Geometry.LARGE_SECTION_BYTES, pool.geometry().sectionBytes());
            assertEquals(DescriptorPlacement.POOL, pool.placement());
            assertEquals(0, pool.dataAddress() % (1L << 30));
            assertTrue(pool.dataBytes() >= TEBIBYTE);
            pool.allocateChunksTo(1);
            last = pool.dataBytes() - 8;
            pool.allocateRange(last, 8);
            pool.region().putLong(0, 11);
            pool.region().putLong(last, 22);
            final long lastPage = last >> Geometry.PAGE_SHIFT;
            assertTrue(pool.descriptors().beginInitialisation(lastPage));
            pool.descriptors().endInitialisation(lastPage);
            pool.closeCleanly();
        }
        try (Pool pool = Pool.open(path, options)) {
            assertTrue(pool.cleanlyClosed());
            assertEquals(11, pool.region().getLong(0));
            assertEquals(22, pool.region().getLong(last));
            assertRefused(Reason.NOT_ALLOCATED, () -> pool.region().getLong(TEBIBYTE / 2));
        }
        try (Pool pool = Pool.open(path, options.toBuilder().readOnly(true).build())) {
            assertEquals(22, pool.region().getLong(last));
        }
        assertTrue(Files.size(path) > TEBIBYTE);
    }
}
