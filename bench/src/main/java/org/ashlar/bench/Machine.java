package org.ashlar.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.agrona.UnsafeApi;
import org.ashlar.pmem.Memory;

/** Says what the figures were measured on. */
public final class Machine {
    private static final Path THP = Path.of("/sys/kernel/mm/transparent_hugepage");

    private Machine() {}

    public static void describe(final Report report, final Path path) throws IOException {
        report.section("Machine");
        report.fact("cpu", valueOf(Path.of("/proc/cpuinfo"), "model name"));
        report.fact("cpus", Integer.toString(Runtime.getRuntime().availableProcessors()));
        report.fact("memory", valueOf(Path.of("/proc/meminfo"), "MemTotal"));
        report.fact("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        report.fact("load average before", content(Path.of("/proc/loadavg")));
        report.fact("jdk", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        report.fact(
                "jvm arguments",
                String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
        report.fact("page size", Integer.toString(UnsafeApi.pageSize()));
        report.fact("huge pages of anonymous memory", content(THP.resolve("enabled")));
        report.fact("huge pages of tmpfs without a mount option", content(THP.resolve("shmem_enabled")));
        report.fact("write-back instructions", Memory.canWriteBack() ? "yes" : "no");
        report.fact("file system of the path", Files.getFileStore(path).toString());
    }

    private static String valueOf(final Path file, final String key) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(key))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .orElse("unknown");
        } catch (final IOException e) {
            return "unknown: " + e;
        }
    }

    private static String content(final Path file) {
        try {
            return Files.readString(file).trim();
        } catch (final IOException e) {
            return "unknown: " + e;
        }
    }
}
