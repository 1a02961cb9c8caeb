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

    /** A mount namespace; who is not root gets a user namespace with it, where the kernel allows that. */
    private static final String UNSHARED = "root".equals(System.getProperty("user.name")) ? "-m" : "-rm";

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

    /** A command in a mount namespace of its own, after a line of shell that may mount things. */
    static List<String> withMounts(final String shell, final List<String> command) {
        final List<String> all =
                new ArrayList<>(List.of("unshare", UNSHARED, "sh", "-c", shell + " && exec \"$@\"", "sh"));
        all.addAll(command);
        return all;
    }

    /** Whether file systems can be mounted here. */
    static boolean canMount() {
        try {
            final Process probe = new ProcessBuilder("unshare", UNSHARED, "mount", "-t", "tmpfs", "tmpfs", "/mnt")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return probe.waitFor() == 0;
        } catch (final IOException | InterruptedException e) {
            return false;
        }
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
