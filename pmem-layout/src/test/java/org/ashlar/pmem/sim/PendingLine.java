package org.ashlar.pmem.sim;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The stores to one 64-byte line that are not known to be durable, in program order, one for each 8-byte word.
 *
 * <p>Any of them may have reached the media at a crash, with three rules, which {@link #close} enforces on a chosen set:
 *
 * <ol>
 *   <li>A word is stored whole: 8 bytes are never torn. (So what is only right if a copy of bytes tears <em>within</em> a
 *       word is not found.)
 *   <li>Of two stores that share a byte, the later one covers the earlier one: both or the earlier alone, in order.
 *   <li>A release store comes after all that its thread stored to the line before it: the line goes to the media as one
 *       copy, and in that copy the release store is visible only with what precedes it. Plain stores have no such order, the
 *       compiler moves them; one that follows a release store may even overtake it. Of the release stores of several threads
 *       the later ones come after the earlier ones: as they follow each other here, they do so in the cache.
 * </ol>
 */
final class PendingLine {
    static final int BYTES = 64;
    private static final int WORDS = BYTES / Long.BYTES;
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long fileOffset;
    /** What a load would see now. */
    private final long[] visible = new long[WORDS];

    private int count;
    private byte[] words = new byte[WORDS];
    private byte[] masks = new byte[WORDS];
    private long[] values = new long[WORDS];
    private int[] threads = new int[WORDS];
    private boolean[] releases = new boolean[WORDS];
    /** When each was made: numbers that grow, over all lines. */
    private long[] times = new long[WORDS];

    private boolean lookedAt;

    PendingLine(final long fileOffset, final byte[] page) {
        this.fileOffset = fileOffset;
        final int at = (int) (fileOffset % ByteImage.PAGE_BYTES);
        for (int w = 0; w < WORDS; w++) {
            visible[w] = (long) LONG.get(page, at + w * Long.BYTES);
        }
    }

    /** A copy, with all its stores. */
    PendingLine(final PendingLine other) {
        fileOffset = other.fileOffset;
        System.arraycopy(other.visible, 0, visible, 0, WORDS);
        count = other.count;
        words = other.words.clone();
        masks = other.masks.clone();
        values = other.values.clone();
        threads = other.threads.clone();
        releases = other.releases.clone();
        times = other.times.clone();
        lookedAt = other.lookedAt;
    }

    long fileOffset() {
        return fileOffset;
    }

    /** Number of pending stores. */
    int count() {
        return count;
    }

    long visible(final int word) {
        return visible[word];
    }

    boolean isRelease(final int store) {
        return releases[store];
    }

    long timeOf(final int store) {
        return times[store];
    }

    /** Whether another thread than the last to store has loaded from it since. */
    boolean wasLookedAt() {
        return lookedAt;
    }

    void look(final int thread) {
        lookedAt |= threads[count - 1] != thread;
    }

    int wordOf(final int store) {
        return words[store];
    }

    void add(
            final int word,
            final int byteMask,
            final long value,
            final boolean release,
            final int thread,
            final long time) {
        if (count == words.length) {
            words = Arrays.copyOf(words, count * 2);
            masks = Arrays.copyOf(masks, count * 2);
            values = Arrays.copyOf(values, count * 2);
            threads = Arrays.copyOf(threads, count * 2);
            releases = Arrays.copyOf(releases, count * 2);
            times = Arrays.copyOf(times, count * 2);
        }
        words[count] = (byte) word;
        masks[count] = (byte) byteMask;
        values[count] = value;
        threads[count] = thread;
        releases[count] = release;
        times[count] = time;
        lookedAt = false;
        count++;
        visible[word] = value;
    }

    /** Adds to a set of stores all that must be in the image with them. */
    void close(final BitSet reached) {
        for (int i = reached.length() - 1; i > 0; i--) {
            if (reached.get(i)) {
                for (int j = 0; j < i; j++) {
                    if (needs(i, j)) {
                        reached.set(j);
                    }
                }
            }
        }
    }

    boolean isClosed(final BitSet reached) {
        final BitSet closed = (BitSet) reached.clone();
        close(closed);
        return closed.equals(reached);
    }

    private boolean needs(final int later, final int earlier) {
        return (words[later] == words[earlier] && (masks[later] & masks[earlier]) != 0)
                || (releases[later] && (releases[earlier] || threads[later] == threads[earlier]));
    }

    /** Writes the chosen stores over the page that holds this line. */
    void applyTo(final byte[] page, final BitSet reached) {
        for (int i = reached.nextSetBit(0); i >= 0 && i < count; i = reached.nextSetBit(i + 1)) {
            apply(page, i);
        }
    }

    /** Makes the first stores durable and forgets them. */
    void settleFirst(final byte[] page, final int stores) {
        for (int i = 0; i < stores; i++) {
            apply(page, i);
        }
        final int left = count - stores;
        System.arraycopy(words, stores, words, 0, left);
        System.arraycopy(masks, stores, masks, 0, left);
        System.arraycopy(values, stores, values, 0, left);
        System.arraycopy(threads, stores, threads, 0, left);
        System.arraycopy(releases, stores, releases, 0, left);
        System.arraycopy(times, stores, times, 0, left);
        count = left;
    }

    private void apply(final byte[] page, final int store) {
        final int at = (int) (fileOffset % ByteImage.PAGE_BYTES) + words[store] * Long.BYTES;
        final long bits = bitsOf(masks[store]);
        final long before = (long) LONG.get(page, at);
        LONG.set(page, at, (before & ~bits) | (values[store] & bits));
    }

    static long bitsOf(final int byteMask) {
        long bits = 0;
        for (int b = 0; b < Long.BYTES; b++) {
            if ((byteMask >>> b & 1) != 0) {
                bits |= 0xFFL << (b * Byte.SIZE);
            }
        }
        return bits;
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder("line 0x").append(Long.toHexString(fileOffset));
        for (int i = 0; i < count; i++) {
            text.append(releases[i] ? " R" : " ")
                    .append(words[i])
                    .append('=')
                    .append(Long.toHexString(values[i] & bitsOf(masks[i])));
        }
        return text.toString();
    }
}
