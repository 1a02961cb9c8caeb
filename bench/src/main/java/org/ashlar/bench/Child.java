package org.ashlar.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * A child JVM with the class path and the flags of this one, of the same JDK where no other is named. It tells its figures on standard output, one line
 * {@code name=value} each, and dies when this JVM does.
 */
public final class Child implements AutoCloseable {
    private static final List<String> FLAGS_NOT_INHERITED = List.of(
            "-Xmx", "-Xms", "-javaagent", "-agentlib", "-agentpath", "-XX:StartFlightRecording", "-XX:FlightRecorder");

    private final Process process;
    private final BufferedReader output;
    private final BufferedWriter input;

    private Child(final Process process) {
        this.process = process;
        input = process.outputWriter(StandardCharsets.UTF_8);
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    public static Child start(final Class<?> main, final List<String> flags, final String... args) throws IOException {
        return start(main.getName(), flags, args);
    }

    /** Starts one whose main class is known by name only. */
    public static Child start(final String main, final List<String> flags, final String... args) throws IOException {
        return start(ownJavaHome(), main, flags, args);
    }

    /** Where the JDK of this JVM is. */
    public static Path ownJavaHome() {
        return Path.of(System.getProperty("java.home"));
    }

    /** Starts one of the JDK in a directory. */
    public static Child start(final Path javaHome, final String main, final List<String> flags, final String... args)
            throws IOException {
        final List<String> command = new ArrayList<>();
        command.add(javaHome.resolve("bin").resolve("java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> FLAGS_NOT_INHERITED.stream().noneMatch(flag::startsWith))
                .forEach(command::add);
        command.addAll(flags);
        command.add("-classpath");
        command.add(System.getProperty("java.class.path"));
        command.add(main);
        command.addAll(List.of(args));
        return new Child(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /**
     * Waits for a figure.
     *
     * @param name its name
     * @return its value
     * @throws IOException when the child ended before it told the figure
     */
    public double await(final String name) throws IOException {
        return Double.parseDouble(awaitText(name));
    }

    /**
     * Waits for something that the child tells.
     *
     * @param name its name
     * @return what it tells
     * @throws IOException when the child ended before it told that
     */
    public String awaitText(final String name) throws IOException {
        final String prefix = name + "=";
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(prefix)) {
                return line.substring(prefix.length());
            }
        }
        throw new IOException("the child JVM ended without telling \"" + name + "\"");
    }

    /** Hands over each line that the child prints from now on, until it ends or closes its output. */
    public void forEachLine(final Consumer<String> line) {
        output.lines().forEach(line);
    }

    /** Sends a line, which the child finds among its {@link #commands}. */
    public void send(final String command) throws IOException {
        input.write(command);
        input.newLine();
        input.flush();
    }

    /** Kills it with SIGKILL and waits until it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Waits until it ends by itself. */
    public void awaitEnd() throws IOException, InterruptedException {
        final int code = process.waitFor();
        if (code != 0) {
            throw new IOException("the child JVM ended with exit code " + code);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    /** In the child: tells a figure. */
    public static void tell(final String name, final double value) {
        System.out.println(name + "=" + value);
    }

    /** In the child: tells a count. */
    public static void tell(final String name, final long value) {
        System.out.println(name + "=" + value);
    }

    /** In the child: tells something else than a figure, in one line. */
    public static void tell(final String name, final String value) {
        System.out.println(name + "=" + value);
    }

    /** In the child: makes it end when its parent does, which closes its standard input. */
    public static void endWithParent() {
        commands();
    }

    /** In the child: what the parent sends, as it comes. Makes the child end when its parent does, whatever it is at. */
    public static BlockingQueue<String> commands() {
        final BlockingQueue<String> commands = new LinkedBlockingQueue<>();
        final Thread watch = new Thread(
                () -> {
                    try (BufferedReader input =
                            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
                        input.lines().forEach(commands::add);
                    } catch (final IOException | UncheckedIOException e) {
                        // As good as the end of the input.
                    }
                    Runtime.getRuntime().halt(1);
                },
                "bench-parent-watch");
        watch.setDaemon(true);
        watch.start();
        return commands;
    }
}
