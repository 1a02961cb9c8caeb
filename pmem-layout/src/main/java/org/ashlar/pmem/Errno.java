package org.ashlar.pmem;

import org.ashlar.pmem.PoolException.Reason;

/** The one place that turns Linux error numbers into reasons, names and advice. */
final class Errno {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int EIO = 5;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int EACCES = 13;
    static final int EEXIST = 17;
    static final int ENOTDIR = 20;
    static final int EISDIR = 21;
    static final int EINVAL = 22;
    static final int EMFILE = 24;
    static final int ETXTBSY = 26;
    static final int EFBIG = 27;
    static final int ENOSPC = 28;
    static final int EROFS = 30;
    static final int ENAMETOOLONG = 36;
    static final int ENOSYS = 38;
    static final int ELOOP = 40;
    static final int EOPNOTSUPP = 95;
    static final int EDQUOT = 122;

    private Errno() {}

    /**
     * The exception for a failed call.
     *
     * @param errno the error number
     * @param call the call and its arguments, for people
     * @return the exception, to be thrown
     */
    static PoolException exception(final int errno, final String call) {
        return exception(errno, call, 0);
    }

    /**
     * The exception for a failed call that wanted room.
     *
     * @param errno the error number
     * @param call the call and its arguments, for people
     * @param needed bytes of room wanted, or 0
     * @return the exception, to be thrown
     */
    static PoolException exception(final int errno, final String call, final long needed) {
        final String message = call + " failed: " + name(errno) + advice(errno);
        return new PoolException(reason(errno), message, null, needed, 0);
    }

    static Reason reason(final int errno) {
        return switch (errno) {
            case EPERM, EACCES -> Reason.NO_PERMISSION;
            case ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP -> Reason.NOT_FOUND;
            case EISDIR -> Reason.NOT_A_POOL;
            case EROFS -> Reason.READ_ONLY_FILE_SYSTEM;
            case ENOSPC, EDQUOT, EFBIG -> Reason.DEVICE_FULL;
            case ENOMEM -> Reason.ADDRESS_SPACE;
            case EAGAIN -> Reason.LOCKED;
            case EIO -> Reason.MEDIA_ERROR;
            case ENOSYS, EOPNOTSUPP -> Reason.UNSUPPORTED_PLATFORM;
            default -> Reason.IO;
        };
    }

    static String name(final int errno) {
        return switch (errno) {
            case EPERM -> "EPERM (not permitted)";
            case ENOENT -> "ENOENT (no such file or folder)";
            case EIO -> "EIO (the device failed)";
            case EAGAIN -> "EAGAIN (in use)";
            case ENOMEM -> "ENOMEM (no memory, address space or mapping left)";
            case EACCES -> "EACCES (permission denied)";
            case EEXIST -> "EEXIST (exists already)";
            case ENOTDIR -> "ENOTDIR (part of the path is no folder)";
            case EISDIR -> "EISDIR (is a folder)";
            case EINVAL -> "EINVAL (invalid argument)";
            case EMFILE -> "EMFILE (too many open files)";
            case ETXTBSY -> "ETXTBSY (file busy)";
            case EFBIG -> "EFBIG (file too large)";
            case ENOSPC -> "ENOSPC (no space left on the device)";
            case EROFS -> "EROFS (read-only file system)";
            case ENAMETOOLONG -> "ENAMETOOLONG (name too long)";
            case ENOSYS -> "ENOSYS (not implemented)";
            case ELOOP -> "ELOOP (too many symbolic links)";
            case EOPNOTSUPP -> "EOPNOTSUPP (not supported)";
            case EDQUOT -> "EDQUOT (quota exceeded)";
            default -> "errno " + errno;
        };
    }

    private static String advice(final int errno) {
        return switch (errno) {
            case EPERM, EACCES -> "; check the owner and mode of the file and of the folders above it";
            case EROFS -> "; open the pool with readOnly, or mount the file system read-write";
            case ENOSPC ->
                "; free space on the device, or choose a larger one (a container's /dev/shm has 64 MiB by"
                        + " default: docker run --shm-size)";
            case EDQUOT -> "; free space or raise the quota of the user";
            case EFBIG -> "; raise the limit on file sizes (ulimit -f), or use a file system that allows larger files";
            case ENOMEM ->
                "; raise the limit on address space (ulimit -v) or on mappings (sysctl vm.max_map_count), or"
                        + " lower maximumBytes";
            case EMFILE -> "; raise the limit on open files (ulimit -n)";
            case EIO -> "; see the kernel's log for the device's error";
            default -> "";
        };
    }
}
