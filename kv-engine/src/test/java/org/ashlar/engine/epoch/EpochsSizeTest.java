package org.ashlar.engine.epoch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What many threads cost. */
final class EpochsSizeTest {
    @Test
    void manyThreadsThatLiveAtOnceHaveAtMostOneParticipantEach() throws Exception {
        for (int round = 0; round < 4; round++) { // thread ids decide where a thread looks, so other ones each time
            final Epochs epochs = new Epochs(Object::new);
            final int count = 700;
            final CountDownLatch done = new CountDownLatch(count);
            final CountDownLatch end = new CountDownLatch(1);
            final List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                final Thread thread = new Thread(() -> {
                    epochs.exit(epochs.enter());
                    epochs.exit(epochs.enter());
                    done.countDown();
                    awaitUninterrupted(end);
                });
                threads.add(thread);
                thread.start();
            }
            done.await();
            assertTrue(epochs.ownedCount() <= count, "owned " + epochs.ownedCount());
            assertTrue(epochs.ownedCount() >= count / 2, "most have one: " + epochs.ownedCount());
            assertTrue(epochs.sharedCount() <= 2 * count, "shared " + epochs.sharedCount());
            end.countDown();
            for (final Thread thread : threads) {
                thread.join();
            }
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
