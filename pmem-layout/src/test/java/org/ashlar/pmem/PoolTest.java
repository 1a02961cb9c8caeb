package org.ashlar.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;
import org.ashlar.pmem.PoolException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PoolTest {
    @TempDir
    Path folder;

    private PoolOptions options(final DescriptorPlacement placement) {
        return TestPools.tiny()
                .placement(placement)
                .descriptorFile(placement == DescriptorPlacement.FILE ? folder.resolve("descriptors") : null)
                .build();
    }

    @ParameterizedTest
    @EnumSource(DescriptorPlacement.class)
    void whatWasWrittenIsThereAfterAReopen(final DescriptorPlacement placement) {
        final Path path = folder.resolve("pool");
        try (Pool pool = Pool.open(path, options(placement))) {
            assertTrue(pool.created());
            assertEquals(1, pool.openCounter());
            assertEquals(0, pool.allocatedChunks());
            pool.allocateChunksTo(3);
            Memory.putLong(pool.dataAddress() + 2 * 65536, 42);
            Memory.putLong(pool.chunkTable() + 16, 43);
            Memory.putLong(pool.engineArea() + 8184, 44);
        }
        try (Pool pool = Pool.open(path, options(placement))) {
            assertFalse(pool.created());
            assertFalse(pool.cleanlyClosed());
            assertFalse(pool.machineRestarted());
            assertEquals(2, pool.openCounter());
            assertTrue(pool.allocatedChunks() >= 3);
            assertEquals(42, Memory.getLong(pool.dataAddress() + 2 * 65536));
            assertEquals(43, Memory.getLong(pool.chunkTable() + 16));
            assertEquals(44, Memory.getLong(pool.engineArea() + 8184));
            pool.closeCleanly();
        }
        try (Pool pool = Pool.open(path, options(placement))) {
            assertTrue(pool.cleanlyClosed());
        }
        assertFalse(Files.exists(folder.resolve("pool.creating")));
    }

    @ParameterizedTest
    @EnumSource(DescriptorPlacement.class)
    void aPoolGrowsToItsMaximumWithoutMovingAnything(final DescriptorPlacement placement) {
        final Path path = folder.resolve("pool");
        final long pages = (long) TestPools.TINY.maxChunks() * TestPools.TINY.pagesPerChunk();
        try (Pool pool = Pool.open(path, options(placement))) {
            final long data = pool.dataAddress();
            for (int chunk = 0; chunk < pool.maxChunks(); chunk++) {
                pool.allocateChunksTo(chunk + 1);
                assertTrue(pool.allocatedChunks() > chunk && pool.allocatedChunks() <= pool.chunkCount());
                assertTrue(pool.descriptors().beginChunkInitialisation(chunk));
                pool.descriptors().endChunkInitialisation(chunk);
            }
            for (long page = 0; page < pages; page++) {
                Memory.putLong(data + (page << 12), page);
                assertTrue(pool.descriptors().beginInitialisation(page));
                Memory.putLong(pool.descriptors().core(page) + CoreDescriptor.NEXT_OFFSET, ~page);
                pool.descriptors().endInitialisation(page);
            }
            assertEquals(data, pool.dataAddress());
            assertEquals(pool.maxChunks(), pool.allocatedChunks());
            assertEquals(pages, pool.descriptors().initialisedPages());
            assertEquals(pages, pool.descriptors().totalPages());
            assertEquals(pool.maxChunks(), pool.descriptors().initialisedChunks());
            assertEquals(4, pool.descriptors().initialisedChunksOfSection(15));
            assertEquals(64, pool.descriptors().initialisedPagesOfSection(15));
            final PoolException full = assertThrows(PoolException.class, () -> pool.allocateChunksTo(65));
            assertEquals(Reason.FULL, full.reason());
            assertEquals(65L * 65536, full.needed());
            assertEquals(64L * 65536, full.available());
        }
        try (Pool pool = Pool.open(path, options(placement))) {
            for (long page = 0; page < pages; page++) {
                assertEquals(page, Memory.getLong(pool.dataAddress() + (page << 12)));
                assertFalse(pool.descriptors().isInitialised(page));
            }
        }
    }

    @Test
    void stampsAreUnique() {
        final Set<Long> stamps = new HashSet<>();
        for (int open = 1; open <= 200; open++) {
            try (Pool pool = Pool.open(folder.resolve("pool"), TestPools.tiny().build())) {
                assertEquals(open, pool.openCounter());
                assertEquals(0, pool.openStamp() & 1);
                assertNotEquals(0, pool.openStamp());
                assertTrue(stamps.add(pool.openStamp()));
            }
        }
    }

    @Test
    void aNewPoolIsForItsOwnerOnly() throws IOException {
        final Path path = folder.resolve("pool");
        Pool.open(path, TestPools.tiny().build()).close();
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }

    @Test
    void aTinyPoolHasLittleOverhead() throws IOException {
        final Path path = folder.resolve("pool");
        Pool.open(path, TestPools.tiny().build()).close();
        final long blocks = (Long) Files.getAttribute(path, "unix:size");
        assertTrue(blocks <= 600 << 10, () -> blocks + " bytes");
    }
}
