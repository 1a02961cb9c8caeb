package org.ashlar.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
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

/**
 * The point operations under JMH, beside the raw probe, for a closer look at one of them with JMH's profilers:
 * {@code mvn -q -Pbench package -Dashlar.main=org.openjdk.jmh.Main -Dbench.args="PointOperationsBench -prof gc"}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@SuppressWarnings({"NullAway.Init", "exports"}) // JMH calls setUp before all else
public class PointOperationsBench {
    /** A loaded pool and a filled probe. */
    @State(Scope.Benchmark)
    public static class Loaded {
        /** Where the files go. */
        @Param("/dev/shm")
        public String path;

        /** How many records. */
        @Param("1000000")
        public int records;

        private final AtomicInteger threads = new AtomicInteger();
        private Scratch scratch;
        private Store store;
        private KvMap map;
        private RawMapping mapping;
        private RawProbe raw;

        /** Loads both. */
        @Setup
        public void setUp() throws IOException {
            final long rawBytes = RawProbe.bytes(records, Runtime.getRuntime().availableProcessors());
            scratch = Scratch.in(Path.of(path), rawBytes + Scratch.poolBytes(records));
            store = Pools.open(scratch.file("store.pool"));
            map = store.map(Pools.MAP);
            Pools.load(map, 0, records);
            mapping = RawMapping.create(scratch.file("raw"), rawBytes);
            raw = new RawProbe(mapping, records);
            raw.fill();
        }

        /** Removes both. */
        @TearDown
        public void tearDown() {
            mapping.close();
            store.close();
            scratch.close();
        }
    }

    /** The operations of one thread. */
    @State(Scope.Thread)
    public static class Operations {
        private StoreOperations store;
        private RawProbe.Operations raw;

        /** Makes them. */
        @Setup
        public void setUp(final Loaded loaded) {
            final int thread = loaded.threads.getAndIncrement();
            final int threads = Runtime.getRuntime().availableProcessors();
            store = new StoreOperations(loaded.map, loaded.records, thread);
            raw = loaded.raw.operations(thread, threads, thread);
        }
    }

    /** The raw probe. */
    @Benchmark
    public long rawGet(final Operations operations) {
        return operations.raw.get(1);
    }

    /** A get into a buffer. */
    @Benchmark
    public long get(final Operations operations) {
        return operations.store.get(1);
    }

    /** A read in place. */
    @Benchmark
    public long read(final Operations operations) {
        return operations.store.read(1);
    }

    /** The raw probe's durable update. */
    @Benchmark
    public long rawUpdate(final Operations operations) {
        return operations.raw.updateOwn(1);
    }

    /** A durable update. */
    @Benchmark
    public long update(final Operations operations) {
        return operations.store.update(1);
    }

    /** Removes a record and stores it again. */
    @Benchmark
    public long deleteAndInsert(final Operations operations) {
        return operations.store.deleteAndInsert(1);
    }
}
