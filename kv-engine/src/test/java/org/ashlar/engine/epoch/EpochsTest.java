package org.ashlar.engine.epoch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When what was retired comes back, with and without the barrier that spares operations their fence. */
final class EpochsTest {
    /** Is on a page that cannot be read. */
    private static final long BAD = 1_000_003;

    private final ExecutorService other = Executors.newSingleThreadExecutor();
    private final List<Long> reclaimed = new ArrayList<>();

    @AfterEach
    void end() {
        other.shutdown();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingComesBackWhileAnOperationRunsThatBeganBeforeItsRetirement(final boolean withoutFence) throws Exception {
        final Epochs epochs = epochs(withoutFence);
        final Participant reader = there(epochs::enter);
        for (long code = 1; code <= 6 * Epochs.EPOCH_INTERVAL; code++) {
            retireInAnOperation(epochs, code);
        }
        drainAll(epochs);
        assertEquals(List.of(), reclaimed);

        endThere(reader);
        drainAll(epochs);
        assertEquals(upTo(6 * Epochs.EPOCH_INTERVAL), reclaimed);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aWriterAloneTakesBackWhatItRetired(final boolean withoutFence) {
        final Epochs epochs = epochs(withoutFence);
        final int count = 8 * Epochs.EPOCH_INTERVAL;
        for (long code = 1; code <= count; code++) {
            retireInAnOperation(epochs, code);
        }
        assertTrue(reclaimed.size() >= count - 3 * Epochs.EPOCH_INTERVAL, "came back: " + reclaimed.size());
        assertEquals(upTo(reclaimed.size()), reclaimed);
    }

    /** An operation may begin, and what it may hold be retired, while others begin epochs that are younger than both. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void epochsOfOtherThreadsDoNotBringBackWhatARunningOperationMayHold(final boolean withoutFence) throws Exception {
        final Epochs epochs = epochs(withoutFence);
        final Participant reader = there(epochs::enter);
        final int count = 4 * Epochs.EPOCH_INTERVAL;
        for (long code = 1; code <= count; code++) {
            retireInAnOperation(epochs, code);
            if (code % 100 == 0) {
                there(epochs::mark);
            }
        }
        assertEquals(List.of(), reclaimed);
        endThere(reader);
        drainAll(epochs);
        assertEquals(upTo(count), reclaimed);
    }

    /** Each of them interrupts all processors. */
    @Test
    void threadsThatRetireSideBySideShareTheirEpochs() throws Exception {
        final Epochs epochs = epochs(true);
        final int rounds = 10;
        for (int i = 0; i < rounds * Epochs.EPOCH_INTERVAL; i++) {
            retireInAnOperation(epochs, 1);
            there(() -> {
                retireInAnOperation(epochs, 2);
                return 0;
            });
        }
        assertTrue(reclaimed.size() >= 2 * (rounds - 2) * Epochs.EPOCH_INTERVAL, "came back: " + reclaimed.size());
        assertTrue(
                epochs.epochs() <= rounds * 4 / 3,
                epochs.epochs() + " epochs for twice " + rounds + " times what may wait for one");
    }

    /** Whoever began the epoch that made it safe. */
    @ParameterizedTest
    @ValueSource(ints = {Integer.MAX_VALUE, 3 * Epochs.EPOCH_INTERVAL, Epochs.EPOCH_INTERVAL / 2, 100})
    void noWriteTakesBackMuch(final int operationsToAnEpochOfAnotherThread) throws Exception {
        final Epochs epochs = epochs(true);
        int most = 0;
        for (long code = 1; code <= 12 * Epochs.EPOCH_INTERVAL; code++) {
            final int before = reclaimed.size();
            retireInAnOperation(epochs, code);
            most = Math.max(most, reclaimed.size() - before);
            if (code % operationsToAnEpochOfAnotherThread == 0) {
                there(epochs::mark);
            }
        }
        assertTrue(0 < most && most <= 32, "one operation took back " + most);
        assertTrue(reclaimed.size() >= 10 * Epochs.EPOCH_INTERVAL, "came back: " + reclaimed.size());
    }

    /** Else a store whose space waited for a long read would grow, though nobody holds it any more. */
    @Test
    void whatALongOperationHeldComesBackSoonAfterItsEnd() throws Exception {
        final Epochs epochs = epochs(true);
        final Participant reader = there(epochs::enter);
        final int held = 100 * Epochs.EPOCH_INTERVAL;
        for (long code = 1; code <= held; code++) {
            retireInAnOperation(epochs, code);
        }
        endThere(reader);
        final int behind = 3 * Epochs.EPOCH_INTERVAL;
        for (long code = held + 1; code <= held + behind; code++) {
            retireInAnOperation(epochs, code);
        }
        final int waiting = held + behind - reclaimed.size();
        assertTrue(waiting <= 4 * Epochs.EPOCH_INTERVAL, "wait: " + waiting);
    }

    /** An operation that retires much, as those that empty maps do, takes back as much. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoeverRetiresMuchAtATimeTakesBackMuch(final boolean withoutFence) {
        final Epochs epochs = epochs(withoutFence);
        long code = 0;
        for (int i = 0; i < 40; i++) {
            final Participant p = epochs.enter();
            for (int j = 0; j < Epochs.EPOCH_INTERVAL / 2; j++) {
                epochs.retire(p, ++code);
            }
            epochs.drainWhenDue(p);
            Epochs.exit(p);
        }
        assertTrue(code - reclaimed.size() <= 4 * Epochs.EPOCH_INTERVAL, "wait: " + (code - reclaimed.size()));
        assertEquals(upTo(reclaimed.size()), reclaimed);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsLargeWaitsForLittle(final boolean withoutFence) {
        final Epochs epochs = epochs(withoutFence);
        for (long code = 1; code <= 10; code++) {
            final Participant p = epochs.enter();
            p.noteRetiredBytes(Epochs.EPOCH_BYTES);
            epochs.retire(p, code);
            epochs.drainWhenDue(p);
            Epochs.exit(p);
        }
        assertTrue(reclaimed.size() >= 8, "came back: " + reclaimed);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoeverNeedsSpaceTakesBackWhatThreadsRetiredThatAreIdle(final boolean withoutFence) throws Exception {
        final Epochs epochs = epochs(withoutFence);
        there(() -> {
            retireInAnOperation(epochs, 1);
            return 1;
        });
        drainAll(epochs);
        assertEquals(upTo(1), reclaimed);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoeverNeedsSpaceIsServedByTheNextOperationsOfAThreadThatIsBusy(final boolean withoutFence) throws Exception {
        final Epochs epochs = epochs(withoutFence);
        final Participant busy = there(() -> {
            final Participant p = epochs.enter();
            epochs.retire(p, 1);
            return p;
        });
        drainAll(epochs);
        assertEquals(List.of(), reclaimed);
        there(() -> {
            epochs.drainWhenDue(busy); // at the end of its operation
            Epochs.exit(busy);
            final Participant p = epochs.enter();
            epochs.drainWhenDue(p);
            Epochs.exit(p);
            return p;
        });
        assertEquals(upTo(1), reclaimed);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatCannotBeTakenBackBecauseOfAFaultKeepsNothingElseThatIsTakenBackWithIt(final boolean withoutFence) {
        final Epochs epochs = epochs(withoutFence);
        final Participant p = epochs.enter();
        for (final long code : List.of(1L, 2L, BAD, 3L, 4L)) {
            epochs.retire(p, code);
        }
        Epochs.exit(p);
        final InternalError told = assertThrows(InternalError.class, () -> drainAll(epochs));
        assertEquals("a fault", told.getMessage());
        assertEquals(upTo(4), reclaimed);
    }

    private Epochs epochs(final boolean withoutFence) {
        final Epochs epochs = new Epochs(Object::new, withoutFence);
        epochs.setReclaimer(new Reclaimer() {
            @Override
            public void reclaim(final Participant participant, final long code) {
                if (code == BAD) {
                    throw new InternalError("a fault");
                }
                reclaimed.add(code);
            }

            @Override
            public long touch(final long code) {
                return 0;
            }

            @Override
            public void giveBackReserved(final Participant participant) {
                assertTrue(participant.waiting() >= 0);
            }
        });
        return epochs;
    }

    private static void retireInAnOperation(final Epochs epochs, final long code) {
        final Participant p = epochs.enter();
        epochs.retire(p, code);
        epochs.drainWhenDue(p);
        Epochs.exit(p);
    }

    /** Else a verification took what an operation that changes nothing keeps in reserve for lost. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoeverTakesBackAllIsToldWhetherSomebodyIsIn(final boolean withoutFence) throws Exception {
        final Epochs epochs = epochs(withoutFence);
        final Participant own = epochs.enter();
        final Participant reader = there(epochs::enter);
        assertFalse(epochs.drainAll(own));
        endThere(reader);
        assertTrue(epochs.drainAll(own));
        Epochs.exit(own);
    }

    private static void drainAll(final Epochs epochs) {
        final Participant p = epochs.enter();
        Epochs.exit(p); // known, and idle: what it holds is drained like that of the others
        epochs.drainAll(p);
    }

    private void endThere(final Participant running) throws Exception {
        there(() -> {
            Epochs.exit(running);
            return running;
        });
    }

    private <T> T there(final Callable<T> call) throws Exception {
        final Future<T> result = other.submit(call);
        return result.get();
    }

    private static List<Long> upTo(final long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }
}
