package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.ADDRESS_SPACE;
import static org.ashlar.pmem.PoolException.Reason.MEDIA_ERROR;

/** Memory mappings: reserve, map into what is reserved, sync, release. */
final class Mmap {
    private static final int RESERVE_FLAGS =
            NativeLinux.MAP_PRIVATE | NativeLinux.MAP_ANONYMOUS | NativeLinux.MAP_NORESERVE;
    private static final int READ_WRITE = NativeLinux.PROT_READ | NativeLinux.PROT_WRITE;
    private static final int NO_FILE = -1;

    private Mmap() {}

    /** Reserves addresses that nothing can touch. */
    static long reserve(final long length) {
        final long address = NativeLinux.mmap(0, length, NativeLinux.PROT_NONE, RESERVE_FLAGS, NO_FILE, 0);
        if (address == NativeLinux.MAP_FAILED) {
            final int errno = NativeLinux.errno();
            throw new PoolException(
                    ADDRESS_SPACE,
                    "cannot reserve " + length + " bytes of addresses for the pool's maximum size: " + Errno.name(errno)
                            + "; lower maximumBytes when the pool is created, or raise the limit on address space"
                            + " (ulimit -v)",
                    null,
                    length,
                    0);
        }
        return address;
    }

    static void release(final long address, final long length) {
        Memory.noteUnmapped(address, length);
        final int result = NativeLinux.munmap(address, length);
        assert result == 0 : NativeLinux.errno();
    }

    /**
     * Maps a part of a file over reserved addresses, in a way that refuses unless every persisted cache line is durable.
     *
     * @return whether it did; where it did not, the addresses are reserved as before
     */
    static boolean mapSynchronous(final long address, final long length, final PoolFile file, final long offset) {
        final int flags = NativeLinux.MAP_SHARED_VALIDATE | NativeLinux.MAP_SYNC | NativeLinux.MAP_FIXED;
        if (NativeLinux.mmap(address, length, READ_WRITE, flags, file.fd(), offset) == address) {
            Memory.noteMapped(file, address, length, offset);
            return true;
        }
        final int errno = NativeLinux.errno();
        reserveAgain(address, length);
        if (errno == Errno.ENOMEM) {
            throw Errno.exception(errno, "mmap of " + length + " bytes of " + file.path() + " at " + offset, length);
        }
        return false;
    }

    /** Maps a part of a file over reserved addresses; where that fails, they are reserved as before. */
    static void mapShared(
            final long address, final long length, final PoolFile file, final long offset, final boolean readOnly) {
        final int protection = readOnly ? NativeLinux.PROT_READ : READ_WRITE;
        final int flags = NativeLinux.MAP_SHARED | NativeLinux.MAP_FIXED;
        if (NativeLinux.mmap(address, length, protection, flags, file.fd(), offset) != address) {
            throw failed(address, length, "of " + file.path() + " at " + offset);
        }
        Memory.noteMapped(file, address, length, offset);
    }

    /** Maps zeros over reserved addresses. */
    static void mapAnonymous(final long address, final long length) {
        final int flags = RESERVE_FLAGS | NativeLinux.MAP_FIXED;
        if (NativeLinux.mmap(address, length, READ_WRITE, flags, NO_FILE, 0) != address) {
            throw failed(address, length, "of anonymous memory");
        }
    }

    /** Takes a mapping away and leaves its addresses reserved. */
    static void reserveAgain(final long address, final long length) {
        Memory.noteUnmapped(address, length);
        final int flags = RESERVE_FLAGS | NativeLinux.MAP_FIXED;
        if (NativeLinux.mmap(address, length, NativeLinux.PROT_NONE, flags, NO_FILE, 0) != address) {
            throw Errno.exception(NativeLinux.errno(), "mmap of " + length + " reserved bytes");
        }
    }

    private static PoolException failed(final long address, final long length, final String what) {
        final int errno = NativeLinux.errno();
        // A failed MAP_FIXED may have unmapped the range, and another mapping could settle there.
        reserveAgain(address, length);
        return Errno.exception(errno, "mmap of " + length + " bytes " + what, length);
    }

    /** Asks for huge pages; where there are none, nothing changes. */
    static void adviseHugePages(final long address, final long length) {
        NativeLinux.madvise(address, length, NativeLinux.MADV_HUGEPAGE);
    }

    /**
     * Has the kernel get a range ready to be written to, as the first store to each page would. Where it can't (before Linux 5.14, or at a page
     * that has gone bad), it is left to those stores.
     */
    static void prefault(final long address, final long length) {
        NativeLinux.madvise(address, length, NativeLinux.MADV_POPULATE_WRITE);
    }

    /** Returns when the pages of a range are on the device. */
    static void sync(final long address, final long length) {
        final long start = PoolLayout.alignPageDown(address);
        Memory.noteSyncing(address, length);
        while (NativeLinux.msync(start, address + length - start, NativeLinux.MS_SYNC) != 0) {
            final int errno = NativeLinux.errno();
            if (errno != Errno.EINTR) {
                throw new PoolException(
                        MEDIA_ERROR,
                        "msync of " + length + " bytes failed: " + Errno.name(errno)
                                + "; the device may have lost writes, and the pool is unusable until it is opened again",
                        null,
                        length,
                        0);
            }
        }
        Memory.noteRangeSynced();
    }
}
