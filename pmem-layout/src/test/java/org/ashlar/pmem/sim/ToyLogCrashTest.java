package org.ashlar.pmem.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.ashlar.pmem.RecorderHub;
import org.ashlar.pmem.sim.ToyLog.Mistake;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Shows that the simulator finds the classic mistakes, and nothing where there is none. */
@Tag("simulator")
final class ToyLogCrashTest {
    private static final int RECORDS = 25;

    private final ImageDirectory directory = new ImageDirectory();
    private int images;

    @AfterEach
    void cleanUp() {
        RecorderHub.install(null);
        directory.close();
    }

    @Test
    void aRightLogSurvivesEveryImageOfEveryEvent() {
        crashEverywhere(Mistake.NONE);
        assertTrue(images > 2_000, () -> images + " images");
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void eachMistakeIsCaught(final Mistake mistake) {
        final AssertionError caught = assertThrows(AssertionError.class, () -> crashEverywhere(mistake));
        assertTrue(String.valueOf(caught.getMessage()).contains("record"), caught::getMessage);
    }

    @Test
    void aRunThatIsAbandonedAtAnyEventLeavesARightLog() {
        for (long event = 1; ; event++) {
            final Path pool = directory.file("log" + event);
            final CrashSimulator simulator = new CrashSimulator(pool);
            RecorderHub.install(simulator);
            simulator.crashAt(event);
            final ToyLog log = new ToyLog(pool, simulator, Mistake.NONE);
            int appended = 0;
            try {
                for (; appended < 3; appended++) {
                    log.append(appended);
                }
            } catch (final SimulatedCrash crash) {
                checkAllImages(simulator, appended, event);
                continue;
            }
            assertEquals(event, simulator.events() + 1);
            return;
        }
    }

    private void crashEverywhere(final Mistake mistake) {
        final Path pool = directory.file("log");
        final CrashSimulator simulator = new CrashSimulator(pool);
        RecorderHub.install(simulator);
        final ToyLog log = new ToyLog(pool, simulator, mistake);
        final int[] appended = new int[1];
        simulator.listen((event, kind) -> checkAllImages(simulator, appended[0], event));
        for (; appended[0] < RECORDS; appended[0]++) {
            log.append(appended[0]);
        }
        checkAllImages(simulator, RECORDS, -1);
        simulator.assertAllStoresWereSeen();
    }

    private void checkAllImages(final CrashSimulator simulator, final int appended, final long event) {
        for (final ImageChoice choice : ImageChoice.sample(simulator, 20, new SplittableRandom(event))) {
            final Path image = directory.file("image");
            simulator.writeImage(image, choice, VolatileTreatment.AS_AT_FIRST, new SplittableRandom(event));
            images++;
            try {
                final int recovered = ToyLog.recover(Files.readAllBytes(image));
                assertTrue(
                        recovered == appended || recovered == appended + 1,
                        () -> "event " + event + ", image " + choice + ": " + recovered + " records, appended were "
                                + appended);
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
