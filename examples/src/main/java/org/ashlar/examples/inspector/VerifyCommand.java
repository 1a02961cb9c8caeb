package org.ashlar.examples.inspector;

import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.StoreOptions;
import org.ashlar.kv.Verification;
import org.ashlar.kv.VerifyReport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Walks a whole pool, at once or at a limited rate. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Walks a pool that no process has open for writing, and checks every checksum and every invariant.",
        footer = {"", "The exit status is 0 when the pool is sound, 1 when it has problems, 2 when it cannot be read."})
final class VerifyCommand implements Callable<Integer> {
    private static final int PIECES_PER_SECOND = 10;

    @Parameters(paramLabel = "POOL", description = "The pool file.")
    private @Nullable Path pool;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(
            names = "--for-writing",
            description = "Open the pool for writing. Then it is checked too that live and free space add up, and what"
                    + " was kept out of use gets free if nothing refers to it. Without it, nothing is written.")
    private boolean forWriting;

    @Option(
            names = "--rate",
            paramLabel = "BYTES",
            description = "Read at most so many bytes a second. Default: as fast as can be.")
    private long rate = Long.MAX_VALUE;

    @Spec
    private @Nullable CommandSpec spec;

    VerifyCommand() {}

    @Override
    public Integer call() {
        final CommandSpec command = Objects.requireNonNull(spec);
        if (rate < PIECES_PER_SECOND) {
            throw new ParameterException(
                    command.commandLine(), "--rate must be " + PIECES_PER_SECOND + " or more, but is " + rate);
        }
        final Path path = Objects.requireNonNull(pool);
        final Report report = new Report().say("pool", path.toString());
        final int status = verify(path, report);
        report.print(command.commandLine().getOut(), json);
        return status;
    }

    private int verify(final Path path, final Report report) {
        final StoreOptions options =
                StoreOptions.defaults().withCreateIfMissing(false).withReadOnly(!forWriting);
        try (Store store = Store.open(path, options)) {
            final VerifyReport found = walk(store.verification());
            report.say("sound", found.isSound())
                    .say("maps", found.maps())
                    .say("records", found.records())
                    .say("indexPages", found.indexPages())
                    .say("liveBytes", found.liveBytes())
                    .say("freeBytes", found.freeBytes())
                    .say("spaceCompared", found.spaceCompared())
                    .put("problems", found.problems())
                    .lines(found.problems());
            return found.isSound() ? Status.SOUND : Status.PROBLEMS;
        } catch (final StoreException e) {
            report.say("error", String.valueOf(e.getMessage()));
            return Status.UNREADABLE;
        }
    }

    private VerifyReport walk(final Verification verification) {
        final long began = System.nanoTime();
        while (verification.step(rate == Long.MAX_VALUE ? rate : rate / PIECES_PER_SECOND)) {
            final long due = began + (long) (verification.bytesRead() / (double) rate * TimeUnit.SECONDS.toNanos(1));
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
        return verification.report();
    }
}
