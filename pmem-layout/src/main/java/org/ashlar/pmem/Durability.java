package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.DURABILITY_UNAVAILABLE;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/** Decides what durability a mapping can have, out of what was asked for and what the machine is. */
final class Durability {
    private static final Path REGIONS = Path.of("/sys/bus/nd/devices");
    private static final String PERSISTENT_CACHE = "cpu_cache";

    private Durability() {}

    /**
     * Decides.
     *
     * @param requested what was asked for
     * @param dax whether the mapping is a synchronous DAX mapping
     * @param canWriteBack whether the JVM has write-back instructions
     * @param cachesArePersistent asked only for DAX: whether the CPU caches survive a power failure
     * @param inMemory asked only where msync would be used: whether the file lives in memory
     * @return the decision
     * @throws PoolException ({@code DURABILITY_UNAVAILABLE})
     */
    static DurabilityReport decide(
            final DurabilityRequest requested,
            final boolean dax,
            final boolean canWriteBack,
            final BooleanSupplier cachesArePersistent,
            final BooleanSupplier inMemory) {
        return switch (requested) {
            case WRITE_BACK_FORCED -> {
                if (!canWriteBack) {
                    throw unavailable(
                            "write-back was forced, and this JVM and processor have no write-back instructions (a JDK after 17"
                                    + " needs its C2 compiler for them: no -Xint, no -XX:TieredStopAtLevel)");
                }
                yield report(
                        requested,
                        Persistence.Mode.WRITE_BACK,
                        dax,
                        dax,
                        dax
                                ? "write-back instructions were forced, on a DAX mapping"
                                : "write-back instructions were forced, on a mapping that no power failure spares");
            }
            case PROCESS_CRASH ->
                report(requested, Persistence.Mode.PROCESS_CRASH, dax, false, "no more was asked for");
            case BEST ->
                dax && (canWriteBack || cachesArePersistent.getAsBoolean())
                        ? onDax(requested, cachesArePersistent)
                        : report(
                                requested,
                                Persistence.Mode.PROCESS_CRASH,
                                dax,
                                false,
                                dax
                                        ? "the mapping is DAX, and this JVM and processor have no write-back instructions"
                                        : "the file system gives no synchronous DAX mapping (MAP_SYNC) of this file; ask for"
                                                + " POWER_FAILURE to have msync at each persist");
            case POWER_FAILURE ->
                dax && (canWriteBack || cachesArePersistent.getAsBoolean())
                        ? onDax(requested, cachesArePersistent)
                        : onPageCache(requested, dax, inMemory);
        };
    }

    private static DurabilityReport onDax(
            final DurabilityRequest requested, final BooleanSupplier cachesArePersistent) {
        return cachesArePersistent.getAsBoolean()
                ? report(
                        requested,
                        Persistence.Mode.FENCE_ONLY,
                        true,
                        true,
                        "the mapping is DAX, and the persistence domain of every region includes the CPU caches")
                : report(
                        requested,
                        Persistence.Mode.WRITE_BACK,
                        true,
                        true,
                        "the mapping is DAX: cache lines are written back and fenced");
    }

    private static DurabilityReport onPageCache(
            final DurabilityRequest requested, final boolean dax, final BooleanSupplier inMemory) {
        if (inMemory.getAsBoolean()) {
            throw unavailable("the file lives in memory (tmpfs or ramfs), which no power failure spares");
        }
        return report(
                requested,
                Persistence.Mode.MSYNC,
                dax,
                true,
                "the mapping goes through the page cache: msync at each persist");
    }

    /** What a read-only pool reports. */
    static DurabilityReport readOnly(final DurabilityRequest requested) {
        return report(requested, Persistence.Mode.PROCESS_CRASH, false, false, "opened read-only: nothing is written");
    }

    private static DurabilityReport report(
            final DurabilityRequest requested,
            final Persistence.Mode mode,
            final boolean dax,
            final boolean survivesPowerFailure,
            final String explanation) {
        return new DurabilityReport(requested, mode, dax, survivesPowerFailure, explanation);
    }

    private static PoolException unavailable(final String why) {
        return new PoolException(
                DURABILITY_UNAVAILABLE, why + "; use another device, or ask for durability BEST or PROCESS_CRASH");
    }

    /** Whether every region of persistent memory says that CPU caches survive a power failure; asked of the kernel once. */
    static boolean cachesArePersistent() {
        return PersistenceDomain.ALL_CPU_CACHE;
    }

    private static final class PersistenceDomain {
        static final boolean ALL_CPU_CACHE = everyRegionIsCpuCache(REGIONS);
    }

    static boolean everyRegionIsCpuCache(final Path devices) {
        if (!Files.isDirectory(devices)) {
            return false;
        }
        int regions = 0;
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(devices, "region*")) {
            for (final Path region : stream) {
                regions++;
                final String domain = Platform.readFile(region.resolve("persistence_domain"));
                if (!domain.strip().equals(PERSISTENT_CACHE)) {
                    return false;
                }
            }
        } catch (final IOException e) {
            // What cannot be read is not known to be persistent.
            return false;
        }
        return regions > 0;
    }
}
