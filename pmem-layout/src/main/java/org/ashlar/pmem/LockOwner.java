package org.ashlar.pmem;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds out who holds a file's lock, from what the kernel says in {@code /proc/locks}; says so where it does not know. */
final class LockOwner {
    private static final Path LOCKS = Path.of("/proc/locks");
    private static final int KIND_FIELD = 1;
    private static final int PID_FIELD = 4;
    private static final int FILE_FIELD = 5;

    private LockOwner() {}

    static String describe(final Path file) {
        try {
            final FileIdentity identity = FileIdentity.of(file);
            if (identity == null) {
                return describe(List.of());
            }
            final String id = fileId(identity.device(), identity.inode());
            return describe(holders(Platform.readFile(LOCKS).lines().toList(), id));
        } catch (final IOException e) {
            return describe(List.of());
        }
    }

    /** The pids of those who hold a flock on a file. */
    static List<Long> holders(final List<String> lines, final String fileId) {
        final List<Long> pids = new ArrayList<>();
        for (final String line : lines) {
            final String[] fields = line.strip().split(" +", -1);
            final boolean isHolder = fields.length > FILE_FIELD
                    && fields[KIND_FIELD].equals("FLOCK")
                    && fields[FILE_FIELD].equals(fileId);
            if (isHolder) {
                pids.add(Long.parseLong(fields[PID_FIELD]));
            }
        }
        return pids;
    }

    /** A file as /proc/locks names it: major and minor device number in hex, inode in decimal. */
    static String fileId(final long device, final long inode) {
        final long major = (device >>> 8 & 0xFFF) | (device >>> 32 & 0xFFFF_F000L);
        final long minor = (device & 0xFF) | (device >>> 12 & 0xFFFF_FF00L);
        return String.format("%02x:%02x:%d", major, minor, inode);
    }

    private static String describe(final List<Long> pids) {
        if (pids.isEmpty() || pids.get(0) <= 0) {
            return "by a process that cannot be seen from here (another container?)";
        }
        final long pid = pids.get(0);
        if (pid == ProcessHandle.current().pid()) {
            return "by this process (pid " + pid + ")";
        }
        final String command = ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .orElse("unknown command");
        return "by the process " + pid + " (" + command + ")";
    }
}
