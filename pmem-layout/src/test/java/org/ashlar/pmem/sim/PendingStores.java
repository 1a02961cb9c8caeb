package org.ashlar.pmem.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** What of a file is durable, which stores are pending, and which of them each thread has handed to write-back. */
final class PendingStores {
    private static final int LINE_BYTES = PendingLine.BYTES;
    private static final int WORD_BYTES = Long.BYTES;

    private final ByteImage durable;
    private final Long2ObjectHashMap<PendingLine> lines = new Long2ObjectHashMap<>();
    /** By thread number: the lines handed to write-back since that thread's last fence, and how many of their stores. */
    private final List<Map<PendingLine, Integer>> handedOver = new ArrayList<>();

    private long stores;

    PendingStores(final ByteImage durable) {
        this.durable = durable;
    }

    /** Takes over what is durable and what is pending; what was handed over but not fenced counts as pending. */
    void inherit(final PendingStores killed) {
        stores = killed.stores;
        durable.copyFrom(killed.durable);
        killed.lines.forEach((offset, line) -> lines.put(offset.longValue(), new PendingLine(line)));
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** The line that holds an offset; null where nothing is pending there. */
    @Nullable PendingLine lineAt(final long offset) {
        return lines.get(offset & -LINE_BYTES);
    }

    /** All lines, by place in the file. */
    List<PendingLine> sorted() {
        final List<PendingLine> sorted = new ArrayList<>(lines.values());
        sorted.sort(Comparator.comparingLong(PendingLine::fileOffset));
        return sorted;
    }

    /** All lines, in any order. */
    List<PendingLine> all() {
        return List.copyOf(lines.values());
    }

    /** Forgets the stores to some lines, chosen by offset. */
    void forget(final LongPredicate which) {
        lines.values().removeIf(line -> which.test(line.fileOffset()));
    }

    /** Adds a store to a word. One of what is there already makes no image that is not possible without it. */
    void add(final long wordOffset, final int byteMask, final long value, final boolean isRelease, final int thread) {
        final long lineOffset = wordOffset & -LINE_BYTES;
        final int word = (int) (wordOffset - lineOffset) / WORD_BYTES;
        PendingLine line = lines.get(lineOffset);
        if (line == null) {
            if (value == durableWord(wordOffset)) {
                return;
            }
            line = new PendingLine(lineOffset, durable.pageForWriting(lineOffset));
            lines.put(lineOffset, line);
        }
        if (line.visible(word) != value) {
            line.add(word, byteMask, value, isRelease, thread, ++stores);
        }
    }

    /** What is durable of a word. */
    long durableWord(final long wordOffset) {
        final byte[] page = durable.page(wordOffset);
        return page == null ? 0 : (long) PendingLine.LONG.get(page, (int) (wordOffset % ByteImage.PAGE_BYTES));
    }

    /** A thread hands lines to write-back: what is pending there by now. */
    void handOver(final int thread, final List<PendingLine> which) {
        final Map<PendingLine, Integer> handed = handedOverBy(thread);
        for (final PendingLine line : which) {
            if (line.count() > 0) {
                handed.put(line, line.count());
            }
        }
    }

    private Map<PendingLine, Integer> handedOverBy(final int thread) {
        while (handedOver.size() <= thread) {
            handedOver.add(new HashMap<>());
        }
        return handedOver.get(thread);
    }

    /** Whether a thread has handed over something since its last fence. */
    boolean hasHandedOver(final int thread) {
        return thread >= 0 && !handedOverBy(thread).isEmpty();
    }

    /** What a thread has handed over becomes durable. */
    void fence(final int thread) {
        final Map<PendingLine, Integer> handed = handedOverBy(thread);
        final Map<PendingLine, Integer> now = Map.copyOf(handed);
        handed.clear();
        now.forEach(this::becomeDurable);
    }

    /** All that is pending becomes durable. */
    void syncAll() {
        all().forEach(line -> becomeDurable(line, line.count()));
    }

    private void becomeDurable(final PendingLine line, final int stores) {
        if (stores == 0) {
            // Another thread's fence came first, and the line may be a new one by now.
            return;
        }
        line.settleFirst(durable.pageForWriting(line.fileOffset()), stores);
        if (line.count() == 0) {
            lines.remove(line.fileOffset());
        }
        for (final Map<PendingLine, Integer> other : handedOver) {
            // What another thread has handed over of this line is, in part, durable already.
            other.computeIfPresent(line, (l, n) -> Math.max(0, n - stores));
        }
    }
}
