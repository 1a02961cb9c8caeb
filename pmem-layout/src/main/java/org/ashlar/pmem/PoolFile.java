package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.LOCKED;
import static org.ashlar.pmem.PoolException.Reason.MEDIA_ERROR;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * An open file descriptor and what is done to it. Not {@link java.nio.channels.FileChannel}: an interrupt would close that,
 * and with it the lock. Every call that a signal may interrupt is repeated.
 */
final class PoolFile implements AutoCloseable {
    private static final int OWNER_ONLY = 0600;
    private static final Charset PATH_CHARSET = pathCharset();
    private static final int CLOSED_FD = -1;

    /** Its name; a new pool's file changes it once, from the draft's to the pool's. */
    private volatile Path path;

    private int fd;

    private PoolFile(final Path path, final int fd) {
        this.path = path;
        this.fd = fd;
    }

    static PoolFile openExisting(final Path path, final boolean readOnly) {
        return open(path, readOnly ? NativeLinux.O_RDONLY : NativeLinux.O_RDWR);
    }

    static PoolFile openOrCreate(final Path path) {
        Steps.reached("open " + path.getFileName());
        return open(path, NativeLinux.O_RDWR | NativeLinux.O_CREAT);
    }

    private static PoolFile open(final Path path, final int flags) {
        final byte[] name = path.toString().getBytes(PATH_CHARSET);
        final byte[] terminated = Arrays.copyOf(name, name.length + 1);
        int fd;
        do {
            // Never wait, should the name have become a pipe or a device.
            fd = NativeLinux.open(terminated, flags | NativeLinux.O_CLOEXEC | NativeLinux.O_NONBLOCK, OWNER_ONLY);
        } while (fd < 0 && NativeLinux.errno() == Errno.EINTR);
        if (fd < 0) {
            throw Errno.exception(NativeLinux.errno(), "open of " + path);
        }
        return new PoolFile(path, fd);
    }

    private static Charset pathCharset() {
        final String name = System.getProperty("sun.jnu.encoding");
        return name != null && Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8;
    }

    Path path() {
        return path;
    }

    /** The file has got another name. */
    void renamed(final Path name) {
        path = name;
    }

    int fd() {
        return fd;
    }

    /** The name by which the attributes of the open file, rather than of what its path is now, can be read. */
    Path descriptorPath() {
        return Path.of("/proc/self/fd/" + fd);
    }

    /** Takes the lock that lasts until close or the death of the process; throws where somebody else has it. */
    void lock(final boolean shared) {
        final int operation = (shared ? NativeLinux.LOCK_SH : NativeLinux.LOCK_EX) | NativeLinux.LOCK_NB;
        int result;
        do {
            result = NativeLinux.flock(fd, operation);
        } while (result != 0 && NativeLinux.errno() == Errno.EINTR);
        if (result != 0) {
            final int errno = NativeLinux.errno();
            if (errno == Errno.EAGAIN) {
                throw new PoolException(
                        LOCKED,
                        path + " is open already: " + LockOwner.describe(descriptorPath())
                                + "; close it there first (read-only opens share it among themselves only)");
            }
            throw Errno.exception(errno, "flock of " + path);
        }
    }

    long length() {
        final long length = NativeLinux.lseek(fd, 0, NativeLinux.SEEK_END);
        if (length < 0) {
            throw Errno.exception(NativeLinux.errno(), "lseek to the end of " + path);
        }
        return length;
    }

    /** Sets the length; a longer file gets a hole at its end. */
    void truncate(final long length) {
        Steps.reached("truncate " + path.getFileName() + " to " + length);
        int result;
        do {
            result = NativeLinux.ftruncate(fd, length);
        } while (result != 0 && NativeLinux.errno() == Errno.EINTR);
        if (result != 0) {
            throw Errno.exception(NativeLinux.errno(), "ftruncate of " + path + " to " + length + " bytes", length);
        }
        Memory.noteLength(this);
    }

    /** Reads up to a buffer's length; fewer bytes at the end of the file. */
    int read(final byte[] buffer, final long offset) {
        int done = 0;
        while (done < buffer.length) {
            final byte[] part = done == 0 ? buffer : new byte[buffer.length - done];
            final long count = NativeLinux.pread(fd, part, part.length, offset + done);
            if (count == 0) {
                break;
            }
            if (count > 0) {
                if (part != buffer) {
                    System.arraycopy(part, 0, buffer, done, (int) count);
                }
                done += (int) count;
            } else if (NativeLinux.errno() != Errno.EINTR) {
                throw Errno.exception(
                        NativeLinux.errno(), "pread of " + path + " at " + offset + ", " + buffer.length + " bytes");
            }
        }
        return done;
    }

    void write(final byte[] buffer, final long offset) {
        Steps.reached("write " + path.getFileName() + " at " + offset);
        int done = 0;
        while (done < buffer.length) {
            final byte[] part = done == 0 ? buffer : Arrays.copyOfRange(buffer, done, buffer.length);
            final long count = NativeLinux.pwrite(fd, part, part.length, offset + done);
            if (count > 0) {
                done += (int) count;
            } else if (count < 0 && NativeLinux.errno() != Errno.EINTR) {
                throw Errno.exception(
                        NativeLinux.errno(),
                        "pwrite of " + path + " at " + offset + ", " + buffer.length + " bytes",
                        buffer.length);
            }
        }
        Memory.noteLength(this);
    }

