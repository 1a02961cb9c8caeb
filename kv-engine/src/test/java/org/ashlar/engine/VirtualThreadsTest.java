package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.ashlar.kv.Durability;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Thousands of virtual threads that share one carrier, in a JVM that may not have a second one: whoever waits has to leave it to those who are
 * waited for. Where the JDK has no virtual threads, hundreds of others.
 */
final class VirtualThreadsTest {
    private static final List<String> ONE_CARRIER = List.of(
            ChildJvm.OPENS, "-Djdk.virtualThreadScheduler.parallelism=1", "-Djdk.virtualThreadScheduler.maxPoolSize=1");

    @TempDir(factory = DiskFolder.class)
    Path folder;

    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"POWER_FAILURE", "PROCESS_CRASH"})
    void allOfThemGoOnWithOneCarrier(final Durability durability) {
        final Path pool = folder.resolve("pool").toAbsolutePath();
        final String said = ChildJvm.run(
                folder,
                ChildJvm.command(ONE_CARRIER, VirtualThreadsChild.class, pool.toString(), durability.toString()));
        assertTrue(said.endsWith("exit code 0"), said);
        final boolean areVirtual = Runtime.version().feature() >= 21;
        assertTrue(said.contains(VirtualThreadsChild.ALL_HAVE_ENDED + areVirtual), said);
    }
}
