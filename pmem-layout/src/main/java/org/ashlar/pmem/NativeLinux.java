package org.ashlar.pmem;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import org.jspecify.annotations.Nullable;

/**
 * The C library's functions that this module calls, by JNA direct mapping. Nobody but {@link PoolFile}, {@link Mmap},
 * {@link Platform} and {@link ProcessBarrier} calls them; a failure is -1, with the error number in {@link #errno}.
 *
 * <p>Initialising the class never throws: where JNA cannot be loaded, {@link #LOAD_FAILURE} says why.
 */
final class NativeLinux {
    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0x40;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;

    static final int SEEK_END = 2;

    static final int LOCK_SH = 1;
    static final int LOCK_EX = 2;
    static final int LOCK_NB = 4;

    static final int PROT_NONE = 0;
    static final int PROT_READ = 1;
    static final int PROT_WRITE = 2;

    static final int MAP_SHARED = 0x01;
    static final int MAP_PRIVATE = 0x02;
    static final int MAP_SHARED_VALIDATE = 0x03;
    static final int MAP_FIXED = 0x10;
    static final int MAP_ANONYMOUS = 0x20;
    static final int MAP_NORESERVE = 0x4000;
    static final int MAP_SYNC = 0x80000;
    static final long MAP_FAILED = -1;

    static final int MADV_HUGEPAGE = 14;
    static final int MADV_POPULATE_WRITE = 23;
    static final int MS_SYNC = 4;

    static final int FALLOC_FL_KEEP_SIZE = 1;
    static final int FALLOC_FL_PUNCH_HOLE = 2;

    /** Room for a {@code struct statfs}; its first word is the type of the file system. */
    static final int STATFS_BYTES = 256;

    static final long TMPFS_MAGIC = 0x01021994L;
    static final long RAMFS_MAGIC = 0x858458f6L;

    @SuppressWarnings("StaticAssignmentOfThrowable") // It happens once, and each later open has to tell of it.
    static final @Nullable Throwable LOAD_FAILURE = register();

    private NativeLinux() {}

    private static @Nullable Throwable register() {
        try {
            Native.register(NativeLinux.class, NativeLibrary.getProcess());
            return null;
        } catch (final Error | RuntimeException e) {
            return e;
        }
    }

    static int errno() {
        return Native.getLastError();
    }

    static native long syscall(long number, int argument1, int argument2, int argument3);

    static native int open(byte[] path, int flags, int mode);

    static native int close(int fd);

    static native int ftruncate(int fd, long length);

    static native long lseek(int fd, long offset, int whence);

    static native int fallocate(int fd, int mode, long offset, long length);

    static native long pread(int fd, byte[] buffer, long count, long offset);

    static native long pwrite(int fd, byte[] buffer, long count, long offset);

    static native int fsync(int fd);

    static native int fdatasync(int fd);

    static native int flock(int fd, int operation);

    static native int fstatfs(int fd, byte[] buffer);

    static native long mmap(long address, long length, int protection, int flags, int fd, long offset);

    static native int munmap(long address, long length);

    static native int madvise(long address, long length, int advice);

    static native int msync(long address, long length, int flags);
}
