package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.ashlar.engine.crash.ToyStore.Mistake;
import org.ashlar.kv.Store;
import org.ashlar.pmem.sim.CrashSimulator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Shows that the crash tests of the engine would find the engine's mistakes: they find these. */
@Tag("simulator")
final class ToyStoreCrashTest {
    private static final Profile PROFILE =
            Profile.churn().withGone(0, 0).withCompactions(0).withCrashes(200, 4, 4);

    @Test
    void aRightStorePasses() {
        new CrashRun(new Toy(Mistake.NONE), PROFILE, 1, "ToyStoreCrashTest").run();
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"NONE", "READERS_WAIT_FOR_WRITERS"})
    void eachMistakeIsFoundAndTheCommandToRepeatItIsNamed(final Mistake mistake) {
        final CrashRun run = new CrashRun(new Toy(mistake), PROFILE, 1, "ToyStoreCrashTest");
        final AssertionError found = assertThrows(AssertionError.class, run::run);
        final String message = String.valueOf(found.getMessage());
        assertTrue(message.contains("-Dashlar.sim.seed=1 -Dashlar.sim.event="), message);
    }

    @Test
    void aReaderThatWaitsForTheWriterIsFound() {
        final CrashRun run = new CrashRun(new Toy(Mistake.READERS_WAIT_FOR_WRITERS), PROFILE, 1, "ToyStoreCrashTest");
        run.limitReads(Duration.ofMillis(300));
        final AssertionError found = assertThrows(AssertionError.class, run::run);
        assertTrue(String.valueOf(found.getMessage()).contains("waits for the one that is held"), found::getMessage);
    }

    /** A store in a file of its own making, without descriptors and drafts. */
    private record Toy(Mistake mistake) implements Subject {
        @Override
        public Store open(final Path path) {
            return new ToyStore(path, mistake);
        }

        @Override
        public CrashSimulator simulator(final Path path) {
            return new CrashSimulator(path);
        }

        @Override
        public Path draftOf(final Path path) {
            return path.resolveSibling("no draft");
        }
    }
}
