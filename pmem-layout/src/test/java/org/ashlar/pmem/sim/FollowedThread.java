package org.ashlar.pmem.sim;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The thread that a simulator follows, one at a time, and the numbers of all that it has followed. */
final class FollowedThread {
    private final Map<Thread, Integer> numbers = new HashMap<>();
    private @Nullable Thread runner;

    /** Makes number 0 that of a thread that is gone. */
    void beginAfterAnother() {
        numbers.put(new Thread("killed"), 0);
    }

    void followCaller() {
        runner = Thread.currentThread();
    }

    /** Fails where the caller is not the one that is followed. */
    void check() {
        final Thread here = Thread.currentThread();
        if (runner == null) {
            runner = here;
        }
        if (runner != here) {
            throw new AssertionError(
                    here + " stores while the simulator follows " + runner + ": it is for one thread at a time");
        }
        number();
    }

    /** The caller's number, from 0. */
    int number() {
        return numbers.computeIfAbsent(Thread.currentThread(), t -> numbers.size());
    }

    /** The caller's number; -1 where it was not followed yet. */
    int knownNumber() {
        return numbers.getOrDefault(Thread.currentThread(), -1);
    }

    /**
     * Runs a task on another thread while this one waits.
     *
     * @param event of the caller, for the message of a failure
     */
    <T extends @Nullable Object> T callOn(
            final ExecutorService other, final Duration limit, final Callable<T> task, final long event) {
        final Thread here = Thread.currentThread();
        final Thread[] there = new Thread[1];
        final FutureTask<T> call = new FutureTask<>(() -> {
            there[0] = Thread.currentThread();
            runner = there[0];
            return task.call();
        });
        other.execute(call);
        try {
            return call.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (final TimeoutException e) {
            final AssertionError blocked =
                    new AssertionError("the other thread waits for the one that is held at event " + event, e);
            final Thread stuck = there[0];
            if (stuck != null) {
                blocked.setStackTrace(stuck.getStackTrace());
            }
            throw blocked;
        } catch (final ExecutionException e) {
            throw new AssertionError("on the other thread, at event " + event + ": " + e.getCause(), e.getCause());
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            runner = here;
        }
    }
}
