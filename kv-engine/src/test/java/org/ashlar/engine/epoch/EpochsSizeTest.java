package org.ashlar.engine.epoch;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What many threads cost, and who gets which participant. */
final class EpochsSizeTest {
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Thread> started = new ArrayList<>();

    @Test
    void manyThreadsThatLiveAtOnceHaveAtMostOneParticipantEach() throws Exception {
        for (int round = 0; round < 4; round++) { // thread ids decide where a thread looks, so other ones each time
            final Epochs epochs = new Epochs(Object::new);
            final int count = 700;
            final CountDownLatch done = new CountDownLatch(count);
            final CountDownLatch endOfRound = new CountDownLatch(1);
            final List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                final Thread thread = new Thread(() -> {
                    Epochs.exit(epochs.enter());
                    Epochs.exit(epochs.enter());
                    done.countDown();
                    awaitUninterrupted(endOfRound);
                });
                threads.add(thread);
                thread.start();
            }
            done.await();
            assertTrue(epochs.ownedCount() <= count, "owned " + epochs.ownedCount());
            assertTrue(epochs.ownedCount() >= count / 2, "most have one: " + epochs.ownedCount());
            assertTrue(epochs.sharedCount() <= 2 * count, "shared " + epochs.sharedCount());
            endOfRound.countDown();
            for (final Thread thread : threads) {
                thread.join();
            }
        }
    }

    /** A subclass may say that it has whichever id; two threads in one participant would undo what both rely on. */
    @Test
    void threadsThatClaimTheSameIdHaveAParticipantEach() throws Exception {
        final Epochs epochs = new Epochs(Object::new);
        final List<Participant> participants = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 2; i++) {
            final CountDownLatch idle = new CountDownLatch(1);
            final Thread thread =
                    new Thread(() -> {
                        Epochs.exit(epochs.enter()); // idle from here on, so that only its owner tells whose it is
                        participants.add(epochs.enter());
                        Epochs.exit(participants.get(participants.size() - 1));
                        idle.countDown();
                        awaitUninterrupted(end);
                    }) {
                        @Override
                        public long getId() {
                            return 4711;
                        }
                    };
            thread.start();
            idle.await();
            started.add(thread);
        }
        assertNotSame(participants.get(0), participants.get(1));
    }

    @AfterEach
    void endThreads() throws InterruptedException {
        end.countDown();
        for (final Thread thread : started) {
            thread.join();
        }
    }

    private static void awaitUninterrupted(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
