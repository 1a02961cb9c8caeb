package org.ashlar.engine.parts;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.Scratch;
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

/** Copies of records to and from a pool, without flushes: what the staging and the checksum add to a plain copy. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH calls setUp before all else
public class RecordBench {
    /** Where the pool goes. */
    @Param("/dev/shm")
    public String path;

    /** Bytes of a value. */
    @Param({"100", "1000"})
    public int valueBytes;

    /** Bytes of all records: those of a first-level cache, or of none. */
    @Param({"16384", "268435456"})
    public int bytes;

    private final SplittableRandom random = new SplittableRandom(1);
    private final byte[] key = new byte[EngineParts.KEY_BYTES];
    private EngineParts parts;
    private Participant participant;
    private byte[] value;
    private byte[] target;
    private long[] records;
    private int size;

    /** Writes the records. */
    @Setup
    public void setUp() throws IOException {
        parts = EngineParts.in(path);
        participant = parts.epochs().enter();
        value = new byte[valueBytes];
        size = (int) RecordHeader.size(EngineParts.KEY_BYTES, valueBytes);
        target = new byte[size];
        records = new long[bytes / size];
        for (int i = 0; i < records.length; i++) {
            records[i] = parts.newRecord(participant, key, value);
        }
    }

    /** Deletes the pool. */
    @TearDown
    public void tearDown() throws IOException {
        Epochs.exit(participant);
        parts.close();
    }

    private long any() {
        return records[random.nextInt(records.length)];
    }

    /** The bytes of a record, from the heap to a place in the pool. */
    @Benchmark
    public void copyIn() {
        Memory.copyIn(target, Memory.ARRAY_BASE, any(), size);
    }

    /** A whole record: staged on the heap, checksummed, copied. */
    @Benchmark
    public void writeRecord() {
        parts.write(participant, any(), key, value);
    }

    /** A value, from a record to the heap. */
    @Benchmark
    public byte[] copyOut() {
        Memory.copyOut(any() + RecordHeader.BYTES + EngineParts.KEY_BYTES, target, Memory.ARRAY_BASE, valueBytes);
        return target;
    }

    /** The checksum of a record, over a copy. */
    @Benchmark
    public boolean checkRecord() {
        return Scratch.of(participant).isRecordIntact(any(), 0, size);
    }
}
