package org.ashlar.engine.parts;

import java.util.concurrent.TimeUnit;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Entering and leaving the epochs; with {@code -t 2} of two threads. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@State(Scope.Benchmark)
public class EpochBench {
    private final Epochs epochs = new Epochs(Object::new);

    /** As each operation does: with the participant that belongs to the thread. */
    @Benchmark
    public Participant enterAndLeave() {
        final Participant participant = epochs.enter();
        Epochs.exit(participant);
        return participant;
    }

    /** One operation inside another, as user code in a scope does, and any virtual thread: with a participant that is shared, and a fence. */
    @Benchmark
    public Participant enterAndLeaveInside() {
        final Participant outer = epochs.enter();
        final Participant inner = epochs.enter();
        Epochs.exit(inner);
        Epochs.exit(outer);
        return inner;
    }
}
