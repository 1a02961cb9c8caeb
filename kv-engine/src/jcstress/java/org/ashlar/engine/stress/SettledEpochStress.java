package org.ashlar.engine.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.epoch.Reclaimer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** As {@link EpochStress}, but the writer begins no epoch of its own: what it takes back is safe by that of a third thread. */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "the reader came after the unlinking")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "the reader held it, and it was not taken back")
@Outcome(id = "2", expect = FORBIDDEN, desc = "it was taken back while the reader held it")
@State
public class SettledEpochStress {
    private static final long CODE = 8;
    private static final long OTHER = 16;

    /** A quarter of what may wait before a thread begins an epoch: so many, and it looks at its list. */
    private static final int OTHERS = 512;

    private final Epochs epochs = new Epochs(Object::new);
    private volatile boolean isLinked = true;
    private volatile boolean isTakenBack;

    /** Says who takes back. */
    public SettledEpochStress() {
        epochs.setReclaimer(new Reclaimer() {
            @Override
            public void reclaim(final Participant participant, final long code) {
                isTakenBack |= code == CODE;
            }

            @Override
            public long touch(final long code) {
                return 0;
            }

            @Override
            public void giveBackReserved(final Participant participant) {}
        });
    }

    /** Takes the thing, and looks at it a little later. */
    @Actor
    public void reader(final I_Result result) {
        final Participant participant = epochs.enter();
        if (isLinked) {
            boolean wasTakenBack = false;
            for (int i = 0; i < 200; i++) {
                wasTakenBack |= isTakenBack;
            }
            result.r1 = wasTakenBack ? 2 : 1;
        }
        Epochs.exit(participant);
    }

    /** Unlinks it and retires it; in the next operation it looks whether that is safe by now. */
    @Actor
    public void writer() {
        final Participant first = epochs.enter();
        isLinked = false;
        epochs.retire(first, CODE);
        epochs.drainWhenDue(first);
        Epochs.exit(first);
        final Participant second = epochs.enter();
        for (int i = 0; i < OTHERS; i++) {
            epochs.retire(second, OTHER);
        }
        epochs.drainWhenDue(second);
        Epochs.exit(second);
    }

    /** Begins epochs. */
    @Actor
    public void third() {
        epochs.mark();
        epochs.mark();
    }
}
