package org.ashlar.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.ashlar.pmem.PoolException.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many threads share one sync of the device, and none is told of a sync that may have missed what it wrote. */
final class PageSyncerTest {
    private static final int THREADS = 9;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch firstBegan = new CountDownLatch(1);
    private final CountDownLatch firstMayEnd = new CountDownLatch(1);

    @AfterEach
    void end() {
        firstMayEnd.countDown();
        threads.shutdown();
    }

    /** A device whose first sync takes until it is told to end. */
    private PageSyncer syncer(final boolean fails) {
        return new PageSyncer(new PageSyncer.Device() {
            @Override
            public void syncRange(final long address, final long length) {
                sync("range " + address + " " + length);
            }

            @Override
            public void syncFile() {
                sync("file");
            }

            private void sync(final String call) {
                calls.add(call);
                if (calls.size() == 1) {
                    firstBegan.countDown();
                    try {
                        firstMayEnd.await();
                    } catch (final InterruptedException e) {
                        throw new AssertionError(e);
                    }
                } else if (fails) {
                    throw new PoolException(Reason.MEDIA_ERROR, "EIO");
                }
            }
        });
    }

    private List<Future<?>> gatherBehindTheFirst(final PageSyncer syncer) throws InterruptedException {
        final List<Future<?>> all = new ArrayList<>();
        all.add(threads.submit(() -> syncer.sync(64, 8)));
        firstBegan.await();
        for (int i = 1; i < THREADS; i++) {
            final long address = i * 4096L;
            all.add(threads.submit(() -> syncer.sync(address, 8)));
        }
        while (syncer.waiting() < THREADS - 1) {
            Thread.onSpinWait();
        }
        return all;
    }

    @Test
    void allThatComeWhileASyncRunsShareTheNextOne() throws Exception {
        final PageSyncer syncer = syncer(false);
        final List<Future<?>> all = gatherBehindTheFirst(syncer);
        assertTrue(all.stream().noneMatch(Future::isDone), "the sync that runs may have begun before they wrote");
        firstMayEnd.countDown();
        for (final Future<?> each : all) {
            each.get();
        }
        assertEquals(List.of("range 64 8", "file"), calls);
        syncer.sync(128, 16);
        syncer.syncFile();
        assertEquals(List.of("range 64 8", "file", "range 128 16", "file"), calls);
    }

    @Test
    void anInterruptLeavesWhoWaitsWaitingForItsOwnSync() throws Exception {
        final PageSyncer syncer = syncer(false);
        final Future<?> first = threads.submit(() -> syncer.sync(64, 8));
        firstBegan.await();
        final AtomicReference<List<String>> callsOnReturn = new AtomicReference<>();
        final AtomicBoolean flagOnReturn = new AtomicBoolean();
        final Thread waiter = new Thread(() -> {
            syncer.sync(4096, 8);
            callsOnReturn.set(List.copyOf(calls));
            flagOnReturn.set(Thread.currentThread().isInterrupted());
        });
        waiter.start();
        while (syncer.waiting() == 0) {
            Thread.onSpinWait();
        }
        waiter.interrupt();
        while (waiter.isAlive() && waiter.isInterrupted()) { // who waits on has to clear the flag first
            Thread.onSpinWait();
        }
        assertTrue(waiter.isAlive(), "the sync that runs may have begun before it wrote");
        assertEquals(1, syncer.waiting());
        firstMayEnd.countDown();
        waiter.join();
        first.get();
        assertEquals(List.of("range 64 8", "range 4096 8"), callsOnReturn.get());
        assertTrue(flagOnReturn.get());
    }

    @Test
    void aFailureIsToldToAllOfItsGroupAndIsFinal() throws Exception {
        final PageSyncer syncer = syncer(true);
        final List<Future<?>> all = gatherBehindTheFirst(syncer);
        firstMayEnd.countDown();
        for (final Future<?> each : all.subList(1, all.size())) {
            final ExecutionException e = assertThrows(ExecutionException.class, each::get);
            assertEquals(
                    Reason.MEDIA_ERROR,
                    assertInstanceOf(PoolException.class, e.getCause()).reason());
        }
        assertThrows(PoolException.class, () -> syncer.sync(64, 8));
        assertThrows(PoolException.class, syncer::syncFile);
        assertEquals(2, calls.size(), "nobody asks a failed device again");
    }

    @Test
    void anAddressThatIsNotMappedFailsTheSync() {
        assertEquals(
                Reason.MEDIA_ERROR,
                assertThrows(PoolException.class, () -> Mmap.sync(0, 4096)).reason());
        final long unmapped = Mmap.reserve(4096);
        Mmap.release(unmapped, 4096);
        assertEquals(
                Reason.MEDIA_ERROR,
                assertThrows(PoolException.class, () -> Mmap.sync(unmapped, 4096))
                        .reason());
    }
}
