package org.ashlar.examples.quickstart;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.StoreFullException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Loads the files of the running JDK into a store, reads them back in place, kills a process that is writing to the same
 * store, reopens it and compares every acknowledged byte. The exit status is 0 only when all was checked and equal.
 */
@Command(
        name = "quickstart",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Loads the files of the running JDK into a store, kills a process that is writing to it, reopens it and"
                    + " compares every byte.",
            ""
        },
        footer = {"", "The exit status is 0 when everything was checked and equal, 2 for a bad argument, else 1."})
public final class Quickstart implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "PATH",
            description =
                    "Where the pool goes: a directory, or a file that does not exist yet. Default: /dev/shm, or the"
                            + " directory for temporary files.")
    private @Nullable Path path;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Load a sample of N files. Default: all of them, about 30,000.")
    private int limit = Integer.MAX_VALUE;

    @Option(names = "--kills", paramLabel = "N", description = "Processes to kill, one after another. Default: 2.")
    private int kills = 2;

    @Option(
            names = "--kill-after",
            paramLabel = "MS",
            description = "How long each process writes until it is killed. Default: 1000.")
    private int killAfterMillis = 1000;

    @Option(names = "--keep", description = "Leave the pool file in place.")
    private boolean keep;

    @Option(names = "--debug", description = "Print the stack trace of a failure.")
    private boolean debug;

    @Spec
    private @Nullable CommandSpec spec;

    private final Console console;

    private Quickstart(final Console console) {
        this.console = console;
    }

    /**
     * Runs the program and ends the JVM.
     *
     * @param args see {@code --help}
     */
    public static void main(final String[] args) {
        final PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
        System.exit(run(out, Ansi.AUTO.enabled(), args));
    }

    /**
     * Runs the program.
     *
     * @param out takes all that it says
     * @param isTerminal whether a person is looking on
     * @param args see {@code --help}
     * @return the exit status
     */
    static int run(final PrintWriter out, final boolean isTerminal, final String... args) {
        final Quickstart quickstart = new Quickstart(new Console(out, isTerminal));
        return new CommandLine(quickstart)
                .setOut(out)
                .setErr(out)
                .setExecutionExceptionHandler((failure, command, result) -> quickstart.explain(failure))
                .execute(args);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        requirePositive(limit, "--limit");
        requirePositive(kills, "--kills");
        requirePositive(killAfterMillis, "--kill-after");
        try (PoolFile pool = PoolFile.at(path, keep)) {
            final Findings findings = new Findings();
            final Duration killAfter = Duration.ofMillis(killAfterMillis);
            new QuickstartRun(console, pool.path(), JdkFiles.sample(limit), findings).run(kills, killAfter);
            findings.print(console);
            return findings.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        }
    }

    private int explain(final Exception failure) {
        console.line("");
        console.line("quickstart failed: " + inOneLine(failure));
        if (failure instanceof StoreFullException) {
            console.line("To try with less room, give another PATH, or load fewer files with --limit.");
        }
        if (debug) {
            console.stackTrace(failure);
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static String inOneLine(final Exception failure) {
        final String message = String.valueOf(failure.getMessage()).replaceAll("\\s*\\R\\s*", " ");
        final boolean speaksForItself = failure instanceof StoreException || failure instanceof QuickstartException;
        return speaksForItself
                ? message
                : failure.getClass().getSimpleName() + ": " + message + " (--debug tells more)";
    }

    private void requirePositive(final int value, final String option) {
        if (value <= 0) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(), option + " must be more than 0, but is " + value);
        }
    }
}
