package org.ashlar.engine.parts;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Persistence;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Stores to a few lines that follow each other, with and without their write-back and fence. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH calls setUp before all else
public class FlushBench {
    /** Where the pool goes. */
    @Param("/dev/shm")
    public String path;

    /** Lines written and flushed together. */
    @Param({"1", "2", "4"})
    public int lines;

    /**
     * Bytes that the lines are taken from at random: so few that what the processor keeps after a write-back is still in its cache when it
     * is written again, or so many that it never is.
     */
    @Param({"4096", "268435456"})
    public long bytes;

    private final SplittableRandom random = new SplittableRandom(1);
    private EngineParts parts;
    private Persistence persistence;
    private long data;
    private int places;
    private int length;
    private long version;

    /** Makes the pool and touches each page. */
    @Setup
    public void setUp() throws IOException {
        parts = EngineParts.in(path);
        persistence = parts.pool().persistence();
        data = parts.pool().dataAddress();
        length = lines * Memory.LINE_BYTES;
        places = (int) (bytes / length);
        final int chunkBytes = parts.pool().geometry().chunkBytes();
        parts.pool().allocateChunksTo((int) ((bytes + chunkBytes - 1) / chunkBytes));
        Memory.fill(data, bytes, (byte) 0);
    }

    /** Deletes the pool. */
    @TearDown
    public void tearDown() throws IOException {
        parts.close();
    }

    private long storeSomewhere() {
        final long address = data + (long) random.nextInt(places) * length;
        version++;
        for (int i = 0; i < lines; i++) {
            Memory.putLong(address + (long) i * Memory.LINE_BYTES, version);
        }
        return address;
    }

    /** The stores alone. */
    @Benchmark
    public long store() {
        return storeSomewhere();
    }

    /** The stores, their write-back, a fence. */
    @Benchmark
    public void storeAndPersist() {
        persistence.persist(storeSomewhere(), length);
    }

    /** The same, and then a store to the first line, as an entry gets that has become durable: does the write-back leave the line in the cache? */
    @Benchmark
    public void storePersistAndStoreAgain() {
        final long address = storeSomewhere();
        persistence.persist(address, length);
        Memory.putLong(address, 0);
    }
}
