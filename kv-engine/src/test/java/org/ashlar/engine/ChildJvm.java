package org.ashlar.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts this JVM again with another main class, on this class path. */
final class ChildJvm {
    static final String OPENS = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED";

    private ChildJvm() {}

    /** The command that runs a main class with the flag that stores need. */
    static List<String> command(final Class<?> main, final String... arguments) {
        return command(List.of(OPENS), main, arguments);
    }

    static List<String> command(final List<String> flags, final Class<?> main, final String... arguments) {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-Xmx128m", "-Xshare:auto", "-XX:-CreateCoredumpOnCrash"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Runs a command to its end; what it said, with its exit code on the last line. */
    static String run(final Path folder, final List<String> command) {
        try {
            final Process child = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            final String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return output + "exit code " + child.waitFor();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
