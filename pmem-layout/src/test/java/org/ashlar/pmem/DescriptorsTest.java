package org.ashlar.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.ashlar.pmem.PoolException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DescriptorsTest {
    @TempDir
    Path folder;

    private Pool open() {
        final Pool pool = Pool.open(folder.resolve("pool"), TestPools.tiny().build());
        pool.allocateChunksTo(4);
        return pool;
    }

    private static void fill(final Pool pool, final Random garbage) {
        for (long page = 0; page < 64; page++) {
            final long address = pool.descriptors().core(page);
            for (int offset = 0; offset < CoreDescriptor.BYTES; offset += 8) {
                Memory.putLong(address + offset, garbage.nextLong());
            }
        }
        for (int chunk = 0; chunk < 4; chunk++) {
            final long address = pool.descriptors().chunkHeader(chunk);
            for (int offset = 0; offset < ChunkHeader.BYTES; offset += 8) {
                Memory.putLong(address + offset, garbage.nextLong());
            }
        }
    }

    @Test
    void garbageStaleAndZeroBytesAllCountAsUninitialised() {
        try (Pool pool = open()) {
            fill(pool, new Random(1));
            assertAllStartFromZero(pool);
        }
        // Stale: initialised by the open before, and locked.
        try (Pool pool = open()) {
            assertAllStartFromZero(pool);
            pool.descriptors().lock(pool.descriptors().core(7));
        }
        try (Pool pool = open()) {
            assertAllStartFromZero(pool);
            assertTrue(pool.descriptors().tryLock(pool.descriptors().core(7)));
        }
    }

    private static void assertAllStartFromZero(final Pool pool) {
        final Descriptors descriptors = pool.descriptors();
        for (long page = 0; page < 64; page++) {
            assertFalse(descriptors.isInitialised(page));
            assertTrue(descriptors.beginInitialisation(page));
            assertFalse(descriptors.isInitialised(page));
            for (int offset = 8; offset < CoreDescriptor.BYTES; offset += 8) {
                assertEquals(0, Memory.getLong(descriptors.core(page) + offset));
            }
            descriptors.endInitialisation(page);
            assertTrue(descriptors.isInitialised(page));
            assertFalse(descriptors.beginInitialisation(page));
        }
        for (int chunk = 0; chunk < 4; chunk++) {
            assertFalse(descriptors.isChunkInitialised(chunk));
            assertTrue(descriptors.beginChunkInitialisation(chunk));
            for (int offset = 8; offset < ChunkHeader.BYTES; offset += 8) {
                assertEquals(0, Memory.getLong(descriptors.chunkHeader(chunk) + offset));
            }
            descriptors.endChunkInitialisation(chunk);
            assertTrue(descriptors.isChunkInitialised(chunk));
        }
        assertEquals(64, descriptors.initialisedPages());
        assertEquals(4, descriptors.initialisedChunks());
        assertEquals(64, descriptors.initialisedPagesOfSection(0));
    }

    @Test
    void anAbandonedInitialisationCanBeBegunAgain() {
        try (Pool pool = open()) {
            assertTrue(pool.descriptors().beginInitialisation(3));
            pool.descriptors().abandonInitialisation(3);
            assertFalse(pool.descriptors().isInitialised(3));
            assertTrue(pool.descriptors().beginInitialisation(3));
            pool.descriptors().endInitialisation(3);
            assertThrows(IllegalStateException.class, () -> pool.descriptors().endInitialisation(3));
            assertThrows(IllegalStateException.class, () -> pool.descriptors().abandonInitialisation(4));
            assertThrows(
                    IllegalStateException.class,
                    () -> pool.descriptors().unlock(pool.descriptors().core(3)));
        }
    }

    @Test
    void ofManyThreadsThatRaceForAPageExactlyOneInitialisesItAndAllSeeWhatItStored() throws InterruptedException {
        final int threads = 4;
        try (Pool pool = open()) {
            final Descriptors descriptors = pool.descriptors();
            final AtomicInteger initialisers = new AtomicInteger();
            final AtomicInteger wrong = new AtomicInteger();
            race(threads, () -> {
                for (long page = 0; page < 64; page++) {
                    if (descriptors.beginInitialisation(page)) {
                        initialisers.incrementAndGet();
                        Memory.putLong(descriptors.core(page) + CoreDescriptor.NEXT_OFFSET, page + 1);
                        descriptors.endInitialisation(page);
                    } else if (Memory.getLong(descriptors.core(page) + CoreDescriptor.NEXT_OFFSET) != page + 1) {
                        wrong.incrementAndGet();
                    }
                }
            });
            assertEquals(64, initialisers.get());
            assertEquals(0, wrong.get());
            assertEquals(64, descriptors.initialisedPages());
        }
    }

    @Test
    void aLockExcludesOthers() throws InterruptedException {
        try (Pool pool = open()) {
            final Descriptors descriptors = pool.descriptors();
            assertTrue(descriptors.beginInitialisation(0));
            descriptors.endInitialisation(0);
            final long address = descriptors.core(0);
            final AtomicLong plain = new AtomicLong();
            race(4, () -> {
                for (int i = 0; i < 20_000; i++) {
                    descriptors.lock(address);
                    plain.setPlain(plain.getPlain() + 1);
                    descriptors.unlock(address);
                }
            });
            assertEquals(80_000, plain.get());
        }
    }

    private static void race(final int threads, final Runnable task) throws InterruptedException {
        final ExecutorService executor = Executors.newFixedThreadPool(threads);
        for (int i = 0; i < threads; i++) {
            executor.execute(task);
        }
        executor.shutdown();
        assertTrue(executor.awaitTermination(60, TimeUnit.SECONDS));
    }

    @Test
    void placesWithoutBlocksAreRefused() {
        try (Pool pool = open()) {
            final int allocated = pool.allocatedChunks();
            assertRefused(Reason.NOT_ALLOCATED, () -> pool.descriptors().chunkHeader(allocated));
            assertRefused(Reason.NOT_ALLOCATED, () -> pool.descriptors().core(allocated * 16L));
            assertRefused(Reason.OUT_OF_BOUNDS, () -> pool.descriptors().core(-1));
            assertRefused(Reason.OUT_OF_BOUNDS, () -> pool.descriptors().core(1L << 40));
            assertRefused(Reason.OUT_OF_BOUNDS, () -> pool.descriptors().chunkHeader(pool.chunkCount()));
        }
    }

    @Test
    void aClosedPoolIsRefused() {
        final Pool pool = open();
        pool.close();
        pool.close();
        pool.closeCleanly();
        assertRefused(Reason.CLOSED, () -> pool.descriptors().core(0));
        assertRefused(Reason.CLOSED, () -> pool.descriptors().isChunkInitialised(0));
        assertRefused(Reason.CLOSED, () -> pool.descriptors().initialisedPagesOfSection(0));
        assertRefused(Reason.CLOSED, () -> pool.allocateChunksTo(1));
        assertRefused(Reason.CLOSED, () -> pool.allocateRange(0, 1));
        assertRefused(Reason.CLOSED, () -> pool.region().getByte(0));
        assertRefused(Reason.CLOSED, () -> pool.region().size());
        assertEquals(0, pool.allocatedChunks());
    }

    private static void assertRefused(final Reason reason, final Runnable action) {
        assertEquals(reason, assertThrows(PoolException.class, action::run).reason());
    }

    @ParameterizedTest
    @EnumSource(DescriptorPlacement.class)
    void extendedDescriptorsCountWherePresentAndAreZeroWhereNot(final DescriptorPlacement placement) {
        final PoolOptions.Builder options = TestPools.tiny()
                .placement(placement)
                .descriptorFile(placement == DescriptorPlacement.FILE ? folder.resolve("file") : null);
        for (final boolean present : new boolean[] {true, false, true}) {
            try (Pool pool = Pool.open(
                    folder.resolve("pool"), options.extendedDescriptors(present).build())) {
                pool.allocateChunksTo(20);
                final ExtendedDescriptors extended = pool.extended();
                final long page = 19 * 16 + 15;
                assertEquals(present, extended.isPresent());
                assertEquals(0, extended.accessHeat(page));
                extended.recordAccess(page);
                extended.recordAccess(page);
                extended.recordWrite(page);
                extended.recordAllocation(page, 7);
                assertEquals(present ? 2 : 0, extended.accessHeat(page));
                assertEquals(present ? Thread.currentThread().getId() : 0, extended.lastWriterThreadId(page));
                assertEquals(present ? 7 : 0, extended.allocationSite(page));
            }
        }
    }
}
