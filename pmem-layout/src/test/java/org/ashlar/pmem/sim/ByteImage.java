package org.ashlar.pmem.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** The bytes of a file, sparse: pages that nobody wrote are zero and take no memory. */
final class ByteImage {
    static final int PAGE_BYTES = 4096;
    private static final byte[] ZERO_PAGE = new byte[PAGE_BYTES];
    private static final int RUN_PAGES = 256;

    private final Int2ObjectHashMap<byte[]> pages = new Int2ObjectHashMap<>();
    private long bytes;
    private final ByteBuffer run =
            ByteBuffer.allocateDirect(RUN_PAGES * PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** Takes over all bytes of another. */
    void copyFrom(final ByteImage other) {
        pages.clear();
        other.pages.forEach((number, page) -> pages.put(number.intValue(), page.clone()));
        bytes = other.bytes;
    }

    long bytes() {
        return bytes;
    }

    int pageCount() {
        return (int) ((bytes + PAGE_BYTES - 1) / PAGE_BYTES);
    }

    void resize(final long newBytes) {
        if (newBytes < bytes) {
            final int firstGone = (int) ((newBytes + PAGE_BYTES - 1) / PAGE_BYTES);
            pages.keySet().removeIf(p -> p >= firstGone);
            final int tail = (int) (newBytes % PAGE_BYTES);
            final byte[] partial = tail == 0 ? null : page(newBytes);
            if (partial != null) {
                Arrays.fill(partial, tail, PAGE_BYTES, (byte) 0);
            }
        }
        bytes = newBytes;
    }

    void load(final Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            resize(channel.size());
            for (int p = 0; p < pageCount(); p++) {
                run.clear().limit(PAGE_BYTES);
                while (run.hasRemaining() && channel.read(run, (long) p * PAGE_BYTES + run.position()) > 0) {
                    // until the page is full or the file ends
                }
                final byte[] page = new byte[PAGE_BYTES];
                run.flip().get(page, 0, run.limit());
                if (!Arrays.equals(page, ZERO_PAGE)) {
                    pages.put(p, page);
                }
            }
        }
    }

    /** The page that holds an offset, null when it is all zero. */
    byte @Nullable [] page(final long offset) {
        return pages.get((int) (offset / PAGE_BYTES));
    }

    byte[] pageForWriting(final long offset) {
        final byte[] page = page(offset);
        if (page != null) {
            return page;
        }
        final byte[] fresh = new byte[PAGE_BYTES];
        pages.put((int) (offset / PAGE_BYTES), fresh);
        return fresh;
    }

    /**
     * Writes the bytes to a file, with some pages replaced. A file that is there is overwritten in place: to free its pages and to allocate
     * them again takes longer than all that is written.
     *
     * @param file created or overwritten
     * @param replaced pages by number
     */
    void write(final Path file, final Map<Integer, byte[]> replaced) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            final long written = channel.size();
            run.clear();
            long runOffset = 0;
            for (int p = 0; p < pageCount(); p++) {
                final byte[] other = replaced.get(p);
                final byte[] held = other != null ? other : page((long) p * PAGE_BYTES);
                final byte[] page = held == null && (long) p * PAGE_BYTES < written ? ZERO_PAGE : held;
                if (page == null || !run.hasRemaining()) {
                    flush(channel, runOffset);
                }
                if (page != null) {
                    if (run.position() == 0) {
                        runOffset = (long) p * PAGE_BYTES;
                    }
                    run.put(page);
                }
            }
            flush(channel, runOffset);
            if (channel.size() > bytes) {
                channel.truncate(bytes);
            } else if (channel.size() < bytes) {
                channel.write(ByteBuffer.wrap(ZERO_PAGE, 0, 1), bytes - 1);
            }
        }
    }

    private void flush(final FileChannel channel, final long offset) throws IOException {
        run.flip();
        long at = offset;
        while (run.hasRemaining()) {
            at += channel.write(run, at);
        }
        run.clear();
    }
}
