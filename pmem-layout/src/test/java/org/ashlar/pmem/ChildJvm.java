package org.ashlar.pmem;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts this JVM again with another main class. */
final class ChildJvm {
    static final String OPENS = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED";

    private static final int FEATURE_THAT_WARNS = 24;

    private ChildJvm() {}

    /** The command that runs a main class on this class path, with the flag that pools need. */
    static List<String> command(final Class<?> main, final String... arguments) {
        return command(List.of(OPENS), main, arguments);
    }

    static List<String> command(final List<String> flags, final Class<?> main, final String... arguments) {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        if (Runtime.version().feature() >= FEATURE_THAT_WARNS) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(List.of("-Xmx64m", "-Xshare:auto"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    static Process start(final List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** All that a child says until it ends. */
    static String output(final Process child) throws IOException {
        try (BufferedReader reader = child.inputReader()) {
            final StringBuilder all = new StringBuilder();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                all.append(line).append('\n');
            }
            return all.toString();
        }
    }
}
