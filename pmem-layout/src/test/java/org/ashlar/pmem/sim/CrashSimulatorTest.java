package org.ashlar.pmem.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.ashlar.pmem.MappedToyFile;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.RecorderHub;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Holds the crash model to its rules, word by word. */
@Tag("simulator")
final class CrashSimulatorTest {
    private static final int FILE_BYTES = 8192;
    private static final Duration SOON = Duration.ofSeconds(10);

    private final ImageDirectory directory = new ImageDirectory();
    private CrashSimulator simulator;
    private MappedToyFile file;
    private long base;

    CrashSimulatorTest() {
        final Path pool = directory.file("pool");
        simulator = new CrashSimulator(pool);
        RecorderHub.install(simulator);
        file = new MappedToyFile(pool, FILE_BYTES);
        base = file.address();
    }

    @BeforeEach
    void theFileIsKnown() {
        assertTrue(simulator.fileExists());
        assertEquals(FILE_BYTES, simulator.fileBytes());
    }

    @AfterEach
    void cleanUp() {
        RecorderHub.install(null);
        directory.close();
    }

    @Test
    void aStoreIsPendingUntilItsLineIsWrittenBackAndFenced() throws IOException {
        Memory.putLong(base + 8, 7);
        assertEquals(0, word(ImageChoice.NONE, 8));
        assertEquals(7, word(ImageChoice.ALL, 8));
        simulator.fence();
        assertEquals(0, word(ImageChoice.NONE, 8));
        simulator.writeBack(base, 64);
        assertEquals(0, word(ImageChoice.NONE, 8));
        simulator.fence();
        assertEquals(7, word(ImageChoice.NONE, 8));
        assertEquals("[]", simulator.describePending());
    }

    @Test
    void aStoreBetweenWriteBackAndFenceStaysPending() throws IOException {
        Memory.putLong(base, 1);
        simulator.writeBack(base, 8);
        Memory.putLong(base, 2);
        Memory.putLong(base + 16, 3);
        simulator.fence();
        assertEquals(1, word(ImageChoice.NONE, 0));
        assertEquals(0, word(ImageChoice.NONE, 16));
        assertEquals(2, word(ImageChoice.ALL, 0));
        assertEquals(3, word(ImageChoice.ALL, 16));
    }

    @Test
    void plainStoresToDifferentWordsReachTheMediaInAnyOrder() throws IOException {
        Memory.putLong(base, 1);
        Memory.putLong(base + 8, 2);
        assertEquals(Set.of("0 0", "1 0", "0 2", "1 2"), outcomes(0, 8));
    }

    @Test
    void storesToTheSameWordReachTheMediaInOrder() throws IOException {
        Memory.putLong(base, 1);
        Memory.putLong(base + 8, 5);
        Memory.putLong(base, 2);
        assertEquals(Set.of("0 0", "1 0", "2 0", "0 5", "1 5", "2 5"), outcomes(0, 8));
    }

    @Test
    void aReleaseStoreComesAfterWhatPrecedesItInItsLine() throws IOException {
        Memory.putLong(base, 1);
        Memory.putLongRelease(base + 8, 2);
        assertEquals(Set.of("0 0", "1 0", "1 2"), outcomes(0, 8));
    }

    @Test
    void aPlainStoreMayOvertakeAReleaseStore() throws IOException {
        Memory.putLongRelease(base, 1);
        Memory.putLong(base + 8, 2);
        assertEquals(Set.of("0 0", "1 0", "0 2", "1 2"), outcomes(0, 8));
    }

    @Test
    void aReleaseStoreHasNoOrderBetweenLines() throws IOException {
        Memory.putLong(base, 1);
        Memory.putLongRelease(base + 64, 2);
        assertEquals(Set.of("0 0", "1 0", "0 2", "1 2"), outcomes(0, 64));
    }

