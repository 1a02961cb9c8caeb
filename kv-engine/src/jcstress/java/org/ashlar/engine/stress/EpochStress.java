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

/** A thing that is unlinked, retired and taken back, against a reader that may hold it. */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "the reader came after the unlinking")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "the reader held it, and it was not taken back")
@Outcome(id = "2", expect = FORBIDDEN, desc = "it was taken back while the reader held it")
@State
public class EpochStress {
    private static final long CODE = 8;
    private final Epochs epochs = new Epochs(Object::new);
    private volatile boolean isLinked = true;
    private volatile boolean isTakenBack;

    /** Says who takes back. */
    public EpochStress() {
        epochs.setReclaimer(new Reclaimer() {
            @Override
            public void reclaim(final Participant participant, final long code) {
                isTakenBack = true;
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
            for (int i = 0; i < 20; i++) {
                wasTakenBack |= isTakenBack;
            }
            result.r1 = wasTakenBack ? 2 : 1;
        }
        Epochs.exit(participant);
    }

    /** Unlinks it, retires it, and takes back what it can, in this operation and the next. */
    @Actor
    public void writer() {
        final Participant first = epochs.enter();
        isLinked = false;
        epochs.retire(first, CODE);
        Epochs.exit(first);
        final Participant second = epochs.enter();
        epochs.drainAll(second);
        Epochs.exit(second);
    }
}
