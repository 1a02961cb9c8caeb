package org.ashlar.engine;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreFullException;

/**
 * Writes to a store until it is killed, or closes it after a number of operations. Says what it does on its standard output,
 * a byte for each thing: {@code 0, 1, ...}: that writer's operation is acknowledged; {@code S, G, C}: a page was split, chunks were
 * allocated, compaction begins; {@code K}: a
 * {@link KillPoint} is met; {@code o, p, m, c, e}: about to open, is open, about to make its maps, about to close, has closed.
 */
final class KillChild {
    static final char OPENING = 'o';
    static final char OPEN = 'p';
    static final char MAPS = 'm';
    static final char CLOSING = 'c';
    static final char CLOSED = 'e';
    static final char SPLIT = 'S';
    static final char GREW = 'G';
    static final char COMPACTING = 'C';
    static final char AT_THE_POINT = 'K';

    private static final long OPERATIONS_BEFORE_COMPACTION = 400;

    private KillChild() {}

    /** Arguments: path, number of the life, operations of each writer before it closes, what they are like, how many of a writer are under way. */
    public static void main(final String[] arguments) throws Exception {
        final Path path = Path.of(arguments[0]);
        final long life = Long.parseLong(arguments[1]);
        final long operations = Long.parseLong(arguments[2]);
        final KillWorkload.Mix mix = KillWorkload.Mix.valueOf(arguments[3]);
        final int atOnce = Integer.parseInt(arguments[4]);
        say(OPENING);
        try (Store store = atOnce == 1 ? TestStores.tiny(path) : TestStores.tinySynced(path)) {
            say(OPEN);
            for (int key = 0; key < 3; key++) {
                say(MAPS);
                store.map(KillWorkload.mapOf(key));
            }
            Threads.together(KillWorkload.WRITERS, writer -> {
                final char acknowledgement = (char) ('0' + writer);
                final KillWorkload workload = new KillWorkload(writer, life, mix);
                if (atOnce == 1) {
                    write(store, workload, operations, acknowledgement, false, KillChild::say);
                } else {
                    writeAsync(store, workload, operations, acknowledgement, atOnce);
                }
            });
            say(CLOSING);
        }
        say(CLOSED);
    }

    /** Hears what a writer does, before it goes on. */
    @FunctionalInterface
    interface Listener {
        void hear(char what) throws IOException;
    }

    /**
     * Runs the operations of one writer, and says when each is acknowledged.
     *
     * @param isDamaged whether the store may be damaged: then what an operation is told of that counts as an acknowledgement
     */
    static void write(
            final Store store,
            final KillWorkload workload,
            final long operations,
            final char acknowledgement,
            final boolean isDamaged,
            final Listener listener)
            throws IOException {
        long splits = 0;
        long chunks = 0;
        for (long i = 0; i < operations; i++) {
            final KillWorkload.Operation operation = workload.next();
            try {
                operation.run(store);
            } catch (final StoreFullException e) {
                return; // the last operation is not acknowledged
            } catch (final CorruptStoreException e) {
                if (!isDamaged) {
                    throw e;
                }
            }
            listener.hear(acknowledgement);
            if (workload.writer() == 0 && i % 16 == 0) {
                splits = sayWhenMore(splits, store.stats().splits(), SPLIT, listener);
                chunks = sayWhenMore(chunks, store.stats().chunksByState().total(), GREW, listener);
            }
            if (workload.writer() == 1 && i % OPERATIONS_BEFORE_COMPACTION == OPERATIONS_BEFORE_COMPACTION - 1) {
                listener.hear(COMPACTING);
                compact(store, isDamaged);
            }
        }
    }

    private static void compact(final Store store, final boolean isDamaged) {
        try {
            store.compact();
        } catch (final CorruptStoreException e) {
            if (!isDamaged) {
                throw e;
            }
        }
    }

    /** Runs the operations of one writer, of which many are under way where that can be, and says in their order when each is acknowledged. */
    private static void writeAsync(
            final Store store,
            final KillWorkload workload,
            final long operations,
            final char acknowledgement,
            final int atOnce) {
        final Deque<CompletableFuture<?>> underWay = new ArrayDeque<>();
        try {
            for (long i = 0; i < operations; i++) {
                final KillWorkload.Operation operation = workload.next();
                while (underWay.size() >= (operation.canStart() ? atOnce : 1)) {
                    underWay.remove().join();
                    say(acknowledgement);
                }
                if (operation.canStart()) {
                    underWay.add(operation.start(store));
                } else {
                    operation.run(store);
                    say(acknowledgement);
                }
            }
            while (!underWay.isEmpty()) {
                underWay.remove().join();
                say(acknowledgement);
            }
        } catch (final StoreFullException e) {
            return; // what was under way is not acknowledged
        } catch (final CompletionException e) {
            if (!(e.getCause() instanceof StoreFullException)) {
                throw e;
            }
        }
    }

    private static long sayWhenMore(final long before, final long now, final char what, final Listener listener)
            throws IOException {
        if (now > before) {
            listener.hear(what);
        }
        return now;
    }

    static void say(final char what) {
        final PrintStream out = System.out;
        synchronized (KillChild.class) {
            out.write(what);
            out.flush();
        }
    }
}
