package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.pmem.RecorderHub;
import org.ashlar.pmem.sim.CrashSimulator;
import org.ashlar.pmem.sim.EventKind;
import org.ashlar.pmem.sim.ImageChoice;
import org.ashlar.pmem.sim.ImageDirectory;
import org.ashlar.pmem.sim.VolatileTreatment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A process is killed before each write-back and fence of a put. The next one sees all that it stored, durable or not; it works on other
 * keys until every free place has been used again, and then power fails. Whatever it relied on must have been made durable first.
 */
@Tag("simulator")
final class KilledWriterCrashTest {
    private static final int CHUNKS = 64;
    private static final int OTHER_KEYS = 5;
    private static final int WHOLE_CHUNK_BYTES = 60_000;

    /** More than the epochs let gather before they give back. */
    private static final int LATER_PUTS = 600;

    private static final byte[] KEY = {'k', 'e', 'y'};

    @Test
    void aRecordThatOnlyAnUndurableEntryReplacedIsNotUsedAgain() {
        assertTrue(run(300, 300, 0) > 3, "crash points");
    }

    /**
     * Eight words of the chunk table share a cache line, so one that is lost alone is the last of its line; and it must be one that the
     * search for the high-water mark looks at, chunk 15 of 20.
     */
    @Test
    void aChunkWhoseWordIsNotDurableYetIsNotReliedOn() {
        for (int chunksBefore = 6; chunksBefore < 14; chunksBefore++) {
            assertTrue(run(300, WHOLE_CHUNK_BYTES, chunksBefore) > 3, "crash points");
        }
    }

    /**
     * Kills the writer that replaces a value.
     *
     * @param oldBytes length of the value
     * @param newBytes length of what replaces it
     * @param chunksBefore chunks that large values take before
     * @return how often it was killed
     */
    private static int run(final int oldBytes, final int newBytes, final int chunksBefore) {
        final EngineSubject subject = new EngineSubject(Placement.POOL, CHUNKS);
        final int[] kills = {0};
        try (ImageDirectory directory = new ImageDirectory()) {
            final Path pool = directory.file("pool");
            final CrashSimulator simulator = subject.simulator(pool);
            RecorderHub.install(simulator);
            try (Store store = subject.open(pool)) {
                for (int i = 0; i < chunksBefore; i++) {
                    store.map("before").put(new byte[] {(byte) i}, value(4, WHOLE_CHUNK_BYTES));
                }
                final KvMap map = store.map("killed");
                map.put(KEY, value(1, oldBytes));
                fill(store.map("other"), oldBytes, OTHER_KEYS);
                simulator.listen((event, kind) -> {
                    if (kind != EventKind.STORE) {
                        kills[0]++;
                        kill(subject, simulator, directory, event, oldBytes, newBytes);
                        RecorderHub.install(simulator);
                    }
                });
                map.put(KEY, value(2, newBytes));
                simulator.listen(null);
            }
        } finally {
            RecorderHub.install(null);
        }
        return kills[0];
    }

    private static void kill(
            final EngineSubject subject,
            final CrashSimulator simulator,
            final ImageDirectory directory,
            final long event,
            final int oldBytes,
            final int newBytes) {
        final SplittableRandom random = new SplittableRandom(event);
        final Path image = directory.file("image");
        simulator.writeImage(image, ImageChoice.KILLED, VolatileTreatment.AS_IN_MEMORY, random);
        final CrashSimulator next = subject.simulator(image);
        next.inherit(simulator);
        RecorderHub.install(next);
        final Store store = subject.open(image);
        fill(store.map("other"), newBytes, OTHER_KEYS);
        failPower(subject, next, directory.file("last"), event, oldBytes, newBytes, newBytes);
        fill(store.map("other"), oldBytes, LATER_PUTS);
        failPower(subject, next, directory.file("last"), event, oldBytes, newBytes, oldBytes);
        store.close();
    }

    private static void failPower(
            final EngineSubject subject,
            final CrashSimulator simulator,
            final Path image,
            final long event,
            final int oldBytes,
            final int newBytes,
            final int otherBytes) {
        final SplittableRandom random = new SplittableRandom(event);
        for (final ImageChoice choice : ImageChoice.sample(simulator, 12, random)) {
            simulator.writeImage(image, choice, VolatileTreatment.any(random), random);
            RecorderHub.install(null);
            try (Store recovered = subject.open(image)) {
                final byte[] found = recovered.map("killed").get(KEY);
                assertNotNull(found, "killed before event " + event + ", then " + choice);
                assertArrayEquals(value(found[0], found[0] == 1 ? oldBytes : newBytes), found);
                for (int i = 0; i < OTHER_KEYS; i++) {
                    assertArrayEquals(
                            value(3, otherBytes), recovered.map("other").get(new byte[] {(byte) i}));
                }
                assertEquals(List.of(), recovered.verify().problems());
            }
            RecorderHub.install(simulator);
        }
    }

    private static void fill(final KvMap map, final int bytes, final int puts) {
        for (int i = 0; i < puts; i++) {
            map.put(new byte[] {(byte) (i % OTHER_KEYS)}, value(3, bytes));
        }
    }

    private static byte[] value(final int first, final int bytes) {
        final byte[] value = new byte[bytes];
        Arrays.fill(value, (byte) first);
        return value;
    }
}