    @Test
    void aReleaseStoreWhoseOrderIsLeftOutSwapsWithWhatPrecedesIt() throws IOException {
        Mutants.begin();
        storeInOrder(1);
        final Mutants.Mutant mutant = Mutants.end().first();
        assertEquals(Mutants.Kind.RELEASE, mutant.kind());
        file.persistence().persist(base, 64);
        assertEquals(Set.of("1 1"), outcomes(0, 8));
        Mutants.leaveOut(mutant);
        try {
            storeInOrder(2);
        } finally {
            Mutants.leaveOut(null);
        }
        assertEquals(Set.of("1 1", "2 1", "1 2", "2 2"), outcomes(0, 8));
    }

    private void storeInOrder(final long value) {
        Memory.putLong(base, value);
        Memory.putLongRelease(base + 8, value);
    }

    @Test
    void partsOfAWordAreStoredOneByOne() throws IOException {
        Memory.putInt(base, 1);
        Memory.putInt(base + 4, 1);
        assertEquals(Set.of("0 0", "1 0", "4294967296 0", "4294967297 0"), outcomes(0, 8));
    }

    @Test
    void aFailedCompareAndSetIsNotAStore() throws IOException {
        Memory.putLong(base, 1);
        assertFalse(Memory.compareAndSetLong(base + 8, 99, 100));
        assertEquals(Set.of("0 0", "1 0"), outcomes(0, 8));
        assertTrue(Memory.compareAndSetLong(base + 8, 0, 100));
        assertEquals(Set.of("0 0", "1 0", "1 100"), outcomes(0, 8));
    }

    @Test
    void aCopyIsAnySetOfItsWordsAndKeepsItsNeighbours() throws IOException {
        Memory.putLong(base, -1);
        file.persistence().persist(base, 8);
        final byte[] source = {1, 1, 1, 1, 1, 1};
        Memory.copyIn(source, Memory.ARRAY_BASE, base + 5, source.length);
        final long head = 0x010101FFFFFFFFFFL;
        final long tail = 0x010101;
        assertEquals(Set.of("-1 0", head + " 0", "-1 " + tail, head + " " + tail), outcomes(0, 8));
    }

    @Test
    void aCopyOverManyLinesIsSeenWhole() throws IOException {
        final byte[] source = new byte[1000];
        new SplittableRandom(1).nextBytes(source);
        Memory.copyIn(source, Memory.ARRAY_BASE, base + 4000, source.length);
        final byte[] image = image(ImageChoice.ALL);
        for (int i = 0; i < source.length; i++) {
            assertEquals(source[i], image[4000 + i]);
        }
        file.persistence().persist(base + 4000, source.length);
        assertEquals("[]", simulator.describePending());
        simulator.assertAllStoresWereSeen();
    }

