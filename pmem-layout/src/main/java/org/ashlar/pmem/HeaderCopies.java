package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.CORRUPT_HEADER;
import static org.ashlar.pmem.PoolException.Reason.EMPTY_FILE;
import static org.ashlar.pmem.PoolException.Reason.MEDIA_ERROR;
import static org.ashlar.pmem.PoolException.Reason.NOT_A_POOL;
import static org.ashlar.pmem.PoolException.Reason.TRUNCATED;
import static org.ashlar.pmem.PoolException.Reason.UNSUPPORTED_VERSION;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the two header pages of a file say: read with a system call into the heap, so that nothing is mapped, and no fault can
 * strike, before the file is known to be a pool.
 *
 * <p>At any moment of a pool's life at least one copy is whole: an update rewrites the older, persists it, and only then
 * rewrites the other.
 */
final class HeaderCopies {
    private static final int NONE = -1;

    private final @Nullable PoolHeader newest;
    private final int newestCopy;
    private final boolean unfinished;
    private final boolean otherUnreadable;
    private final boolean otherWhole;

    private HeaderCopies(
            final @Nullable PoolHeader newest,
            final int newestCopy,
            final boolean unfinished,
            final boolean otherUnreadable,
            final boolean otherWhole) {
        this.newest = newest;
        this.newestCopy = newestCopy;
        this.unfinished = unfinished;
        this.otherUnreadable = otherUnreadable;
        this.otherWhole = otherWhole;
    }

    /** Whether the file's creation was not finished; then there is no header. */
    boolean isUnfinished() {
        return unfinished;
    }

    PoolHeader newest() {
        if (newest == null) {
            throw new IllegalStateException("the creation of the pool was not finished");
        }
        return newest;
    }

    /** Which copy the newest header is: 0 or 1. */
    int newestCopy() {
        return newestCopy;
    }

    /** Whether the device cannot read the page of the other copy. */
    boolean isOtherUnreadable() {
        return otherUnreadable;
    }

    /** Whether the other copy passes its check too, newer or not. */
    boolean isOtherWhole() {
        return otherWhole;
    }

    /**
     * Reads and judges both copies.
     *
     * @param file the file
     * @return the newest whole copy, or that there is none yet
     * @throws PoolException where the file is no pool, or none that this version can read, with the reason
     */
    static HeaderCopies read(final PoolFile file) {
        final byte[] pages = new byte[2 * Geometry.PAGE_BYTES];
        int count = 0;
        int unreadable = NONE;
        PoolException failure = null;
        for (int copy = 0; copy < 2; copy++) {
            try {
                count += readPage(file, copy, pages);
            } catch (final PoolException e) {
                if (e.reason() != MEDIA_ERROR || failure != null) {
                    throw e;
                }
                failure = e;
                unreadable = copy;
            }
        }
        final PoolHeader a = headerAt(pages, PoolLayout.HEADER_A_OFFSET);
        final PoolHeader b = headerAt(pages, PoolLayout.HEADER_B_OFFSET);
        if (failure != null) {
            final PoolHeader other = unreadable == 0 ? b : a;
            if (!isWhole(other)) {
                throw failure;
            }
            return one(file, other, 1 - unreadable, true, false);
        }
        if (count == 0) {
            throw new PoolException(
                    EMPTY_FILE, file.path() + " is empty, and no pool; delete it to have a pool created in its place");
        }
        if (isWhole(a) && isWhole(b)) {
            return newerOf(file, a, b);
        }
        if (isWhole(a) || isWhole(b)) {
            return one(file, isWhole(a) ? a : b, isWhole(a) ? 0 : 1, false, false);
        }
        return none(file, a, b, count);
    }

    /** Each page by a call of its own, so that one that the device cannot read does not hide the other. */
    private static int readPage(final PoolFile file, final int copy, final byte[] pages) {
        Steps.reached("read header " + copy);
        final byte[] page = new byte[Geometry.PAGE_BYTES];
        final int count = file.read(page, offset(copy));
        System.arraycopy(page, 0, pages, (int) offset(copy), count);
        return count;
    }

    /** Where in the file a copy is. */
    static long offset(final int copy) {
        return copy == 0 ? PoolLayout.HEADER_A_OFFSET : PoolLayout.HEADER_B_OFFSET;
    }

    private static PoolHeader headerAt(final byte[] pages, final long offset) {
        return PoolHeader.wrap(Arrays.copyOfRange(pages, (int) offset, (int) offset + PoolHeader.BYTES));
    }

    static boolean isWhole(final PoolHeader header) {
        return header.magic() == PoolHeader.MAGIC && header.isSealed();
    }

    private static HeaderCopies newerOf(final PoolFile file, final PoolHeader a, final PoolHeader b) {
        if (!a.uuid().equals(b.uuid())) {
            throw new PoolException(
                    CORRUPT_HEADER,
                    "the two headers of " + file.path() + " are of different pools, " + a.uuid() + " and " + b.uuid()
                            + "; restore the pool from a backup");
        }
        return b.sequence() > a.sequence() ? one(file, b, 1, false, true) : one(file, a, 0, false, true);
    }

    private static HeaderCopies one(
            final PoolFile file,
            final PoolHeader header,
            final int copy,
            final boolean otherUnreadable,
            final boolean otherWhole) {
        checkVersion(file, header);
        return new HeaderCopies(header, copy, false, otherUnreadable, otherWhole);
    }

    private static HeaderCopies none(final PoolFile file, final PoolHeader a, final PoolHeader b, final int count) {
        final boolean aIsPool = a.magic() == PoolHeader.MAGIC;
        final boolean bIsPool = b.magic() == PoolHeader.MAGIC;
        if (aIsPool || bIsPool) {
            checkVersion(file, aIsPool ? a : b);
            if (count < 2 * Geometry.PAGE_BYTES) {
                throw new PoolException(
                        TRUNCATED,
                        file.path() + " ends after " + count + " bytes, within its headers; restore it from a backup",
                        null,
                        2L * Geometry.PAGE_BYTES,
                        count);
            }
            throw new PoolException(
                    CORRUPT_HEADER,
                    "both headers of " + file.path() + " fail their checks; restore the pool from a backup");
        }
        if (a.magic() == PoolHeader.CREATING_MAGIC || b.magic() == PoolHeader.CREATING_MAGIC) {
            return new HeaderCopies(null, 1, true, false, false);
        }
        throw new PoolException(
                NOT_A_POOL,
                file.path() + " is not a pool: its first bytes are 0x" + Long.toHexString(a.magic())
                        + "; check the path");
    }

    private static void checkVersion(final PoolFile file, final PoolHeader header) {
        if (header.version() != PoolHeader.VERSION) {
            throw new PoolException(
                    UNSUPPORTED_VERSION,
                    file.path() + " has format version " + header.version() + ", and this library reads version "
                            + PoolHeader.VERSION + "; open it with the library that wrote it, or a "
                            + (header.version() > PoolHeader.VERSION ? "later" : "matching") + " one");
        }
    }
}
