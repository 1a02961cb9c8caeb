package org.ashlar.examples.service;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.ashlar.kv.StoreException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A leaderboard with a page that shows it live. It keeps its state in a store, and has it again after a {@code kill -9}. */
@Command(
        name = "leaderboard",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Serves a leaderboard, with a page that shows it live. What it has answered is in the store: kill it with -9,"
                    + " start it again, and all is there.",
            ""
        },
        footer = {"", "It runs until it is ended. The exit status is 2 for a bad argument, 1 when it cannot start."})
public final class LeaderboardService implements Callable<Integer> {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final String DEFAULT_NAME = "ashlar-leaderboard.pool";
    private static final int MAX_PORT = 65_535;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "The pool file, which is created where it is missing. Default: " + DEFAULT_NAME
                    + " in /dev/shm, or in the directory for temporary files.")
    private @Nullable Path data;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Where to listen; 0 for any free port. Default: ${DEFAULT-VALUE}.")
    private int port = 8080;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "The address to listen on. Default: the loopback address, which no other machine can reach."
                    + " There is no log-in: whoever reaches it can write.")
    private @Nullable String host;

    @Spec
    private @Nullable CommandSpec spec;

    private final PrintWriter out;

    private LeaderboardService(final PrintWriter out) {
        this.out = out;
    }

    /**
     * Runs the service until the process is ended.
     *
     * @param args see {@code --help}
     */
    public static void main(final String[] args) {
        final PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
        System.exit(new CommandLine(new LeaderboardService(out))
                .setOut(out)
                .setErr(out)
                .setExecutionExceptionHandler((failure, command, result) -> explain(failure, out))
                .execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (port < 0 || port > MAX_PORT) {
            throw badArgument("--port must be 0 to " + MAX_PORT + ", but is " + port);
        }
        final Path file = (data == null ? defaultFile() : data).toAbsolutePath();
        final Leaderboard leaderboard = open(file, new InetSocketAddress(address(), port));
        // For SIGTERM and SIGINT; a SIGKILL asks nobody, and needs nothing.
        Runtime.getRuntime().addShutdownHook(new Thread(leaderboard::close, "close-leaderboard"));
        print(leaderboard);
        new CountDownLatch(1).await(); // until the process is ended
        return CommandLine.ExitCode.OK;
    }

    private static Leaderboard open(final Path file, final InetSocketAddress address) throws IOException {
        try {
            return new Leaderboard(file, address, Leaderboard.MAX_PLAYERS);
        } catch (final BindException e) {
            throw new IOException(
                    "cannot listen on " + address.getAddress().getHostAddress() + " port " + address.getPort() + ": "
                            + e.getMessage() + ". Give another --port, or 0 for any",
                    e);
        }
    }

    private void print(final Leaderboard leaderboard) {
        final StoreFacts facts = leaderboard.storeFacts();
        out.println("serving  " + leaderboard.uri());
        out.println("process  " + facts.pid() + ": kill -9 " + facts.pid() + " does no harm");
        out.println("data     " + facts.file() + ", " + leaderboard.board().events() + " events, opened in "
                + facts.openMicros() + " us");
        out.println("run      " + facts.run() + (facts.isAfterKill() ? ", the one before was killed" : ""));
        out.println("durable  " + facts.durability() + ": " + facts.reason());
    }

    private InetAddress address() {
        try {
            return host == null ? InetAddress.getLoopbackAddress() : InetAddress.getByName(host);
        } catch (final UnknownHostException e) {
            throw badArgument("--host: there is no address " + host);
        }
    }

    private static Path defaultFile() {
        final Path folder =
                Files.isWritable(SHARED_MEMORY) ? SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
        return folder.resolve(DEFAULT_NAME);
    }

    private ParameterException badArgument(final String message) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
    }

    private static int explain(final Exception failure, final PrintWriter out) {
        if (failure instanceof StoreException || failure instanceof IOException) {
            out.println("leaderboard failed: " + failure.getMessage());
        } else {
            failure.printStackTrace(out);
        }
        out.flush();
        return CommandLine.ExitCode.SOFTWARE;
    }
}
