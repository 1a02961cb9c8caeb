package org.ashlar.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.bench.Child;
import org.ashlar.bench.DeviceBlocks;

/** A contender in a JVM of its own, as the run sees it. One command at a time. */
final class StoreProcess implements AutoCloseable {
    private final Child child;
    private final Path folder;

    private StoreProcess(final Child child, final Path folder) {
        this.child = child;
        this.folder = folder;
    }

    /**
     * Starts the JVM and opens the store.
     *
     * @param folder for its files; made where it is missing
     * @param cpuTime whether rates are by CPU time
     * @throws IOException when it did not open
     */
    static StoreProcess open(final Contender contender, final Path folder, final Shape shape, final boolean cpuTime)
            throws IOException {
        Files.createDirectories(folder);
        final StoreProcess process =
                new StoreProcess(start(StoreChild.class, contender, folder, shape, Boolean.toString(cpuTime)), folder);
        process.child.await(StoreChild.READY);
        return process;
    }

    /** Starts a JVM with the flags of a contender, and these arguments before others. */
    static Child start(
            final Class<?> main,
            final Contender contender,
            final Path folder,
            final Shape shape,
            final String... others)
            throws IOException {
        final List<String> args = new ArrayList<>(List.of(
                contender.opened(),
                folder.toString(),
                Integer.toString(shape.records()),
                Integer.toString(shape.keyBytes()),
                shape.values().name(),
                Integer.toString(shape.threads())));
        args.addAll(List.of(others));
        return Child.start(
                contender.javaHome(), main.getName(), contender.jvmFlags(shape), args.toArray(String[]::new));
    }

    /** Inserts the records of these indexes, each timed. */
    Slice load(final long from, final long to) throws IOException {
        return slice(StoreChild.Command.LOAD, from, to);
    }

    /** Updates and replaces as many records as there are. */
    Slice age(final int round) throws IOException {
        return slice(StoreChild.Command.AGE, round);
    }

    /** Runs a workload flat out, for its rate. */
    Slice flatOut(final Mix mix, final int threads, final long nanos) throws IOException {
        return slice(StoreChild.Command.RUN, mix.workload(), mix.distribution(), threads, nanos, 0);
    }

    /** Runs a workload flat out and times each operation. */
    Slice timed(final Mix mix, final int threads, final long nanos) throws IOException {
        return slice(StoreChild.Command.RUN, mix.workload(), mix.distribution(), threads, nanos, -1);
    }

    /** Runs a workload at a rate and times each operation from when it was due. */
    Slice paced(final Mix mix, final int threads, final long nanos, final double opsPerSecond) throws IOException {
        return slice(StoreChild.Command.RUN, mix.workload(), mix.distribution(), threads, nanos, opsPerSecond);
    }

    /** Removes the records of a part of the indexes, in an order of its own, each timed. */
    Slice delete(final long from, final long to) throws IOException {
        return slice(StoreChild.Command.DELETE, from, to);
    }

    /**
     * Reads records, evenly spread, and checks every byte.
     *
     * @param count how many
     * @param there whether they should be there, or be gone
     */
    void verify(final int count, final boolean there) throws IOException {
        send(StoreChild.Command.VERIFY, count, there);
        child.await(StoreChild.VERIFIED);
    }

    Footprint footprint() throws IOException, InterruptedException {
        send(StoreChild.Command.MEMORY);
        return new Footprint(
                (long) child.await(StoreChild.HEAP),
                (long) child.await(StoreChild.PRIVATE),
                (long) child.await(StoreChild.PAGE_TABLES),
                DeviceBlocks.bytesOf(folder));
    }

    /** Has the store updated from now on until {@link #kill}. */
    void writeOn() throws IOException {
        send(StoreChild.Command.WRITE_ON);
        child.await(StoreChild.WRITING);
    }

    /** Ends the JVM with SIGKILL. */
    void kill() throws InterruptedException {
        child.kill();
    }

    /** Closes the store and ends the JVM. */
    void end() throws IOException, InterruptedException {
        send(StoreChild.Command.CLOSE);
        child.await(StoreChild.CLOSED);
        child.awaitEnd();
    }

    private Slice slice(final StoreChild.Command command, final Object... args) throws IOException {
        send(command, args);
        return Slice.await(child);
    }

    private void send(final StoreChild.Command command, final Object... args) throws IOException {
        final StringBuilder line = new StringBuilder(command.name());
        for (final Object arg : args) {
            line.append(' ').append(arg);
        }
        child.send(line.toString());
    }

    /** Ends the JVM, however far it is. */
    @Override
    public void close() {
        child.close();
    }
}
