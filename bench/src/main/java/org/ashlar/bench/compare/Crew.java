package org.ashlar.bench.compare;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The threads that use a store, each with a session of its own that it keeps from one turn to the next. */
final class Crew {
    /** What each thread does in a turn. */
    @FunctionalInterface
    interface Turn {
        Slice take(SliceLoop loop, Inserts inserts, int thread);
    }

    private record Member(ExecutorService executor, long threadId, Session session, SliceLoop loop, Inserts inserts) {}

    private final List<Member> members = new ArrayList<>();

    Crew(final OpenStore store, final Shape shape, final Clock clock) throws InterruptedException {
        for (int i = 0; i < shape.threads(); i++) {
            final int thread = i;
            final ExecutorService executor = Executors.newSingleThreadExecutor(task -> {
                final Thread member = new Thread(task, "bench-" + thread);
                member.setDaemon(true);
                return member;
            });
            final long threadId =
                    resultOf(executor.submit(() -> Thread.currentThread().getId()));
            final Session session = resultOf(executor.submit(() -> store.session(thread)));
            final Worker worker = new Worker(session, shape.values(), thread);
            members.add(new Member(
                    executor,
                    threadId,
                    session,
                    new SliceLoop(clock, worker),
                    new Inserts(shape.records(), thread, shape.threads())));
        }
    }

    /** What these threads have worked so far. */
    long cpuNanos() {
        final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return members.stream()
                .mapToLong(member -> threads.getThreadCpuTime(member.threadId))
                .sum();
    }

    /** All threads take their turn from the same moment on; no two write the same record. */
    Slice run(final Turn turn) throws InterruptedException {
        return run(members.size(), 1, turn);
    }

    /** The first so many threads take their turn from the same moment on, while the others rest; on any records. */
    Slice run(final int threads, final Turn turn) throws InterruptedException {
        return run(threads, threads, turn);
    }

    private Slice run(final int threads, final int sharing, final Turn turn) throws InterruptedException {
        final CyclicBarrier start = new CyclicBarrier(threads);
        final List<Future<Slice>> slices = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            final int thread = i;
            final Member member = members.get(i);
            slices.add(member.executor.submit(() -> {
                member.session.share(thread % sharing, sharing);
                start.await();
                return turn.take(member.loop, member.inserts, thread);
            }));
        }
        Slice all = resultOf(slices.get(0));
        for (final Future<Slice> slice : slices.subList(1, slices.size())) {
            all = all.beside(resultOf(slice));
        }
        return all;
    }

    private static <T> T resultOf(final Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (final ExecutionException e) {
            throw new IllegalStateException("a benchmark thread failed", e.getCause());
        }
    }

    /** Closes the sessions, each by its own thread. */
    void close() throws InterruptedException {
        for (final Member member : members) {
            resultOf(member.executor.submit(member.session::close));
            member.executor.shutdown();
        }
    }
}
