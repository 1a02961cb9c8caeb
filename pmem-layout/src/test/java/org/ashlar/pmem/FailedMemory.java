package org.ashlar.pmem;

import java.nio.file.Path;

/**
 * Makes the kernel take a page of a file on persistent memory for one whose memory has failed, as it does after a machine check: the page is
 * taken out of the page tables of all processes. Needs root. The process that asks for it is ended by it.
 */
public final class FailedMemory {
    private static final int MADV_HWPOISON = 100;

    private FailedMemory() {}

    /** Arguments: file, offset of a byte in the page. */
    public static void main(final String[] arguments) {
        final long offset = PoolLayout.alignPageDown(Long.parseLong(arguments[1]));
        try (PoolFile file = PoolFile.openExisting(Path.of(arguments[0]), false)) {
            final long address = Mmap.reserve(Geometry.PAGE_BYTES);
            Mmap.mapShared(address, Geometry.PAGE_BYTES, file, offset, false);
            Memory.checkReadable(address);
            final int result = NativeLinux.madvise(address, Geometry.PAGE_BYTES, MADV_HWPOISON);
            System.out.println("madvise " + result + ", errno " + NativeLinux.errno());
        }
    }
}
