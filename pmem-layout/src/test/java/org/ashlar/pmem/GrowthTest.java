package org.ashlar.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.pmem.PoolException.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GrowthTest {
    @TempDir
    Path folder;

    @AfterEach
    void removeHook() {
        Steps.install(null);
    }

    @Test
    void atEveryStepOfGrowthTheFileOpensWithAllThatWasThere() throws IOException {
        final Path path = folder.resolve("pool");
        final List<byte[]> images = new ArrayList<>();
        try (Pool pool = Pool.open(path, TestPools.tiny().build())) {
            pool.allocateChunksTo(2);
            pool.region().putLong(65536, 9);
            Steps.install(step -> {
                try {
                    images.add(Files.readAllBytes(path));
                } catch (final IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            for (int chunks = 3; chunks <= 30; chunks++) {
                pool.allocateChunksTo(chunks);
            }
            Steps.install(null);
        }
        assertTrue(images.size() > 40, () -> images.size() + " steps");
        final Path copy = folder.resolve("copy");
        int before = 2;
        for (final byte[] image : images) {
            Files.write(copy, image);
            try (Pool pool = Pool.open(copy, TestPools.tiny().build())) {
                assertEquals(9, pool.region().getLong(65536));
                assertTrue(pool.allocatedChunks() >= before);
                before = pool.allocatedChunks();
                pool.allocateChunksTo(before + 1);
                pool.region().putLong(before * 65536L, 1);
            }
        }
        assertTrue(before >= 28, "the last image is grown");
    }

    @ParameterizedTest
    @EnumSource(DescriptorPlacement.class)
    void aFullDeviceIsAnExceptionThatChangesNothing(final DescriptorPlacement placement) {
        final Path path = folder.resolve("pool");
        final PoolOptions options = TestPools.tiny()
                .placement(placement)
                .descriptorFile(placement == DescriptorPlacement.FILE ? folder.resolve("file") : null)
                .build();
        try (Pool pool = Pool.open(path, options)) {
            pool.allocateChunksTo(1);
            final int allocated = pool.allocatedChunks();
            final int count = pool.chunkCount();
            int fail = 0;
            while (allocated == pool.allocatedChunks()) {
                final int last = fail++;
                final int[] steps = new int[1];
                Steps.install(step -> {
                    if ((step.startsWith("allocate") || step.startsWith("truncate pool to")) && steps[0]++ >= last) {
                        throw new PoolException(Reason.DEVICE_FULL, "injected");
                    }
                });
                try {
                    pool.allocateChunksTo(count + 1);
                } catch (final PoolException e) {
                    assertEquals(Reason.DEVICE_FULL, e.reason());
                    Steps.install(null);
                    assertEquals(allocated, pool.allocatedChunks());
                    assertEquals(count, pool.chunkCount());
                }
            }
            Steps.install(null);
            assertTrue(fail > 2, fail + " places to fail");
            pool.allocateChunksTo(count + 1);
            pool.region().putLong(pool.region().size() - 65536 * 4, 1);
        }
    }

    @Test
    void whereTheDeviceHasNoRoomForAStepJustWhatIsNeededIsAllocated() {
        try (Pool pool = Pool.open(folder.resolve("pool"), TestPools.tiny().build())) {
            pool.allocateChunksTo(2);
            final int[] steps = new int[1];
            Steps.install(step -> {
                if (step.startsWith("allocate") && steps[0]++ == 0) {
                    throw new PoolException(Reason.DEVICE_FULL, "injected");
                }
            });
            pool.allocateChunksTo(3);
            assertEquals(3, pool.allocatedChunks());
        }
    }

    /** Fills a device of 1 MiB to the brim through a pool, and uses every byte of it. */
    static final class Filler {
        private Filler() {}

        public static void main(final String[] arguments) {
            try (Pool pool = Pool.open(
                    Path.of(arguments[0]),
                    TestPools.tiny().durability(DurabilityRequest.BEST).build())) {
                int chunks = 0;
                try {
                    while (true) {
                        pool.allocateChunksTo(chunks + 1);
                        for (long offset = chunks * 65536L; offset < (chunks + 1) * 65536L; offset += 4096) {
                            pool.region().putLong(offset, ~offset);
                        }
                        assertTrue(pool.descriptors().beginChunkInitialisation(chunks));
                        pool.descriptors().endChunkInitialisation(chunks);
                        chunks++;
                    }
                } catch (final PoolException e) {
                    System.out.println(e.reason() + " at " + chunks + ": " + e.getMessage());
                    for (long offset = 0; offset < chunks * 65536L; offset += 4096) {
                        assertEquals(~offset, pool.region().getLong(offset));
                    }
                    pool.closeCleanly();
                    System.out.println("sound");
                }
            }
        }
    }

    @Test
    void aPoolThatFillsItsDeviceKeepsWhatItHas() throws IOException, InterruptedException {
        final Path place = Files.createDirectory(folder.resolve("place"));
        final List<String> filler =
                ChildJvm.command(Filler.class, place.resolve("pool").toString());
        final List<String> command = Mounts.arePossibleFor("a pool that fills a tmpfs, rather than a limit on files")
                ? Mounts.command("mount -t tmpfs -o size=1m tmpfs '" + place + "'", filler)
                : Mounts.withFileLimit(1, filler);
        final Process child = ChildJvm.start(command);
        final String output = ChildJvm.output(child);
        final int exit = child.waitFor();
        assertEquals(0, exit, output);
        assertTrue(output.startsWith("DEVICE_FULL at 1"), output);
        assertTrue(output.endsWith("sound\n"), output);
    }

    @Test
    void backgroundGrowthKeepsAheadOfNeed() {
        final PoolOptions options = TestPools.tiny().backgroundGrowth(true).build();
        try (Pool pool = Pool.open(folder.resolve("pool"), options)) {
            pool.allocateChunksTo(1);
            final int allocated = pool.allocatedChunks();
            pool.allocateChunksTo(allocated);
            final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (pool.allocatedChunks() == allocated && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertTrue(pool.allocatedChunks() > allocated);
        }
    }

    @Test
    void whereTheDeviceIsMemoryBackgroundGrowthHasThePagesMappedBeforeAnyStore() throws IOException {
        final Path file = Files.createTempFile(Path.of("/dev/shm"), "ashlar-test", ".pool");
        Files.delete(file);
        try (Pool pool = Pool.open(file, TestPools.tiny().backgroundGrowth(true).build())) {
            pool.allocateChunksTo(1);
            final int allocated = pool.allocatedChunks();
            pool.allocateChunksTo(allocated);
            final long last = pool.dataAddress() + (long) (allocated + 1) * TestPools.TINY.chunkBytes() - 1;
            final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (!isMapped(last) && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertTrue(isMapped(last) || !kernelPopulates());
            while (isGrowing()) {
                Thread.onSpinWait();
            }
            assertFalse(isMapped(last + (long) TestPools.TINY.chunkBytes() * PoolGrowth.STEP_CHUNKS));
            assertTrue(pool.chunkCount() > pool.allocatedChunks(), "there is a hole behind what was allocated");
            assertFalse(isMapped(pool.dataAddress() + TestPools.TINY.dataBytes(pool.allocatedChunks())));
        } finally {
            Files.deleteIfExists(file);
        }
    }

    @Test
    void blocksComeBeforePageFaultsAreSaved() throws IOException {
        final Path file = Files.createTempFile(Path.of("/dev/shm"), "ashlar-test", ".pool");
        Files.delete(file);
        final int step = 2; // of sections of four chunks
        final List<Boolean> wasMapped = Collections.synchronizedList(new ArrayList<>());
        try (Pool pool = Pool.open(file, TestPools.tiny().backgroundGrowth(true).build())) {
            final int ahead = Math.max(1, pool.allocatedChunks());
            final long first = pool.dataAddress() + (long) ahead * TestPools.TINY.chunkBytes();
            pool.setGrowthListener(new GrowthListener() {
                @Override
                public void growthBegins(final int allocatedChunks) {}

                @Override
                public void growthEnds(final int allocatedChunks) {
                    if (allocatedChunks > ahead) {
                        wasMapped.add(mappedOrFailed(first));
                    }
                }
            });
            pool.allocateChunksTo(ahead);
            final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while ((pool.allocatedChunks() < ahead + step || isGrowing()) && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertTrue(mappedOrFailed(first) || !kernelPopulates(), () -> pool.allocatedChunks() + " chunks");
        } finally {
            Files.deleteIfExists(file);
        }
        assertEquals(Collections.nCopies(step, false), wasMapped);
    }

    private static boolean mappedOrFailed(final long address) {
        try {
            return isMapped(address);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a thread in the background does anything but wait for the next growth. */
    private static boolean isGrowing() {
        return Thread.getAllStackTraces().entrySet().stream()
                .anyMatch(entry -> entry.getKey().getName().equals("ashlar-growth")
                        && Arrays.stream(entry.getValue())
                                .noneMatch(frame -> frame.getMethodName().equals("getTask")));
    }

    private static boolean isMapped(final long address) throws IOException {
        try (RandomAccessFile pages = new RandomAccessFile("/proc/self/pagemap", "r")) {
            pages.seek(address / Geometry.PAGE_BYTES * Long.BYTES);
            final byte[] word = new byte[Long.BYTES];
            assertEquals(word.length, pages.read(word));
            return word[Long.BYTES - 1] < 0; // bit 63: present
        }
    }

    private static boolean kernelPopulates() {
        final long address = Mmap.reserve(Geometry.PAGE_BYTES);
        Mmap.mapAnonymous(address, Geometry.PAGE_BYTES);
        return NativeLinux.madvise(address, Geometry.PAGE_BYTES, NativeLinux.MADV_POPULATE_WRITE) == 0;
    }

    @Test
    void whoNeedsAChunkWaitsForAFewOthersAtMost() {
        assertTrue(mostChunksAtATime(folder.resolve("pool")) <= PoolGrowth.SLICE_CHUNKS);
    }

    /** There each of its pages may have to be found by somebody else first. */
    @Test
    void inMemoryWhoNeedsAChunkWaitsForOneOther() throws IOException {
        final Path file = Files.createTempFile(Path.of("/dev/shm"), "ashlar-test", ".pool");
        Files.delete(file);
        try {
            assertEquals(1, mostChunksAtATime(file));
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static int mostChunksAtATime(final Path file) {
        final PoolOptions options = TestPools.tiny()
                .geometry(new Geometry(64 << 10, 8 << 20, 1024))
                .backgroundGrowth(true)
                .build();
        final AtomicInteger began = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
        try (Pool pool = Pool.open(file, options)) {
            pool.setGrowthListener(new GrowthListener() {
                @Override
                public void growthBegins(final int allocatedChunks) {
                    began.set(allocatedChunks);
                }

                @Override
                public void growthEnds(final int allocatedChunks) {
                    most.accumulateAndGet(allocatedChunks - began.get(), Math::max);
                }
            });
            for (int chunks = 1; chunks <= 512; chunks++) {
                pool.allocateChunksTo(chunks);
            }
            assertTrue(pool.allocatedChunks() >= 512);
        }
        return most.get();
    }

    /** To start a thread takes as long as thousands of writes, of which one would wait for it. */
    @Test
    void growthInTheBackgroundHasOneThreadWhichEndsWithThePool() throws InterruptedException {
        final Set<Thread> growing = ConcurrentHashMap.newKeySet();
        try (Pool pool = Pool.open(
                folder.resolve("pool"), TestPools.tiny().backgroundGrowth(true).build())) {
            pool.setGrowthListener(new GrowthListener() {
                @Override
                public void growthBegins(final int allocatedChunks) {
                    growing.add(Thread.currentThread());
                }

                @Override
                public void growthEnds(final int allocatedChunks) {}
            });
            for (int needed = 1; needed < 40; needed = pool.allocatedChunks()) {
                while (pool.allocatedChunks() <= needed) {
                    pool.allocateChunksTo(needed); // again, if the growth before was not quite done
                }
            }
        }
        growing.remove(Thread.currentThread());
        assertEquals(1, growing.size(), growing::toString);
        for (final Thread thread : growing) {
            thread.join(TimeUnit.SECONDS.toMillis(30));
            assertFalse(thread.isAlive());
        }
    }

    @Test
    void manyThreadsGrowOnePoolOnceEach() throws InterruptedException {
        try (Pool pool = Pool.open(
                folder.resolve("pool"), TestPools.tiny().backgroundGrowth(true).build())) {
            final List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                final Thread thread = new Thread(() -> {
                    for (int chunks = 1; chunks <= 64; chunks++) {
                        pool.allocateChunksTo(chunks);
                        Memory.putLong(
                                pool.dataAddress()
                                        + (chunks - 1) * 65536L
                                        + Thread.currentThread().getId() % 64 * 8,
                                1);
                    }
                });
                threads.add(thread);
                thread.start();
            }
            for (final Thread thread : threads) {
                thread.join();
            }
            assertEquals(64, pool.allocatedChunks());
        }
        assertFalse(Files.exists(folder.resolve("pool.creating")));
    }
}
