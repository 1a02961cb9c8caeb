package org.ashlar.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.ashlar.pmem.Persistence.Mode;
import org.ashlar.pmem.PoolException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurabilityTest {
    @TempDir
    Path folder;

    private static DurabilityReport decide(
            final DurabilityRequest request, final boolean dax, final boolean writeBack, final boolean eadr) {
        return Durability.decide(request, dax, writeBack, () -> eadr, () -> false);
    }

    private static void assertMode(final Mode mode, final boolean survivesPowerFailure, final DurabilityReport report) {
        assertEquals(mode, report.mode());
        assertEquals(survivesPowerFailure, report.survivesPowerFailure());
        assertFalse(report.explanation().isEmpty());
    }

    @Test
    void whatIsObtainedIsWhatTheMachineCanKeep() {
        assertMode(Mode.WRITE_BACK, true, decide(DurabilityRequest.BEST, true, true, false));
        assertMode(Mode.FENCE_ONLY, true, decide(DurabilityRequest.BEST, true, true, true));
        assertMode(Mode.FENCE_ONLY, true, decide(DurabilityRequest.BEST, true, false, true));
        assertMode(Mode.PROCESS_CRASH, false, decide(DurabilityRequest.BEST, true, false, false));
        assertMode(Mode.PROCESS_CRASH, false, decide(DurabilityRequest.BEST, false, true, true));
        assertMode(Mode.WRITE_BACK, true, decide(DurabilityRequest.POWER_FAILURE, true, true, false));
        assertMode(Mode.FENCE_ONLY, true, decide(DurabilityRequest.POWER_FAILURE, true, true, true));
        assertMode(Mode.MSYNC, true, decide(DurabilityRequest.POWER_FAILURE, true, false, false));
        assertMode(Mode.MSYNC, true, decide(DurabilityRequest.POWER_FAILURE, false, true, true));
        assertMode(Mode.PROCESS_CRASH, false, decide(DurabilityRequest.PROCESS_CRASH, true, true, true));
        assertMode(Mode.WRITE_BACK, false, decide(DurabilityRequest.WRITE_BACK_FORCED, false, true, false));
        assertMode(Mode.WRITE_BACK, true, decide(DurabilityRequest.WRITE_BACK_FORCED, true, true, true));
    }

    @Test
    void whatCannotBeHadIsRefused() {
        assertEquals(
                Reason.DURABILITY_UNAVAILABLE,
                assertThrows(
                                PoolException.class,
                                () -> decide(DurabilityRequest.WRITE_BACK_FORCED, false, false, false))
                        .reason());
        assertEquals(
                Reason.DURABILITY_UNAVAILABLE,
                assertThrows(
                                PoolException.class,
                                () -> Durability.decide(
                                        DurabilityRequest.POWER_FAILURE, false, true, () -> false, () -> true))
                        .reason());
    }

    @Test
    void powerFailureDurabilityOnTmpfsIsRefusedAndCreatesNothing() throws IOException {
        final Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "ashlar-test");
        try {
            final PoolOptions options =
                    TestPools.tiny().durability(DurabilityRequest.POWER_FAILURE).build();
            final PoolException e = assertThrows(PoolException.class, () -> Pool.open(memory.resolve("pool"), options));
            assertEquals(Reason.DURABILITY_UNAVAILABLE, e.reason());
            assertEquals(0, memory.toFile().list().length);
        } finally {
            Files.delete(memory);
        }
    }

    @Test
    void cachesArePersistentOnlyWhereEveryRegionSaysSo() throws IOException {
        assertFalse(Durability.everyRegionIsCpuCache(folder.resolve("none")));
        assertFalse(Durability.everyRegionIsCpuCache(folder));
        region("region0", "cpu_cache\n");
        assertTrue(Durability.everyRegionIsCpuCache(folder));
        region("region1", "memory_controller\n");
        assertFalse(Durability.everyRegionIsCpuCache(folder));
        region("region1", "cpu_cache");
        assertTrue(Durability.everyRegionIsCpuCache(folder));
        Files.createDirectory(folder.resolve("region2"));
        assertFalse(Durability.everyRegionIsCpuCache(folder));
    }

    private void region(final String name, final String domain) throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve(name)).resolve("persistence_domain"), domain);
    }

    @Test
    void msyncModeKeepsWhatWasPersisted() {
        final Path path = folder.resolve("pool");
        final PoolOptions options =
                TestPools.tiny().durability(DurabilityRequest.POWER_FAILURE).build();
        try (Pool pool = Pool.open(path, options)) {
            assertEquals(Mode.MSYNC, pool.persistence().mode());
            pool.allocateChunksTo(1);
            Memory.putLong(pool.dataAddress() + 4090, 3);
            pool.persistence().persist(pool.dataAddress() + 4090, 8);
        }
        try (Pool pool = Pool.open(path, options)) {
            assertEquals(3, Memory.getLong(null, pool.dataAddress() + 4090));
        }
    }

    @Test
    void aMachineThatWentDownUnderAnOpenPoolIsNoticed() throws IOException {
        final Path path = folder.resolve("pool");
        final PoolOptions options =
                TestPools.tiny().durability(DurabilityRequest.PROCESS_CRASH).build();
        try (Pool pool = Pool.open(path, options)) {
            pool.allocateChunksTo(3);
            pool.allocateRange(6 * 65536, 1);
        }
        pretendRestart(path);
        try (Pool pool = Pool.open(path, options)) {
            assertTrue(pool.machineRestarted());
            assertFalse(pool.cleanlyClosed());
            assertTrue(pool.mayHaveLostWrites());
            pool.closeCleanly();
        }
        pretendRestart(path);
        try (Pool pool = Pool.open(path, options)) {
            assertTrue(pool.machineRestarted());
            assertTrue(pool.cleanlyClosed());
            assertFalse(pool.mayHaveLostWrites());
        }
        try (Pool pool = Pool.open(path, options)) {
            assertFalse(pool.machineRestarted());
            assertFalse(pool.mayHaveLostWrites());
        }
    }

    private static void pretendRestart(final Path path) throws IOException {
        final byte[] bytes = Files.readAllBytes(path);
        for (int copy = 0; copy < 2; copy++) {
            final ByteBuffer header = ByteBuffer.wrap(bytes, copy * 4096, PoolHeader.BYTES)
                    .slice()
                    .order(ByteOrder.LITTLE_ENDIAN);
            header.putLong(PoolHeader.BOOT_ID_LOW_OFFSET, 1);
            final CRC32C crc = new CRC32C();
            crc.update(header.slice(0, PoolHeader.CRC_OFFSET));
            header.putInt(PoolHeader.CRC_OFFSET, (int) crc.getValue());
        }
        Files.write(path, bytes);
    }

    @Test
    void aDescriptorFileOfAnotherPoolOrAnEarlierOpenIsReset() throws IOException {
        final Path file = folder.resolve("descriptors");
        final PoolOptions options = TestPools.tiny()
                .placement(DescriptorPlacement.FILE)
                .descriptorFile(file)
                .build();
        try (Pool pool = Pool.open(folder.resolve("a"), options)) {
            pool.allocateChunksTo(1);
            assertTrue(pool.descriptors().beginInitialisation(0));
            Memory.putLong(pool.descriptors().core(0) + CoreDescriptor.NEXT_OFFSET, 42);
            pool.descriptors().endInitialisation(0);
            assertEquals(
                    Reason.LOCKED,
                    assertThrows(PoolException.class, () -> Pool.open(folder.resolve("b"), options))
                            .reason());
        }
        try (Pool pool = Pool.open(folder.resolve("a"), options)) {
            assertEquals(42, Memory.getLong(pool.descriptors().core(0) + CoreDescriptor.NEXT_OFFSET));
            assertFalse(pool.descriptors().isInitialised(0));
        }
        try (Pool pool = Pool.open(folder.resolve("b"), options)) {
            pool.allocateChunksTo(1);
            assertEquals(0, Memory.getLong(pool.descriptors().core(0) + CoreDescriptor.NEXT_OFFSET));
        }
        Files.writeString(file, "precious");
        assertEquals(
                Reason.NOT_A_POOL,
                assertThrows(PoolException.class, () -> Pool.open(folder.resolve("b"), options))
                        .reason());
        assertEquals("precious", Files.readString(file));
    }
}
