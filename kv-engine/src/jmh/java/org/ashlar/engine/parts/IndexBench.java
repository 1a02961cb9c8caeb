package org.ashlar.engine.parts;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.index.HashIndex;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.pmem.Memory;
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
 * Index probes: the hash of the key, the directory, the lines of the leaf, the header and key of the record; no epoch, no copy of the
 * value. With few records all is in the cache, with many it is not.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH calls setUp before all else
public class IndexBench {
    private static final int VALUE_BYTES = 100;

    /** Where the pool goes. */
    @Param("/dev/shm")
    public String path;

    /** How many records. */
    @Param({"5000", "2000000"})
    public int records;

    private final SplittableRandom random = new SplittableRandom(1);
    private final byte[] key = new byte[EngineParts.KEY_BYTES];
    private EngineParts parts;
    private HashIndex index;
    private long previous;

    /** Makes an index of the numbers from 0 on. */
    @Setup
    public void setUp() throws IOException {
        parts = EngineParts.in(path);
        final byte[] value = new byte[VALUE_BYTES];
        final long rootAddress = parts.pool().engineArea();
        Participant participant = parts.epochs().enter();
        Memory.putLong(rootAddress, HashIndex.plantLeaf(parts.context(), participant, EngineParts.MAP));
        index = new HashIndex(parts.context(), EngineParts.MAP, rootAddress, 0);
        for (long i = 0; i < records; i++) {
            EngineParts.putKey(key, i);
            final long record = parts.newRecord(participant, key, value);
            index.put(participant, hash(), key, Memory.ARRAY_BASE, EngineParts.KEY_BYTES, record, HashIndex.ABSENT);
            parts.epochs().drainWhenDue(participant);
            Epochs.exit(participant);
            participant = parts.epochs().enter();
        }
        Epochs.exit(participant);
    }

    /** Deletes the pool. */
    @TearDown
    public void tearDown() throws IOException {
        parts.close();
    }

    private long hash() {
        return parts.keys().hash(key, Memory.ARRAY_BASE, EngineParts.KEY_BYTES);
    }

    private long find(final long number) {
        EngineParts.putKey(key, number);
        return index.find(hash(), key, Memory.ARRAY_BASE, EngineParts.KEY_BYTES);
    }

    private long findPresent(final long number) {
        final long record = find(number);
        if (record == 0) {
            throw new IllegalStateException("no record of " + number);
        }
        return record;
    }

    /** The hash of a key alone. */
    @Benchmark
    public long hashOfKey() {
        EngineParts.putKey(key, random.nextInt(records));
        return hash();
    }

    /** Hash and directory: the leaf that a key belongs to. */
    @Benchmark
    public long route() {
        EngineParts.putKey(key, random.nextInt(records));
        return index.route(hash());
    }

    /** Keys that are there, independent of each other: their cache misses overlap. */
    @Benchmark
    public long find() {
        return findPresent(random.nextInt(records));
    }

    /** Keys that are there, each drawn when the record before is known: its cache misses one after the other. */
    @Benchmark
    public long findChained() {
        final long record = findPresent((random.nextInt(records) + previous) % records);
        previous = RecordHeader.valueLength(record); // a load from the record, of the same number in all
        return previous;
    }

    /** Keys that are not there. */
    @Benchmark
    public long findAbsent() {
        final long record = find((long) records + random.nextInt(records));
        if (record != 0) {
            throw new IllegalStateException("a record at " + record);
        }
        return record;
    }
}
