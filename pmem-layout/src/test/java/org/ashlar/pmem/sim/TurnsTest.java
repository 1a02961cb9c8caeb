package org.ashlar.pmem.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Threads take turns, repeatably, whatever they wait for. */
@Tag("simulator")
final class TurnsTest {
    private static void nothing() {}

    @Test
    void oneThreadRunsAtATimeAndTheSeedDecidesWhich() throws Throwable {
        final Set<List<Integer>> orders = new HashSet<>();
        for (long seed = 1; seed <= 20; seed++) {
            final List<Integer> order = orderOf(seed);
            assertEquals(order, orderOf(seed));
            orders.add(order);
        }
        assertTrue(orders.size() > 10, () -> orders.size() + " orders");
    }

    private static List<Integer> orderOf(final long seed) throws Throwable {
        final Turns turns = new Turns(seed);
        final List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger inside = new AtomicInteger();
        final List<Runnable> tasks = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            final int number = t;
            tasks.add(() -> {
                for (int i = 0; i < 50; i++) {
                    turns.step(i % 5 == 0);
                    assertEquals(1, inside.incrementAndGet());
                    order.add(number);
                    inside.decrementAndGet();
                }
            });
        }
        turns.run(tasks, TurnsTest::nothing);
        return order;
    }

    @Test
    void aThreadThatWaitsForALockOfOneWithoutATurnHandsItOn() throws Throwable {
        for (long seed = 1; seed <= 10; seed++) {
            final List<String> order = lockedOrderOf(seed);
            assertEquals(order, lockedOrderOf(seed), "seed " + seed);
        }
    }

    private static List<String> lockedOrderOf(final long seed) throws Throwable {
        final Turns turns = new Turns(seed);
        final ReentrantLock lock = new ReentrantLock();
        final Object monitor = new Object();
        final List<String> order = Collections.synchronizedList(new ArrayList<>());
        final List<Runnable> tasks = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            final int number = t;
            tasks.add(() -> {
                for (int i = 0; i < 8; i++) {
                    turns.step(false);
                    lock.lock();
                    try {
                        turns.step(true);
                        order.add("lock " + number);
                        turns.step(true);
                    } finally {
                        lock.unlock();
                    }
                    turns.step(false);
                    if (number < 2) { // a monitor that several wait for goes to any of them
                        synchronized (monitor) {
                            turns.step(true);
                            order.add("monitor " + number);
                        }
                    }
                }
            });
        }
        turns.run(tasks, TurnsTest::nothing);
        assertTrue(turns.switches() > 0);
        return order;
    }

    @Test
    void whoWaitsForALockGetsItBeforeTheOneThatReleasedItAndWantsItAgain() throws Throwable {
        final Set<List<Integer>> orders = new HashSet<>();
        for (int run = 0; run < 200; run++) {
            orders.add(contendedOrder());
        }
        assertEquals(1, orders.size(), orders::toString);
    }

    private static List<Integer> contendedOrder() throws Throwable {
        final Turns turns = new Turns(5);
        final ReentrantLock lock = new ReentrantLock();
        final List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        final List<Runnable> tasks = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            final int number = t;
            tasks.add(() -> {
                for (int i = 0; i < 20; i++) {
                    lock.lock();
                    try {
                        turns.step(true);
                        order.add(number);
                    } finally {
                        lock.unlock();
                    }
                    turns.unlocked(); // and no step before it is wanted again
                }
            });
        }
        turns.run(tasks, TurnsTest::nothing);
        assertTrue(turns.waits() > 0);
        return order;
    }

    @Test
    void aThreadThatPollsLosesItsTurn() throws Throwable {
        final Turns turns = new Turns(3);
        final AtomicBoolean set = new AtomicBoolean();
        turns.run(
                List.of(
                        () -> {
                            while (!set.get()) {
                                turns.stepAtLoad(4711);
                            }
                        },
                        () -> {
                            for (int i = 0; i < 100; i++) {
                                turns.step(false);
                            }
                            set.set(true);
                        }),
                TurnsTest::nothing);
        assertTrue(set.get());
    }

    @Test
    void aFailureEndsAllAndIsThrown() {
        final Turns turns = new Turns(1);
        final IllegalStateException thrown = new IllegalStateException("of one thread");
        final AtomicBoolean told = new AtomicBoolean();
        final AtomicBoolean unwound = new AtomicBoolean();
        final Throwable caught = assertThrows(
                Throwable.class,
                () -> turns.run(
                        List.of(
                                () -> {
                                    turns.step(true);
                                    throw thrown;
                                },
                                () -> {
                                    try {
                                        while (true) {
                                            turns.step(true);
                                        }
                                    } finally {
                                        unwound.set(true);
                                    }
                                }),
                        () -> told.set(true)));
        assertSame(thrown, caught);
        assertTrue(told.get());
        assertTrue(unwound.get());
    }
}