    /**
     * Gives a range blocks on the device, and the file at least the length to its end; what has blocks keeps its bytes.
     *
     * @param offset first byte, a multiple of the page
     * @param length bytes, a multiple of the page
     */
    void allocate(final long offset, final long length) {
        Steps.reached("allocate " + path.getFileName() + " at " + offset + ", " + length);
        final int errno = fallocate(0, offset, length);
        if (errno == Errno.EOPNOTSUPP || errno == Errno.ENOSYS) {
            writeZeros(offset, length);
        } else if (errno != 0) {
            throw Errno.exception(errno, "fallocate of " + path + " at " + offset + ", " + length + " bytes", length);
        }
        Memory.noteLength(this);
    }

    /** Whether the file system can give blocks to a range that may be in use. */
    boolean canAllocateInPlace() {
        return fallocate(NativeLinux.FALLOC_FL_KEEP_SIZE, 0, Geometry.PAGE_BYTES) == 0;
    }

    /** Takes a range's blocks away, where the file system can; its bytes are lost. */
    void release(final long offset, final long length) {
        Steps.reached("release " + path.getFileName() + " at " + offset + ", " + length);
        fallocate(NativeLinux.FALLOC_FL_PUNCH_HOLE | NativeLinux.FALLOC_FL_KEEP_SIZE, offset, length);
    }

    private int fallocate(final int mode, final long offset, final long length) {
        while (true) {
            if (NativeLinux.fallocate(fd, mode, offset, length) == 0) {
                return 0;
            }
            final int errno = NativeLinux.errno();
            if (errno != Errno.EINTR) {
                return errno;
            }
        }
    }

    /** For file systems without fallocate: rewrites each page that is all zero, or beyond the end, with zeros. */
    private void writeZeros(final long offset, final long length) {
        final byte[] zeros = new byte[Geometry.PAGE_BYTES];
        final byte[] page = new byte[Geometry.PAGE_BYTES];
        for (long at = offset; at < offset + length; at += Geometry.PAGE_BYTES) {
            final int count = read(page, at);
            if (count < page.length || Arrays.equals(page, zeros)) {
                write(count < page.length ? Arrays.copyOf(Arrays.copyOf(page, count), page.length) : zeros, at);
            }
        }
    }

    /** Returns when the file's bytes, its length and its blocks are on the device. */
    void sync() {
        Steps.reached("fsync " + path.getFileName());
        Memory.noteSyncing(this);
        final int errno = fsync();
        if (errno != 0) {
            throw new PoolException(
                    MEDIA_ERROR,
                    "fsync of " + path + " failed: " + Errno.name(errno)
                            + "; the device may have lost writes: close the pool, check the device, and open it again");
        }
        Memory.noteSynced(this);
    }

    /** As {@link #sync}, but for what is of no use for reading the bytes back, such as times. */
    void syncData() {
        Memory.noteSyncing(this);
        while (NativeLinux.fdatasync(fd) != 0) {
            final int errno = NativeLinux.errno();
            if (errno != Errno.EINTR) {
                throw new PoolException(
                        MEDIA_ERROR,
                        "fdatasync of " + path + " failed: " + Errno.name(errno)
                                + "; the device may have lost writes: close the pool, check the device, and open it again");
            }
        }
        Memory.noteSynced(this);
    }

    /** Makes the names in a folder durable, where its file system can. */
    static void syncFolder(final Path folder) {
        Steps.reached("fsync folder");
        try (PoolFile file = openExisting(folder, true)) {
            final int errno = file.fsync();
            if (errno != 0 && errno != Errno.EINVAL && errno != Errno.EOPNOTSUPP) {
                throw Errno.exception(errno, "fsync of the folder " + folder);
            }
        }
    }

    private int fsync() {
        while (true) {
            if (NativeLinux.fsync(fd) == 0) {
                return 0;
            }
            final int errno = NativeLinux.errno();
            if (errno != Errno.EINTR) {
                return errno;
            }
        }
    }

    /** Whether the file lives in memory, which no sync makes survive the machine. */
    boolean isInMemory() {
        if (Memory.hasSimulatedDevice()) {
            return false;
        }
        final byte[] buffer = new byte[NativeLinux.STATFS_BYTES];
        if (NativeLinux.fstatfs(fd, buffer) != 0) {
            throw Errno.exception(NativeLinux.errno(), "fstatfs of " + path);
        }
        final long type = Memory.getLong(buffer, Memory.ARRAY_BASE) & 0xFFFF_FFFFL;
        return type == NativeLinux.TMPFS_MAGIC || type == NativeLinux.RAMFS_MAGIC;
    }

    /** Closes the file and so drops its lock; idempotent. The descriptor is gone whatever close returns, so no retry. */
    @Override
    public void close() {
        final int open = fd;
        fd = CLOSED_FD;
        if (open != CLOSED_FD) {
            NativeLinux.close(open);
        }
    }
}