    @Test
    void eachThreadFencesWhatItHandedOver() throws IOException {
        final ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Memory.putLong(base, 1);
            Memory.putLong(base + 64, 1);
            simulator.writeBack(base, 8);
            simulator.callOn(other, SOON, () -> {
                simulator.fence();
                return 0;
            });
            assertEquals(0, word(ImageChoice.NONE, 0));
            simulator.callOn(other, SOON, () -> {
                file.persistence().persist(base + 64, 8);
                return 0;
            });
            assertEquals(1, word(ImageChoice.NONE, 64));
            assertEquals(0, word(ImageChoice.NONE, 0));
            simulator.fence();
            assertEquals(1, word(ImageChoice.NONE, 0));
        } finally {
            other.shutdown();
        }
    }

    @Test
    void aLineThatTwoThreadsWriteBackIsSettledOnce() throws IOException {
        final ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Memory.putLong(base, 1);
            simulator.writeBack(base, 8);
            simulator.callOn(other, SOON, () -> {
                Memory.putLong(base, 2);
                file.persistence().persist(base, 8);
                Memory.putLong(base, 3);
                return 0;
            });
            simulator.fence();
            assertEquals(2, word(ImageChoice.NONE, 0));
            assertEquals(3, word(ImageChoice.ALL, 0));
        } finally {
            other.shutdown();
        }
    }

    @Test
    void aThreadThatWaitsForTheHeldOneIsAFailure() {
        final ExecutorService other = Executors.newSingleThreadExecutor();
        final CountDownLatch never = new CountDownLatch(1);
        try {
            assertThrows(
                    AssertionError.class,
                    () -> simulator.callOn(other, Duration.ofMillis(50), () -> {
                        never.await();
                        return 0;
                    }));
        } finally {
            other.shutdownNow();
        }
    }

    @Test
    void aSecondThreadThatStoresByItselfIsAFailure() throws InterruptedException {
        Memory.putLong(base, 1);
        final List<Throwable> thrown = new ArrayList<>();
        final Thread thread = new Thread(() -> Memory.putLong(base, 2));
        thread.setUncaughtExceptionHandler((t, e) -> thrown.add(e));
        thread.start();
        thread.join();
        assertEquals(1, thrown.size());
    }

    @Test
    void aStorePastTheSeamIsNoticed() {
        Memory.putLong(base, 1);
        simulator.assertAllStoresWereSeen();
        RecorderHub.install(null);
        Memory.putLong(base + 128, 1);
        assertThrows(AssertionError.class, simulator::assertAllStoresWereSeen);
    }

    @Test
    void mappingsMoveAndGoAway() throws IOException {
        simulator.unmapped(base + 4096, 4096);
        Memory.putLong(base + 4096, 1);
        assertEquals("[]", simulator.describePending());
        simulator.mapped(directory.file("pool"), base + 4096, 4096, 0);
        simulator.mapped(directory.file("pool"), base, 4096, 4096);
        Memory.putLong(base + 4096, 2);
        Memory.putLong(base + 8, 3);
        assertEquals(2, word(ImageChoice.ALL, 0));
        assertEquals(3, word(ImageChoice.ALL, 4096 + 8));
        simulator.mapped(directory.file("another"), base, 4096, 0);
        Memory.putLong(base + 8, 4);
        assertEquals(3, word(ImageChoice.ALL, 4096 + 8));
    }

    @Test
    void aFileThatGrowsAndShrinksKeepsWhatIsInIt() throws IOException {
        Memory.putLong(base + 8, 3);
        file.persistence().persist(base, 64);
        simulator.fileSized(directory.file("pool"), 3 * FILE_BYTES);
        assertEquals(3 * FILE_BYTES, image(ImageChoice.NONE).length);
        simulator.fileSized(directory.file("pool"), 4097);
        assertEquals(4097, image(ImageChoice.NONE).length);
        assertEquals(3, word(ImageChoice.NONE, 8));
    }

    @Test
    void whatAFileHeldBeforeIsDurable() throws IOException {
        Memory.putLong(base + 8, 3);
        final CrashSimulator next = new CrashSimulator(directory.file("pool"));
        next.writeImage(
                directory.file("image"), ImageChoice.NONE, VolatileTreatment.AS_AT_FIRST, new SplittableRandom(1));
        assertEquals(3, word(Files.readAllBytes(directory.file("image")), 8));
    }

    @Test
    void whatAKilledProcessLeftPendingIsPendingInTheNext() throws IOException {
        Memory.putLong(base, 1);
        file.persistence().persist(base, 8);
        Memory.putLong(base, 2);
        Memory.putLong(base + 64, 3);
        final Path image = directory.file("killed");
        simulator.writeImage(image, ImageChoice.KILLED, VolatileTreatment.AS_IN_MEMORY, new SplittableRandom(1));
        final CrashSimulator next = new CrashSimulator(image);
        next.inherit(simulator);
        RecorderHub.install(next);
        final MappedToyFile reopened = new MappedToyFile(image, FILE_BYTES);
        simulator = next;
        assertEquals(2, Memory.getLong(reopened.address()));
        assertEquals(Set.of("1 0", "2 0", "1 3", "2 3"), outcomes(0, 64));
        reopened.persistence().persist(reopened.address(), 8);
        assertEquals(Set.of("2 0", "2 3"), outcomes(0, 64));
        next.synced(image);
        assertEquals("[]", simulator.describePending());
        assertEquals(3, word(ImageChoice.NONE, 64));
        next.assertAllStoresWereSeen();
    }

    @Test
    void volatileRangesAreTreatedAsAsked() throws IOException {
        simulator.setVolatileRanges(List.of(new FileRange(1024, 64)));
        Memory.putLong(base + 1024, 5);
        Memory.putLong(base + 1024 + 64, 6);
        assertEquals(5, word(treated(VolatileTreatment.AS_IN_MEMORY), 1024));
        assertEquals(0, word(treated(VolatileTreatment.AS_AT_FIRST), 1024));
        assertEquals(0, word(treated(VolatileTreatment.ZERO), 1024));
        assertEquals(6, word(treated(VolatileTreatment.ZERO), 1024 + 64));
        assertNotEquals(5, word(treated(VolatileTreatment.GARBAGE), 1024));
        assertNotEquals(0, word(treated(VolatileTreatment.GARBAGE), 1024));
        assertEquals(1, simulator.events());
        simulator.unmapped(base, FILE_BYTES);
        assertEquals(5, word(treated(VolatileTreatment.AS_IN_MEMORY), 1024));
    }

    @Test
    void eachStoreWriteBackAndFenceThatMattersIsAnEvent() {
        final List<String> seen = new ArrayList<>();
        simulator.listen((event, kind) -> seen.add(event + " " + kind));
        Memory.putLong(base, 1);
        file.persistence().persist(base, 8);
        file.persistence().persist(base, 8);
        Memory.putLongRelease(base, 2);
        assertEquals(List.of("1 STORE", "2 WRITE_BACK", "3 FENCE", "4 STORE_RELEASE"), seen);
        assertEquals(1, simulator.cleanLinesWrittenBack());
    }

    @Test
    void nothingThatFollowsACrashIsSeen() throws IOException {
        simulator.crashAt(2);
        Memory.putLong(base, 1);
        assertThrows(SimulatedCrash.class, () -> Memory.putLong(base + 8, 2));
        Memory.putLong(base + 8, 3);
        file.persistence().persist(base, 64);
        assertTrue(simulator.hasCrashed());
        assertEquals(0, word(ImageChoice.NONE, 0));
        assertEquals(1, word(ImageChoice.ALL, 0));
        assertEquals(0, word(ImageChoice.ALL, 8));
    }

    @Test
    void oneLineIsTakenOrLeftOutByItsNumber() throws IOException {
        for (int line = 0; line < 3; line++) {
            Memory.putLong(base + line * 64L, 1);
        }
        assertEquals(0, word(ImageChoice.without(1), 64));
        assertEquals(1, word(ImageChoice.without(1), 128));
        assertEquals(1, word(ImageChoice.only(1), 64));
        assertEquals(0, word(ImageChoice.only(1), 128));
    }

    @Test
    void aChoiceIsReadFromItsText() throws IOException {
        for (int i = 0; i < 200; i++) {
            Memory.putLong(base + i * 24L, i);
        }
        for (final ImageChoice choice : ImageChoice.sample(simulator, 30, new SplittableRandom(1))) {
            final ImageChoice again = ImageChoice.parse(choice.toString());
            assertEquals(choice.toString(), again.toString());
            assertEquals(ByteBuffer.wrap(image(choice)), ByteBuffer.wrap(image(again)));
        }
    }

    /** All pairs of words that the images of now hold. */
    private Set<String> outcomes(final int offset, final int otherOffset) throws IOException {
        final Set<String> outcomes = new HashSet<>();
        final List<ImageChoice> choices = ImageChoice.sample(simulator, 100, new SplittableRandom(1));
        for (final ImageChoice choice : choices) {
            final byte[] image = image(choice);
            outcomes.add(word(image, offset) + " " + word(image, otherOffset));
        }
        for (int seed = 0; seed < 300; seed++) {
            final byte[] image = image(ImageChoice.random(seed));
            final String outcome = word(image, offset) + " " + word(image, otherOffset);
            assertTrue(outcomes.contains(outcome), outcome);
        }
        return outcomes;
    }

    private byte[] treated(final VolatileTreatment treatment) throws IOException {
        simulator.writeImage(directory.file("image"), ImageChoice.ALL, treatment, new SplittableRandom(1));
        return Files.readAllBytes(directory.file("image"));
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
