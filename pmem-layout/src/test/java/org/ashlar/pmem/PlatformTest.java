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
import java.util.stream.Collectors;
import org.ashlar.pmem.PoolException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlatformTest {
    @TempDir
    Path folder;

    /** Opens a pool twice and says what came of it; with a second argument, where nothing can be written. */
    static final class Opener {
        private Opener() {}

        public static void main(final String[] arguments) {
            if (arguments.length > 1) {
                RefusedCalls.refuseWriting();
            }
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

    @ParameterizedTest
    @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1"})
    void aJvmWithoutC2EitherWritesBackOrSaysThatItCannotAndNeverCrashes(final String flag)
            throws IOException, InterruptedException {
        final String expected = Runtime.version().feature() <= 17 ? "opened" : "DURABILITY_UNAVAILABLE";
        for (final String line : openIn(List.of(ChildJvm.OPENS, flag))) {
            assertTrue(line.startsWith(expected), line);
        }
    }

    /** Runs a shell script; in it {@code open} runs {@link Opener}. */
    private List<String> shell(final List<String> prefix, final String script)
            throws IOException, InterruptedException {
        final String open = ChildJvm.command(Opener.class).stream()
                .map(word -> "'" + word + "'")
                .collect(Collectors.joining(" "));
        final List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of("sh", "-ec", "open() { " + open + " \"$@\"; }\n" + script));
        final Process child = ChildJvm.start(command);
        final List<String> lines = ChildJvm.output(child).lines().toList();
        assertEquals(0, child.waitFor(), () -> String.join("\n", lines));
        return lines.stream().filter(line -> !line.startsWith("WARNING")).toList();
    }

    @Test
    void aReadOnlyFileSystemIsNamed() throws IOException, InterruptedException {
        final String place = Files.createDirectory(folder.resolve("place")).toString();
        final List<String> lines = Mounts.arePossibleFor(
                        "a file system that becomes read-only, rather than the refusal")
                ? shell(
                        Mounts.command("mount -t tmpfs -o size=4m tmpfs " + place, List.of()),
                        "open " + place + "/pool; mount -o remount,ro " + place + "; open " + place + "/pool; open "
                                + place + "/new")
                : shell(
                        List.of(),
                        "open " + place + "/pool; open " + place + "/pool refused; open " + place + "/new refused");
        assertEquals(List.of("opened", "opened"), lines.subList(0, 2));
        assertEquals(6, lines.size());
        for (final String line : lines.subList(2, 6)) {
            assertTrue(line.startsWith("READ_ONLY_FILE_SYSTEM"), line);
        }
    }

    @Test
    void aFolderMountedNoexecIsNamedAsTheReasonThatJnaCannotLoad() throws IOException, InterruptedException {
        final String place = Files.createDirectory(folder.resolve("place")).toString();
        final String pool = folder.resolve("pool").toString();
        final List<String> prefix = Mounts.arePossibleFor("a folder mounted noexec, rather than one that is full")
                ? Mounts.command("mount -t tmpfs -o size=4m,noexec tmpfs " + place, List.of())
                : Mounts.withFileLimit(0, List.of());
        final List<String> lines = shell(
                prefix,
                "JAVA_TOOL_OPTIONS='-XX:-UsePerfData -Djna.tmpdir=" + place
                        + " -Djna.nosys=true'; export JAVA_TOOL_OPTIONS; open " + pool);
        final List<String> refusals =
                lines.stream().filter(line -> line.startsWith("NATIVE_LIBRARY")).toList();
        assertEquals(2, refusals.size(), () -> String.join("\n", lines));
        assertFalse(Files.exists(folder.resolve("pool")));
    }

    @Test
    void missingPermissionsAreNamed() throws IOException, InterruptedException {
        final String pool = folder.resolve("pool").toString();
        if (!Permissions.areAskedFor("a file without permissions")) {
            return;
        }
        final List<String> lines = shell(
                Permissions.asked(List.of()),
                "open " + pool + "; chmod 0 " + pool + "; open " + pool + "; chmod 600 " + pool);
        assertEquals(List.of("opened", "opened"), lines.subList(0, 2));
        assertEquals(4, lines.size());
        for (final String line : lines.subList(2, 4)) {
            assertTrue(line.startsWith("NO_PERMISSION"), line);
        }
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
