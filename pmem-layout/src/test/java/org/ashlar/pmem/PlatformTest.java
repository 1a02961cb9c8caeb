package org.ashlar.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.pmem.PoolException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformTest {
    @TempDir
    Path folder;

    /** Opens a pool twice and says what came of it. */
    static final class Opener {
        private Opener() {}

        public static void main(final String[] arguments) {
            for (int i = 0; i < 2; i++) {
                try {
                    Pool.open(Path.of(arguments[0]), TestPools.tiny().build()).close();
                    System.out.println("opened");
                } catch (final PoolException e) {
                    System.out.println(e.reason() + " " + e.getMessage());
                }
            }
        }
    }

    private List<String> openIn(final List<String> flags) throws IOException, InterruptedException {
        final Process child = ChildJvm.start(
                ChildJvm.command(flags, Opener.class, folder.resolve("pool").toString()));
        final List<String> lines = ChildJvm.output(child).lines().toList();
        assertEquals(0, child.waitFor(), () -> String.join("\n", lines));
        return lines.stream().filter(line -> !line.startsWith("WARNING")).toList();
    }

    @Test
    void aMissingFlagIsNamedAtEveryOpenAndNothingIsCreated() throws IOException, InterruptedException {
        final List<String> lines = openIn(List.of());
        assertEquals(2, lines.size(), () -> String.join("\n", lines));
        for (final String line : lines) {
            assertTrue(line.startsWith("MISSING_JVM_FLAG"), line);
            assertTrue(line.contains("--add-opens java.base/jdk.internal.misc=ALL-UNNAMED"), line);
        }
        assertFalse(Files.exists(folder.resolve("pool")));
    }

    @Test
    void aFolderFromWhichNothingCanBeLoadedIsNamedAtEveryOpenAndNothingIsCreated()
            throws IOException, InterruptedException {
        final List<String> flags = new ArrayList<>(List.of(ChildJvm.OPENS, "-Djna.tmpdir=/proc"));
        flags.add("-Djna.nosys=true");
        final List<String> lines = openIn(flags);
        final List<String> refusals =
                lines.stream().filter(line -> line.startsWith("NATIVE_LIBRARY")).toList();
        assertEquals(2, refusals.size(), () -> String.join("\n", lines));
        assertTrue(refusals.get(0).contains("-Djna.tmpdir="), refusals.get(0));
        assertTrue(refusals.get(0).contains("-Djna.boot.library.path="), refusals.get(0));
        assertFalse(Files.exists(folder.resolve("pool")));
    }

    @Test
    void otherMachinesAreRefused() {
        Platform.checkMachine("Linux", "amd64", ByteOrder.LITTLE_ENDIAN);
        Platform.checkMachine("Linux", "aarch64", ByteOrder.LITTLE_ENDIAN);
        assertUnsupported("Windows 11", "amd64", ByteOrder.LITTLE_ENDIAN);
        assertUnsupported("Mac OS X", "aarch64", ByteOrder.LITTLE_ENDIAN);
        assertUnsupported("Linux", "s390x", ByteOrder.BIG_ENDIAN);
        assertUnsupported("Linux", "riscv64", ByteOrder.LITTLE_ENDIAN);
    }

    private static void assertUnsupported(final String os, final String architecture, final ByteOrder order) {
        final PoolException e = assertThrows(PoolException.class, () -> Platform.checkMachine(os, architecture, order));
        assertEquals(Reason.UNSUPPORTED_PLATFORM, e.reason());
        assertTrue(e.getMessage().contains(os), e.getMessage());
    }

    @Test
    void errorNumbersBecomeReasons() {
        assertEquals(Reason.NO_PERMISSION, Errno.reason(Errno.EACCES));
        assertEquals(Reason.READ_ONLY_FILE_SYSTEM, Errno.reason(Errno.EROFS));
        assertEquals(Reason.DEVICE_FULL, Errno.reason(Errno.ENOSPC));
        assertEquals(Reason.DEVICE_FULL, Errno.reason(Errno.EDQUOT));
        assertEquals(Reason.ADDRESS_SPACE, Errno.reason(Errno.ENOMEM));
        assertEquals(Reason.MEDIA_ERROR, Errno.reason(Errno.EIO));
        assertEquals(Reason.NOT_FOUND, Errno.reason(Errno.ENOENT));
        assertEquals(Reason.IO, Errno.reason(Errno.EMFILE));
        final PoolException e = Errno.exception(Errno.ENOSPC, "fallocate of x", 4096);
        assertEquals(4096, e.needed());
        assertTrue(e.getMessage().contains("--shm-size"), e.getMessage());
    }

    @Test
    void addressesThatCannotBeReservedAreAnExceptionAndCreateNothing() {
        final PoolOptions options =
                PoolOptions.builder().maximumBytes(Geometry.LIMIT_BYTES).build();
        final Path path = folder.resolve("second");
        try (Pool first = Pool.open(folder.resolve("first"), options)) {
            assertEquals(1 << 25, first.maxChunks());
            // Two times 64 TiB and their descriptors are more than the 128 TiB that a process has.
            final PoolException e = assertThrows(PoolException.class, () -> Pool.open(path, options));
            assertEquals(Reason.ADDRESS_SPACE, e.reason(), e.getMessage());
        }
        assertFalse(Files.exists(path));
        assertFalse(Files.exists(PoolCreation.draftOf(path)));
    }
}
