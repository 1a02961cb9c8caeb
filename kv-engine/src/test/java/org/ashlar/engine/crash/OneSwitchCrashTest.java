package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.ashlar.kv.Placement;
import org.ashlar.pmem.sim.Seeds;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One thread is stopped in the middle of an operation, another one's runs to its end, and power fails: tried at step after step. */
@Tag("simulator")
final class OneSwitchCrashTest {
    private static final int QUICK_STRIDE = 60;
    private static final int MOST_STEPS = 3_000;

    @Test
    void whatIsAcknowledgedWhileAnotherOperationIsHeldSurvivesAnyCrash() {
        final int stride = Boolean.getBoolean("ashlar.long") ? 1 : QUICK_STRIDE;
        final int tried =
                Seeds.of(2, 20).mapToInt(seed -> switchesTried(seed, stride)).sum();
        assertTrue(tried > 10, () -> tried + " steps at which the first thread was stopped");
    }

    /** Tries one step after the other, until the first thread has no more. */
    static int switchesTried(final long seed, final int stride) {
        int tried = 0;
        for (int step = 1; step < MOST_STEPS; step += stride) {
            final Profile profile = EngineProfiles.oneSwitch().withOnlySwitchAt(step);
            final CrashRun run = new CrashRun(
                    new EngineSubject(Placement.POOL, profile.chunks()), profile, seed, "OneSwitchCrashTest");
            run.run();
            if (run.switches() < 2) {
                break;
            }
            tried++;
        }
        return tried;
    }
}
