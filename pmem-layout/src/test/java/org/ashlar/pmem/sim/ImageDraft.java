package org.ashlar.pmem.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An image that is being made: what is durable, with some of its pages replaced. */
final class ImageDraft {
    private final ByteImage durable;
    private final Map<Integer, byte[]> replaced = new HashMap<>();

    ImageDraft(final ByteImage durable) {
        this.durable = durable;
    }

    /** The page of the image that holds an offset, to be changed. */
    byte[] page(final long offset) {
        return replaced.computeIfAbsent((int) (offset / ByteImage.PAGE_BYTES), p -> {
            final byte[] page = durable.page(offset);
            return page == null ? new byte[ByteImage.PAGE_BYTES] : page.clone();
        });
    }

    /** Lets the stores reach it that are chosen of those that are pending. */
    void apply(final List<PendingLine> lines, final ImageChoice choice) {
        for (int i = 0; i < lines.size(); i++) {
            final PendingLine line = lines.get(i);
            final BitSet reached = choice.choose(lines, i);
            line.close(reached);
            if (!reached.isEmpty()) {
                line.applyTo(page(line.fileOffset()), reached);
            }
        }
    }

    void write(final Path target) {
        try {
            durable.write(target, replaced);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
