package org.ashlar.examples.inspector;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Verifies and salvages pools from the command line. */
@Command(
        name = "inspector",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {VerifyCommand.class, SalvageCommand.class},
        description = {"Checks a pool, or copies what can be read of a damaged one to a new one.", ""},
        footer = {
            "",
            "The exit status is 0 when all is sound, 1 when something is wrong, 2 when the pool cannot be read or an argument is bad."
        })
public final class Inspector {
    private Inspector() {}

    /**
     * Runs a command and ends the JVM.
     *
     * @param args see {@code --help}
     */
    public static void main(final String[] args) {
        final PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        final PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, args));
    }

    /**
     * Runs a command.
     *
     * @param out takes the report
     * @param err takes what is said of bad arguments
     * @param args see {@code --help}
     * @return the exit status
     */
    static int run(final PrintWriter out, final PrintWriter err, final String... args) {
        return new CommandLine(new Inspector())
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((failure, command, result) -> {
                    failure.printStackTrace(err); // no refusal of the store: those are reports
                    return Status.UNREADABLE;
                })
                .execute(args);
    }
}
