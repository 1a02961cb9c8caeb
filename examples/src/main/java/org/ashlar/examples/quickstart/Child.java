package org.ashlar.examples.quickstart;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** A process that writes to the pool until it is killed, seen from its parent. */
final class Child {
    /** What a shell says of a process that ended by SIGKILL, and what Java says as well: 128 and the signal's number. */
    private static final int STATUS_OF_SIGKILL = 128 + 9;

    private static final Duration MAX_START = Duration.ofMinutes(1);
    private static final int JDK_WITH_MORE_FLAGS = 24;

    private final Process process;
    private final Acknowledged acknowledged;
    private final Duration killAfter;
    private final List<String> otherLines = new ArrayList<>();
    private long openNanos;
    private long firstGetNanos;
    private long puts;
    private volatile boolean isWriting;

    private Child(final Process process, final Acknowledged acknowledged, final Duration killAfter) {
        this.process = process;
        this.acknowledged = acknowledged;
        this.killAfter = killAfter;
    }

    /**
     * How a child lived.
     *
     * @param pid its process number
     * @param openNanos how long its open took, the first of its JVM
     * @param firstGetNanos how long its first get took
     * @param puts writes that it acknowledged
     * @param status its exit status
     */
    record Life(long pid, long openNanos, long firstGetNanos, long puts, int status) {}

    /** Starts a child, lets it write for a while, and kills it. The pool must not be open here: one process at a time. */
    static Life runAndKill(
            final Path pool, final byte[] probe, final Acknowledged acknowledged, final Duration killAfter)
            throws IOException, InterruptedException {
        final List<String> command = command();
        command.add(pool.toString());
        command.add(new String(probe, StandardCharsets.UTF_8));
        command.add(Long.toString(acknowledged.nextSequence()));
        final Process process =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            return new Child(process, acknowledged, killAfter).live();
        } finally {
            process.destroyForcibly();
        }
    }

    private static List<String> command() {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-agentlib:") && !flag.startsWith("-javaagent:"))
                .forEach(command::add);
        // A jar that runs by itself has these in its manifest, which counts for a jar that runs by itself only.
        command.add("--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");
        if (Runtime.version().feature() >= JDK_WITH_MORE_FLAGS) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ChildWriter.class.getName()));
        return command;
    }

    private Life live() throws IOException, InterruptedException {
        in(MAX_START).execute(() -> {
            if (!isWriting) {
                kill();
            }
        });
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                hear(line);
            }
        }
        final int status = process.waitFor();
        if (puts == 0 || status != STATUS_OF_SIGKILL) {
            throw new QuickstartException("the process that should write until it is killed ended with status " + status
                    + " after " + puts + " writes. It said: " + String.join(" ", otherLines));
        }
        acknowledged.killed();
        return new Life(process.pid(), openNanos, firstGetNanos, puts, status);
    }

    private void hear(final String line) {
        final String[] words = line.split(" ", -1);
        if (words[0].equals(ChildWriter.PUT) && words.length == 2) {
            acknowledged.acknowledge(Long.parseLong(words[1]));
            puts++;
            if (!isWriting) {
                isWriting = true;
                in(killAfter).execute(this::kill);
            }
        } else if (words[0].equals(ChildWriter.OPENED) && words.length == 3) {
            openNanos = Long.parseLong(words[1]);
            firstGetNanos = Long.parseLong(words[2]);
        } else {
            otherLines.add(line);
        }
    }

    /**
     * On Linux and other Unixes this is SIGKILL: the child gets no chance to do anything about it. It goes through the handle,
     * as {@link Process#destroyForcibly} would also close our end of the pipe, and what the child had said would be lost.
     */
    private void kill() {
        process.toHandle().destroyForcibly();
    }

    private static Executor in(final Duration delay) {
        return CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS);
    }
}
