package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.Set;
import org.ashlar.kv.Durability;
import org.ashlar.kv.Placement;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A run of several threads goes the same way each time, so that the command that a failure names repeats it. */
@Tag("simulator")
final class RepeatedRunTest {
    private static final int SEEDS = 5;
    private static final Profile PROFILE = EngineProfiles.threads().withCrashes(10, 1, 1_000);

    @ParameterizedTest
    @EnumSource(names = {"WRITE_BACK_FORCED", "POWER_FAILURE"})
    void aSeedDecidesWhichThreadGoesOnWhen(final Durability durability) {
        final Set<String> traces = new HashSet<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            final String trace = turnsOf(durability, seed);
            assertEquals(trace, turnsOf(durability, seed), "seed " + seed);
            traces.add(trace);
        }
        assertEquals(SEEDS, traces.size());
    }

    private static String turnsOf(final Durability durability, final long seed) {
        final Subject subject = new EngineSubject(Placement.POOL, PROFILE.chunks(), durability);
        final String result = new CrashRun(subject, PROFILE, seed, "RepeatedRunTest").run();
        return result.substring(result.indexOf("trace"), result.indexOf(';', result.indexOf("trace")));
    }
}
