package org.ashlar.bench.compare;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import org.ashlar.bench.Child;
import org.ashlar.bench.ProcessMemory;

/** The JVM of one contender: does what {@link StoreProcess} sends, one command after the other, and tells what it found. */
final class StoreChild {
    static final String READY = "ready";
    static final String HEAP = "heap bytes";
    static final String PRIVATE = "private bytes";
    static final String PAGE_TABLES = "page table bytes";
    static final String VERIFIED = "verified";
    static final String CLOSED = "closed";
    static final String WRITING = "writing";

    private static final int COLLECTIONS = 3;

    /** What a parent sends first. The rest of a line are arguments, separated by spaces. */
    enum Command {
        /** From, to. */
        LOAD,
        /** Seed. */
        AGE,
        /** Workload, distribution, threads, nanoseconds, operations per second (0: flat out; below 0: flat out, each timed). */
        RUN,
        /** From, to. */
        DELETE,
        /** How many records, and whether they should be there. */
        VERIFY,
        MEMORY,
        /** Updates until the process is killed. */
        WRITE_ON,
        CLOSE
    }

    private final Path folder;
    private final Shape shape;
    private final OpenStore store;
    private final Crew crew;
    private final boolean cpuTime;
    private final com.sun.management.OperatingSystemMXBean system =
            (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private long seed;

    private StoreChild(final Path folder, final Shape shape, final OpenStore store, final boolean cpuTime)
            throws InterruptedException {
        this.folder = folder;
        this.cpuTime = cpuTime;
        this.shape = shape;
        this.store = store;
        crew = new Crew(store, shape, new Clock.OfMachine(cpuTime));
    }

    /**
     * Opens the store and serves.
     *
     * @param args the contender's name, its folder, and the shape: records, key bytes, values, threads; and whether
     *     rates are by CPU time
     */
    public static void main(final String[] args) {
        final BlockingQueue<String> commands = Child.commands();
        int code = 1;
        try {
            final Path folder = Path.of(args[1]);
            final Shape shape = shapeOf(args);
            final OpenStore store = Contenders.named(args[0]).open(folder, shape);
            Child.tell(READY, 1);
            new StoreChild(folder, shape, store, Boolean.parseBoolean(args[6])).serve(commands);
            code = 0;
        } catch (final Throwable e) {
            System.getLogger(StoreChild.class.getName()).log(System.Logger.Level.ERROR, args[0] + " failed", e);
        }
        // Not exit: libraries may have threads that do not end.
        System.out.flush();
        Runtime.getRuntime().halt(code);
    }

    static Shape shapeOf(final String[] args) {
        return new Shape(
                Integer.parseInt(args[2]),
                Integer.parseInt(args[3]),
                Values.valueOf(args[4]),
                Integer.parseInt(args[5]));
    }

    private void serve(final BlockingQueue<String> commands) throws IOException, InterruptedException {
        while (true) {
            final String[] words = commands.take().split(" ");
            switch (Command.valueOf(words[0])) {
                case LOAD -> {
                    final long from = Long.parseLong(words[1]);
                    final long to = Long.parseLong(words[2]);
                    pass((loop, inserts, thread) -> loop.timed(
                            Passes.each(Request.Kind.INSERT, from, to, thread, shape.threads()), Long.MAX_VALUE));
                }
                case AGE -> {
                    final long round = Long.parseLong(words[1]);
                    pass((loop, inserts, thread) -> loop.flatOut(
                            Passes.ageing(shape.records(), thread, shape.threads(), round + thread), Long.MAX_VALUE));
                }
                case RUN -> {
                    workload(words);
                }
                case DELETE -> {
                    final long from = Long.parseLong(words[1]);
                    final long to = Long.parseLong(words[2]);
                    pass((loop, inserts, thread) -> loop.timed(
                            Passes.shuffled(
                                    Passes.each(Request.Kind.DELETE, from, to, thread, shape.threads()),
                                    shape.records()),
                            Long.MAX_VALUE));
                }
                case VERIFY -> {
                    verify(Integer.parseInt(words[1]), Boolean.parseBoolean(words[2]));
                }
                case MEMORY -> {
                    tellMemory();
                }
                case WRITE_ON -> {
                    Child.tell(WRITING, 1);
                    crew.run((loop, inserts, thread) -> loop.flatOut(
                            Workload.U.requests(
                                    Distribution.UNIFORM, shape.records(), inserts, new SplittableRandom(thread)),
                            Long.MAX_VALUE));
                }
                case CLOSE -> {
                    crew.close();
                    store.close();
                    Child.tell(CLOSED, 1);
                    return;
                }
            }
        }
    }

    private void workload(final String[] words) throws InterruptedException {
        final Workload workload = Workload.valueOf(words[1]);
        final Distribution distribution = Distribution.valueOf(words[2]);
        final int threads = Integer.parseInt(words[3]);
        final long nanos = Long.parseLong(words[4]);
        final double rate = Double.parseDouble(words[5]);
        final long seedOfTurn = ++seed << Short.SIZE;
        final long backgroundBefore = backgroundNanos();
        final Slice slice = crew.run(threads, (loop, inserts, thread) -> {
            final Request.Source requests = workload.requests(
                    distribution, shape.records(), inserts, new SplittableRandom(seedOfTurn + thread));
            if (rate > 0) {
                return loop.paced(requests, nanos, rate / threads);
            }
            return rate < 0 ? loop.timed(requests, nanos) : loop.flatOut(requests, nanos);
        });
        tell(slice, threads, backgroundBefore);
    }

    /** All threads, each with records of its own. */
    private void pass(final Crew.Turn turn) throws InterruptedException {
        final long backgroundBefore = backgroundNanos();
        tell(crew.run(turn), shape.threads(), backgroundBefore);
    }

    /** Tells how a turn of so many threads went, and what the store has done in the background meanwhile and does afterwards. */
    private void tell(final Slice slice, final int threads, final long backgroundBefore) {
        final long begin = System.nanoTime();
        store.settle();
        final Slice settled = slice.settledIn(System.nanoTime() - begin);
        // The process's time may move in steps of 10 ms, the threads' in finer ones.
        final long background = Math.max(0, backgroundNanos() - backgroundBefore);
        (cpuTime ? settled.withBackground(background, threads) : settled).tell();
    }

    /** CPU time of all threads but those that run the operations. */
    private long backgroundNanos() {
        return system.getProcessCpuTime() - crew.cpuNanos();
    }

    /** Reads records, evenly spread, and checks every byte; or that they are gone. */
    private void verify(final int count, final boolean there) throws InterruptedException {
        crew.run((loop, inserts, thread) -> {
            for (long i = 0; i < count; i++) {
                final long index = i * shape.records() / count;
                if (there) {
                    loop.worker().verify(index);
                } else {
                    loop.worker().verifyGone(index);
                }
            }
            return new Slice(0, count, 0, 0, Slice.histogram());
        });
        Child.tell(VERIFIED, count);
    }

    private void tellMemory() throws IOException {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        Child.tell(
                HEAP, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        final ProcessMemory memory = ProcessMemory.withoutFilesOf(folder);
        Child.tell(PRIVATE, memory.privateBytes());
        Child.tell(PAGE_TABLES, memory.pageTableBytes());
    }
}
