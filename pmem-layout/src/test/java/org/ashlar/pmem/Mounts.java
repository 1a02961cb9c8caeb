package org.ashlar.pmem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * File systems that a test mounts for a child process, which has a mount namespace of its own.
 *
 * <p>Whether that is possible is found out by doing it once: {@code unshare} from util-linux and {@code mount} have to be there; root needs
 * CAP_SYS_ADMIN, which containers take away, and anyone else a user namespace, which some distributions forbid. Where it is not possible a
 * test comes to the same behaviour by another road ({@link #withFileLimit}, {@link RefusedCalls}), and a line of the test run's output says what
 * was left out. {@code -Dashlar.mounts=false} is a machine without mounts.
 */
public final class Mounts {
    private static final String UNSHARED = "root".equals(System.getProperty("user.name")) ? "-m" : "-rm";

    /** Empty where mounts are possible. */
    private static final String OBSTACLE = obstacle();

    private Mounts() {}

    /**
     * Whether file systems can be mounted here; where not, says what is left out.
     *
     * @param test what needs the mount, for people
     * @return whether {@link #command} can mount something
     */
    public static boolean arePossibleFor(final String test) {
        if (!OBSTACLE.isEmpty()) {
            leftOut(test, "nothing can be mounted here: " + OBSTACLE);
        }
        return OBSTACLE.isEmpty();
    }

    /**
     * Prints the line that says so.
     *
     * @param test what does not run here
     * @param why what is missing
     */
    public static void leftOut(final String test, final String why) {
        System.out.println("LEFT OUT: " + test + "; " + why);
    }

    /**
     * A command in a mount namespace of its own.
     *
     * @param shell a line that may mount things
     * @param command what is run after it
     * @return the command for both
     */
    public static List<String> command(final String shell, final List<String> command) {
        return shell(List.of("unshare", UNSHARED), shell, command);
    }

    /**
     * A command for which no file can become longer.
     *
     * @param mebibytes the limit
     * @param command what is run with it
     * @return the command for both
     */
    public static List<String> withFileLimit(final int mebibytes, final List<String> command) {
        return shell(List.of(), "ulimit -f " + mebibytes * 2048, command); // POSIX: in units of 512 bytes
    }

    private static List<String> shell(final List<String> prefix, final String line, final List<String> command) {
        final List<String> all = new ArrayList<>(prefix);
        all.addAll(List.of("sh", "-c", line + " && exec \"$@\"", "sh"));
        all.addAll(command);
        return all;
    }

    private static String obstacle() {
        if ("false".equals(System.getProperty("ashlar.mounts"))) {
            return "-Dashlar.mounts=false";
        }
        try {
            final Process probe = new ProcessBuilder("unshare", UNSHARED, "mount", "-t", "tmpfs", "tmpfs", "/mnt")
                    .redirectErrorStream(true)
                    .start();
            final String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return probe.waitFor() == 0 ? "" : said.strip().replaceAll("\\s+", " ");
        } catch (final IOException e) {
            return String.valueOf(e.getMessage());
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
