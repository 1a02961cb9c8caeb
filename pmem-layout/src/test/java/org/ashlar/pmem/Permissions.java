package org.ashlar.pmem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Child processes that are asked for permission, as everyone is but root, which can give that up where it has {@code setpriv} and may. */
public final class Permissions {
    private static final List<String> GIVEN_UP = "root".equals(System.getProperty("user.name"))
            ? List.of(
                    "setpriv",
                    "--inh-caps=-dac_override,-dac_read_search",
                    "--bounding-set=-dac_override,-dac_read_search")
            : List.of();

    private Permissions() {}

    /**
     * Whether a child can be asked for permission here; where not, says what is left out.
     *
     * @param test what needs that, for people
     * @return whether {@link #asked} gives a command that is
     */
    public static boolean areAskedFor(final String test) {
        final String obstacle = GIVEN_UP.isEmpty() ? "" : obstacle();
        if (!obstacle.isEmpty()) {
            Mounts.leftOut(test, "root cannot give it up: " + obstacle);
        }
        return obstacle.isEmpty();
    }

    /**
     * A command that is asked for permission.
     *
     * @param command what is run
     * @return the command that runs it so
     */
    public static List<String> asked(final List<String> command) {
        final List<String> all = new ArrayList<>(GIVEN_UP);
        all.addAll(command);
        return all;
    }

    private static String obstacle() {
        try {
            final Process probe = new ProcessBuilder(asked(List.of("true")))
                    .redirectErrorStream(true)
                    .start();
            final String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            final int code = probe.waitFor();
            return code == 0 ? "" : "exit code " + code + " " + said.strip().replaceAll("\\s+", " ");
        } catch (final IOException e) {
            return String.valueOf(e.getMessage());
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
