package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.MISSING_JVM_FLAG;
import static org.ashlar.pmem.PoolException.Reason.NATIVE_LIBRARY;
import static org.ashlar.pmem.PoolException.Reason.UNSUPPORTED_PLATFORM;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** What must hold of the JVM and the machine before a pool is touched, and what is asked of the machine once. */
final class Platform {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private Platform() {}

    /**
     * Throws where this JVM or machine cannot run a pool; the same exception each time. Cheap where it can.
     *
     * @throws PoolException ({@code UNSUPPORTED_PLATFORM}, {@code MISSING_JVM_FLAG} or {@code NATIVE_LIBRARY})
     */
    static void check() {
        checkMachine(System.getProperty("os.name", ""), System.getProperty("os.arch", ""), ByteOrder.nativeOrder());
        checkFlag(
                Object.class.getModule().isOpen("jdk.internal.misc", DirectBuffer.class.getModule()),
                DirectBuffer.class.getModule().getName());
        checkNative(NativeLinux.LOAD_FAILURE);
        final int pageBytes = Memory.pageBytes();
        if (pageBytes != Geometry.PAGE_BYTES) {
            throw new PoolException(
                    UNSUPPORTED_PLATFORM,
                    "the kernel's pages have " + pageBytes + " bytes; pools need a kernel with pages of "
                            + Geometry.PAGE_BYTES);
        }
    }

    static void checkMachine(final String os, final String architecture, final ByteOrder order) {
        final boolean supported = os.equals("Linux")
                && (architecture.equals("amd64") || architecture.equals("aarch64"))
                && order == ByteOrder.LITTLE_ENDIAN;
        if (!supported) {
            throw new PoolException(
                    UNSUPPORTED_PLATFORM,
                    "pools need Linux on amd64 or aarch64, little endian; this is " + os + " on " + architecture + ", "
                            + order);
        }
    }

    static void checkFlag(final boolean isOpen, final @Nullable String agronaModule) {
        if (!isOpen) {
            throw new PoolException(
                    MISSING_JVM_FLAG,
                    "memory is read through jdk.internal.misc, which this JVM does not open; start it with --add-opens"
                            + " java.base/jdk.internal.misc=" + (agronaModule == null ? "ALL-UNNAMED" : agronaModule)
                            + " (or put 'Add-Opens: java.base/jdk.internal.misc' into the manifest of a runnable jar)");
        }
    }

    static void checkNative(final @Nullable Throwable loadFailure) {
        if (loadFailure != null) {
            throw new PoolException(
                    NATIVE_LIBRARY,
                    "JNA cannot load its native part (" + loadFailure.getMessage()
                            + "); where the temporary folder is mounted noexec or cannot be written, set"
                            + " -Djna.tmpdir=<a folder that allows execution>, or unpack libjnidispatch.so from the JNA"
                            + " jar and set -Djna.boot.library.path=<its folder>",
                    loadFailure);
        }
    }

    /**
     * The id that the kernel drew at the machine's last start.
     *
     * @return the id; all zero where the kernel does not say
     */
    static UUID bootId() {
        return BootId.VALUE;
    }

    /**
     * Random bits that never repeat, not even in a restored backup.
     *
     * @return 64 bits
     */
    static long randomLong() {
        return Randomness.SOURCE.nextLong();
    }

    /** Reads one of the kernel's small files; not by a channel, as an interrupt would make that fail. */
    static String readFile(final Path path) throws IOException {
        try (FileInputStream in = new FileInputStream(path.toFile())) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static final class Randomness {
        static final SecureRandom SOURCE = new SecureRandom();
    }

    private static final class BootId {
        static final UUID VALUE = read();

        private static UUID read() {
            try {
                return UUID.fromString(readFile(BOOT_ID).strip());
            } catch (final IOException | IllegalArgumentException e) {
                return new UUID(0, 0);
            }
        }
    }
}
