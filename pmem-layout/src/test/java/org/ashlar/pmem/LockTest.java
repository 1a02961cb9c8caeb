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
import java.util.List;
import org.ashlar.pmem.PoolException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LockTest {
    @TempDir
    Path folder;

    /** Opens a pool and holds it until it is killed. */
    static final class Holder {
        private Holder() {}

        public static void main(final String[] arguments) throws IOException {
            final Pool pool = Pool.open(Path.of(arguments[0]), TestPools.tiny().build());
            System.out.println("open " + pool.openCounter());
            System.out.flush();
            final int end = System.in.read();
            System.out.println("end " + end);
        }
    }

    private static PoolException assertLocked(final Path path, final PoolOptions options) {
        final PoolException e = assertThrows(PoolException.class, () -> Pool.open(path, options));
        assertEquals(Reason.LOCKED, e.reason(), e.getMessage());
        return e;
    }

    @Test
    void aSecondOpenInThisProcessIsRefusedAndNamesIt() {
        final Path path = folder.resolve("pool");
        try (Pool pool = Pool.open(path, TestPools.tiny().build())) {
            final String message = assertLocked(path, TestPools.tiny().build()).getMessage();
            assertTrue(
                    message.contains(
                            "this process (pid " + ProcessHandle.current().pid() + ")"),
                    message);
            assertLocked(path, TestPools.tiny().readOnly(true).build());
            assertEquals(1, pool.openCounter());
        }
        try (Pool reader = Pool.open(path, TestPools.tiny().readOnly(true).build())) {
            assertLocked(path, TestPools.tiny().build());
            assertTrue(reader.readOnly());
        }
        Pool.open(path, TestPools.tiny().build()).close();
    }

    @Test
    void anOpenInAnotherProcessIsRefusedUntilThatIsKilledAndNamesIt() throws IOException, InterruptedException {
        final Path path = folder.resolve("pool");
        final Process holder = ChildJvm.start(ChildJvm.command(Holder.class, path.toString()));
        try {
            assertEquals("open 1", holder.inputReader().readLine());
            final String message = assertLocked(path, TestPools.tiny().build()).getMessage();
            assertTrue(message.contains("process " + holder.pid()), message);
        } finally {
            holder.destroyForcibly().waitFor();
        }
        try (Pool pool = Pool.open(path, TestPools.tiny().build())) {
            assertEquals(2, pool.openCounter());
            assertFalse(pool.cleanlyClosed());
        }
    }

    /** What the header says of times, of the boot, and of opens locks nobody out. */
    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MIN_VALUE, 0})
    void aCreationTimeThatCannotBeLocksNobodyOut(final long millis) throws IOException {
        final Path path = folder.resolve("pool");
        Pool.open(path, TestPools.tiny().build()).close();
        final byte[] file = Files.readAllBytes(path);
        for (final int at : new int[] {0, Geometry.PAGE_BYTES}) {
            ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(at + PoolHeader.CREATED_OFFSET, millis);
            PoolPlaces.sealHeader(file, at);
        }
        Files.write(path, file);
        try (Pool pool = Pool.open(path, TestPools.tiny().build())) {
            assertEquals(millis, pool.createdMillis());
            assertEquals(2, pool.openCounter());
        }
    }

    @Test
    void anInterruptNeitherClosesThePoolNorDropsItsLock() {
        final Path path = folder.resolve("pool");
        try (Pool pool = Pool.open(path, TestPools.tiny().build())) {
            Thread.currentThread().interrupt();
            pool.allocateChunksTo(20);
            pool.region().putLong(19 * 65536, 5);
            pool.region().persist(19 * 65536, 8);
            final String message = assertLocked(path, TestPools.tiny().build()).getMessage();
            assertTrue(message.contains("this process"), message);
            pool.closeCleanly();
            assertTrue(Thread.interrupted());
        }
        Thread.currentThread().interrupt();
        try (Pool pool = Pool.open(path, TestPools.tiny().build())) {
            assertTrue(pool.cleanlyClosed());
            assertEquals(5, pool.region().getLong(19 * 65536));
        } finally {
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void theKernelsListIsReadAsItIsWritten() {
        assertEquals("fe:00:77", LockOwner.fileId(0xFE00, 77));
        assertEquals("00:1a:9", LockOwner.fileId(0x1A, 9));
        final List<String> lines = List.of(
                "1: POSIX  ADVISORY  WRITE 11 fe:00:77 0 EOF",
                "2: FLOCK  ADVISORY  WRITE 12 fe:00:77 0 EOF",
                "2: -> FLOCK  ADVISORY  WRITE 13 fe:00:77 0 EOF",
                "3: FLOCK  ADVISORY  READ 14 fe:00:78 0 EOF",
                "odd");
        assertEquals(List.of(12L), LockOwner.holders(lines, "fe:00:77"));
    }
}
