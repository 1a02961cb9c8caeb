package org.ashlar.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.ashlar.bench.Child;

/**
 * The JVM that opens a store after its writer was killed. It has opened a small store of the same kind before, so that what is measured is
 * the store and not the loading of classes; and nothing else, so the code that reads is not compiled yet when the first gets come.
 */
final class ReopenChild {
    private static final int OTHER_RECORDS = 1000;
    private static final String OTHER_SUFFIX = "-other";
    private static final long NANOS_OF_SECOND = TimeUnit.SECONDS.toNanos(1);

    private ReopenChild() {}

    /**
     * Opens and reads.
     *
     * @param args as those of {@link StoreChild}
     */
    public static void main(final String[] args) {
        Child.commands();
        int code = 1;
        try {
            final Contender contender = Contenders.named(args[0]);
            final Path folder = Path.of(args[1]);
            final Shape shape = StoreChild.shapeOf(args);
            Files.createDirectories(folder); // that of one that is no store was not written yet
            openAnother(contender, Path.of(folder + OTHER_SUFFIX), shape.withRecords(OTHER_RECORDS));
            reopen(contender, folder, shape);
            code = 0;
        } catch (final Exception e) {
            System.getLogger(ReopenChild.class.getName()).log(System.Logger.Level.ERROR, args[0] + " failed", e);
        }
        System.out.flush();
        Runtime.getRuntime().halt(code);
    }

    private static void openAnother(final Contender contender, final Path folder, final Shape shape)
            throws IOException {
        Files.createDirectories(folder);
        try (OpenStore store = contender.open(folder, shape);
                Session session = store.session(0)) {
            final Worker worker = new Worker(session, shape.values(), 0);
            for (long i = 0; contender.abilities().loads() && i < shape.records(); i++) {
                worker.run(Request.of(Request.Kind.INSERT, i));
            }
            worker.verify(shape.records() - 1L);
        }
    }

    private static void reopen(final Contender contender, final Path folder, final Shape shape) throws IOException {
        final long begin = System.nanoTime();
        try (OpenStore store = contender.open(folder, shape);
                Session session = store.session(0)) {
            final long opened = System.nanoTime();
            final Worker worker = new Worker(session, shape.values(), 0);
            worker.run(Request.of(Request.Kind.READ, shape.records() / 2));
            final long got = System.nanoTime();
            read(worker, shape, opened - begin, got - opened);
        }
    }

    private static void read(final Worker worker, final Shape shape, final long openNanos, final long firstGetNanos) {
        final Distribution.Draw draw = Distribution.UNIFORM.of(shape.records(), new SplittableRandom(1));
        final double[] curve = new double[Restart.BUCKETS.size()];
        final long begin = System.nanoTime();
        final long[] getsOfSecond = new long[Restart.SECONDS];
        long count = 0;
        long before = begin;
        for (int bucket = 0; bucket < curve.length; bucket++) {
            final long first = count;
            final long beginOfBucket = before;
            while (count < Restart.BUCKETS.get(bucket)) {
                worker.run(Request.of(Request.Kind.READ, draw.position(shape.records())));
                before = System.nanoTime();
                count++;
                count(getsOfSecond, before - begin);
            }
            curve[bucket] = (double) (before - beginOfBucket) / (count - first);
        }
        while (before - begin < Restart.SECONDS * NANOS_OF_SECOND) {
            worker.run(Request.of(Request.Kind.READ, draw.position(shape.records())));
            before = System.nanoTime();
            count(getsOfSecond, before - begin);
        }
        Restart.tell(openNanos, firstGetNanos, getsOfSecond, curve);
    }

    private static void count(final long[] getsOfSecond, final long nanosSinceBegin) {
        if (nanosSinceBegin < Restart.SECONDS * NANOS_OF_SECOND) {
            getsOfSecond[(int) (nanosSinceBegin / NANOS_OF_SECOND)]++;
        }
    }
}
