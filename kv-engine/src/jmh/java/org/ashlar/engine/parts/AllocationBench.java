package org.ashlar.engine.parts;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.record.RecordHeader;
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

/** Taking a place and giving it back. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH calls setUp before all else
public class AllocationBench {
    /** Where the pool goes. */
    @Param("/dev/shm")
    public String path;

    /** Bytes of a value: two of slots, and one of a run of pages. */
    @Param({"100", "1000", "100000"})
    public int valueBytes;

    private final byte[] key = new byte[EngineParts.KEY_BYTES];
    private EngineParts parts;
    private long size;
    private byte[] value;

    /** Makes the pool. */
    @Setup
    public void setUp() throws IOException {
        parts = EngineParts.in(path);
        size = RecordHeader.size(EngineParts.KEY_BYTES, valueBytes);
        value = new byte[valueBytes];
    }

    /** Deletes the pool. */
    @TearDown
    public void tearDown() throws IOException {
        parts.close();
    }

    /** A place that is given back at once, as by a put whose expectation is not met. */
    @Benchmark
    public long takeAndGiveBack() {
        final Participant participant = parts.epochs().enter();
        try {
            final long record = parts.space().allocateRecord(participant, size);
            parts.space().releaseUnpublished(record, size);
            return record;
        } finally {
            Epochs.exit(participant);
        }
    }

    /** A place that goes through the epochs, as each put does with the one before: what is written there is part of the figure. */
    @Benchmark
    public long takeWriteAndRetire() {
        final Participant participant = parts.epochs().enter();
        try {
            final long record = parts.space().allocateRecord(participant, size);
            parts.write(participant, record, key, value);
            parts.space().retireRecord(participant, record);
            parts.epochs().drainWhenDue(participant);
            return record;
        } finally {
            Epochs.exit(participant);
        }
    }
}
