package org.ashlar.examples.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The service in a process of its own, which can be killed. */
public final class ServiceProcess implements AutoCloseable {
    private static final String SERVING = "serving ";

    private final Process process;
    private final URI uri;

    private ServiceProcess(final Process process, final URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /**
     * Starts the service and waits until it serves.
     *
     * @param data the pool file
     * @param port where to listen; 0 for any free port
     * @return the service
     * @throws IOException when it ended before it served, with all that it said
     */
    public static ServiceProcess start(final Path data, final int port) throws IOException {
        final Process process = new ProcessBuilder(command(data, port))
                .redirectErrorStream(true)
                .start();
        final BufferedReader lines = process.inputReader(UTF_8);
        final List<String> said = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(SERVING)) {
                return new ServiceProcess(
                        process, URI.create(line.substring(SERVING.length()).strip()));
            }
            said.add(line);
        }
        throw new IOException("the service ended before it served. It said: " + String.join("\n", said));
    }

    private static List<String> command(final Path data, final int port) {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-agentlib:") && !flag.startsWith("-javaagent:"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(LeaderboardService.class.getName());
        command.addAll(List.of("--data", data.toString(), "--port", Integer.toString(port)));
        return command;
    }

    /**
     * Where it serves.
     *
     * @return the address of the page
     */
    public URI uri() {
        return uri;
    }

    /**
     * Its process number.
     *
     * @return the number
     */
    public long pid() {
        return process.pid();
    }

    /**
     * Ends it by SIGKILL, and waits until it is gone.
     *
     * @return its exit status, 137
     */
    public int kill() {
        process.destroyForcibly();
        return process.onExit().join().exitValue();
    }

    /**
     * Ends it by SIGTERM, and waits until it is gone.
     *
     * @return its exit status, 143
     */
    public int terminate() {
        process.destroy();
        return process.onExit().join().exitValue();
    }

    @Override
    public void close() {
        kill();
    }
}
