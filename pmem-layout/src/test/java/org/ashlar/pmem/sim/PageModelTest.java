package org.ashlar.pmem.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.ashlar.pmem.MappedToyFile;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.RecorderHub;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Holds the crash model of pages that are synced to its rules. */
@Tag("simulator")
final class PageModelTest {
    private static final int PAGE = 4096;
    private static final int FILE_BYTES = 4 * PAGE;

    private final ImageDirectory directory = new ImageDirectory();
    private final Path pool = directory.file("pool");
    private final CrashSimulator simulator = new CrashSimulator(pool);
    private final long base;
    private final MappedToyFile file;

    PageModelTest() {
        simulator.persistBySync();
        RecorderHub.install(simulator);
        file = new MappedToyFile(pool, FILE_BYTES);
        base = file.address();
    }

    @AfterEach
    void cleanUp() {
        RecorderHub.install(null);
        directory.close();
    }

    @Test
    void aWriteBackAndAFenceMakeNothingDurable() throws IOException {
        Memory.putLong(base, 1);
        file.persistence().persist(base, 8);
        assertEquals(0, word(ImageChoice.NONE, 0));
        assertTrue(simulator.isPending(base));
    }

    @Test
    void theSyncOfAByteMakesItsWholePageDurableAndNoOther() throws IOException {
        Memory.putLong(base, 1);
        Memory.putLong(base + PAGE - 8, 2);
        Memory.putLong(base + PAGE, 3);
        sync(base + 100, 1);
        assertEquals(1, word(ImageChoice.NONE, 0));
        assertEquals(2, word(ImageChoice.NONE, PAGE - 8));
        assertEquals(0, word(ImageChoice.NONE, PAGE));
    }

    @Test
    void theSyncOfARangeTakesEveryPageThatItTouches() throws IOException {
        for (int page = 0; page < 4; page++) {
            Memory.putLong(base + (long) page * PAGE, page + 1);
        }
        sync(base + PAGE + 8, 2 * PAGE);
        assertEquals(0, word(ImageChoice.NONE, 0));
        assertEquals(2, word(ImageChoice.NONE, PAGE));
        assertEquals(4, word(ImageChoice.NONE, 3 * PAGE));
    }

    @Test
    void whatIsStoredWhileASyncRunsIsNotDurableByIt() throws IOException {
        Memory.putLong(base, 1);
        simulator.rangeSyncing(base, 8);
        Memory.putLong(base, 2);
        Memory.putLong(base + PAGE, 3);
        simulator.rangeSynced();
        assertEquals(1, word(ImageChoice.NONE, 0));
        simulator.syncing(pool);
        Memory.putLong(base, 4);
        simulator.synced(pool);
        assertEquals(2, word(ImageChoice.NONE, 0));
        assertEquals(3, word(ImageChoice.NONE, PAGE));
    }

    @Test
    void aPageMayReachTheDiskAtAnyInstantAndSoMayEachPartOfIt() throws IOException {
        for (int i = 1; i <= 3; i++) {
            Memory.putLongRelease(base, i);
            Memory.putLongRelease(base + 1024, i);
        }
        final Set<String> seen = new HashSet<>();
        for (int seed = 0; seed < 3_000; seed++) {
            final byte[] image = image(ImageChoice.pages(seed));
            seen.add(word(image, 0) + " " + word(image, 1024));
        }
        assertTrue(seen.containsAll(Set.of("0 0", "1 0", "1 1", "2 1", "2 2", "3 2", "3 3")), seen::toString);
        assertTrue(seen.contains("0 3"), "a torn page");
    }

    @Test
    void imagesOfAFewPagesAreAllSetsOfWholePages() throws IOException {
        Memory.putLong(base, 1);
        Memory.putLong(base + PAGE, 2);
        final List<ImageChoice> choices = ImageChoice.sample(simulator, 100, new SplittableRandom(1));
        final Set<String> seen = new HashSet<>();
        for (final ImageChoice choice : choices) {
            final ImageChoice again = ImageChoice.parse(choice.toString());
            final byte[] image = image(again);
            assertEquals(ByteBuffer.wrap(image(choice)), ByteBuffer.wrap(image));
            seen.add(word(image, 0) + " " + word(image, PAGE));
        }
        assertEquals(Set.of("0 0", "1 0", "0 2", "1 2"), seen);
        assertFalse(choices.isEmpty());
    }

    private void sync(final long address, final long length) {
        simulator.rangeSyncing(address, length);
        simulator.rangeSynced();
    }

    private byte[] image(final ImageChoice choice) throws IOException {
        simulator.writeImage(directory.file("image"), choice, VolatileTreatment.AS_AT_FIRST, new SplittableRandom(1));
        return Files.readAllBytes(directory.file("image"));
    }

    private long word(final ImageChoice choice, final int offset) throws IOException {
        return word(image(choice), offset);
    }

    private static long word(final byte[] image, final int offset) {
        return ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).getLong(offset);
    }
}
