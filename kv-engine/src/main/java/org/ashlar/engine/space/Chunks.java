package org.ashlar.engine.space;

import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.StoreFullException;
import org.ashlar.pmem.ChunkHeader;
import org.ashlar.pmem.Descriptors;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Persistence;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolException;
import org.roaringbitmap.RoaringBitmap;

/**
 * The chunk table, and which chunks are free. Words are written for ascending chunks only, each durable before the next, so the
 * first zero word is the high-water mark and is found by halving.
 *
 * <p>Everything but the read-only accessors is called with {@link #lock} held.
 */
final class Chunks {
    /** Flag in a chunk's header. */
    private static final int TAKEN_IN_THIS_OPEN = 1;

    /** The space lock. */
    final ReentrantLock lock = new ReentrantLock();

    private final Pool pool;
    private final Persistence persistence;
    private final Descriptors descriptors;
    private final long table;
    private final long data;
    private final int chunkBytes;
    private final int chunkShift;
    private final boolean mayBePending;
    private final RoaringBitmap free = new RoaringBitmap();
    private volatile int highWater;

    Chunks(final Pool pool) {
        this.pool = pool;
        persistence = pool.persistence();
        descriptors = pool.descriptors();
        table = pool.chunkTable();
        data = pool.dataAddress();
        chunkBytes = pool.geometry().chunkBytes();
        chunkShift = Integer.numberOfTrailingZeros(chunkBytes);
        highWater = findHighWater();
        mayBePending = pool.mayHavePendingWrites();
        if (highWater > 0) {
            settle(highWater - 1); // before any word above it
        }
    }

    /**
     * Makes the word of a chunk durable, before this open relies on it: a process that was killed may have written it and not got to
     * persisting it.
     */
    void settle(final int chunk) {
        if (mayBePending) {
            persistence.persist(wordAddress(chunk), Long.BYTES);
        }
    }

    /** Makes a range within a chunk durable that a process that was killed may have left pending. */
    void settle(final long address, final long bytes) {
        if (mayBePending) {
            persistence.persist(address, bytes);
        }
    }

    private int findHighWater() {
        int low = 0;
        int high = pool.allocatedChunks();
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (Memory.getLong(wordAddress(middle)) == 0) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private long wordAddress(final int chunk) {
        return table + (long) chunk * Long.BYTES;
    }

    /** Chunks below this have a word. */
    int highWater() {
        return highWater;
    }

    int chunkOf(final long address) {
        return (int) ((address - data) >>> chunkShift);
    }

    long addressOf(final int chunk) {
        return data + ((long) chunk << chunkShift);
    }

    int chunkBytes() {
        return chunkBytes;
    }

    int freeCount() {
        return free.getCardinality();
    }

    /** Linear bytes below the high-water mark. */
    long usedBytes() {
        return (long) highWater << chunkShift;
    }

    /** The checked word of a chunk below the high-water mark. */
    long word(final int chunk) {
        final long word = chunk < highWater && chunk >= 0 ? Memory.getLongAcquire(wordAddress(chunk)) : 0;
        if (!ChunkWord.isValid(chunk, word)) {
            throw new CorruptStoreException(
                    "the table word of chunk " + chunk + " fails its check: 0x" + Long.toHexString(word));
        }
        return word;
    }

    /** The kind of a chunk, without its check: for the hot path, on chunks whose word was checked when they were touched. */
    int kindUnchecked(final int chunk) {
        return ChunkWord.kind(Memory.getLong(wordAddress(chunk)));
    }

    boolean isFree(final int chunk) {
        return free.contains(chunk);
    }

    /** Takes one chunk; its word is durable and its header initialised when this returns. */
    int take(final int kind) {
        if (!free.isEmpty()) {
            final int chunk = free.first();
            final int incarnation = ChunkWord.next(ChunkWord.incarnation(word(chunk)));
            if (kind == ChunkWord.INDEX) {
                publish(chunk, ChunkWord.of(chunk, ChunkWord.FREE, incarnation, 0)); // what it held is dead, and may go
                zeroPageHeads(chunk);
            }
            publish(chunk, ChunkWord.of(chunk, kind, incarnation, 0));
            resetHeader(chunk);
            free.remove(chunk);
            return chunk;
        }
        final int chunk = highWater;
        allocateFresh(1);
        publish(chunk, ChunkWord.of(chunk, kind, 1, 0));
        highWater = chunk + 1;
        resetHeader(chunk);
        return chunk;
    }

    /** Takes a run of chunks for one large record. */
    int takeRun(final int count) {
        int first = findFreeRun(count);
        if (first < 0) {
            first = highWater;
            allocateFresh(count);
            for (int i = 0; i < count; i++) { // ascending, each durable before the next
                publish(first + i, ChunkWord.of(first + i, ChunkWord.FREE, 1, 0));
                highWater = first + i + 1;
                free.add(first + i);
            }
        }
        final int incarnation = ChunkWord.next(ChunkWord.incarnation(word(first)));
        for (int i = 1; i < count; i++) { // bodies first: without its head a body is free
            publish(first + i, ChunkWord.of(first + i, ChunkWord.LARGE_BODY, incarnation, i));
        }
        publish(first, ChunkWord.of(first, ChunkWord.LARGE_HEAD, incarnation, count));
        for (int i = 0; i < count; i++) {
            resetHeader(first + i);
            free.remove(first + i);
        }
        return first;
    }

    boolean hasFreeRun(final int count) {
        return findFreeRun(count) >= 0;
    }

    private int findFreeRun(final int count) {
        int run = 0;
        int previous = -2;
        for (final int chunk : free) {
            run = chunk == previous + 1 ? run + 1 : 1;
            previous = chunk;
            if (run == count) {
                return chunk - count + 1;
            }
        }
        return -1;
    }

    void release(final int chunk) {
        free.add(chunk);
    }

    /** Device blocks for fresh chunks; the pool usually has them ahead of need. */
    private void allocateFresh(final int count) {
        try {
            pool.allocateChunksTo(highWater + count);
        } catch (final PoolException e) {
            throw asStoreFull(e, (long) count * chunkBytes);
        }
    }

    private static RuntimeException asStoreFull(final PoolException e, final long needed) {
        return switch (e.reason()) {
            case FULL, DEVICE_FULL -> new StoreFullException(String.valueOf(e.getMessage()), needed, 0, e);
            default -> e;
        };
    }

    private void publish(final int chunk, final long word) {
        Memory.putLongRelease(wordAddress(chunk), word);
        persistence.persist(wordAddress(chunk), Long.BYTES);
    }

    /** So that a page of a recycled chunk that was never formatted does not look like a damaged one. */
    private void zeroPageHeads(final int chunk) {
        for (long page = addressOf(chunk); page < addressOf(chunk) + chunkBytes; page += Pages.BYTES) {
            Memory.fill(page, Memory.LINE_BYTES, (byte) 0);
            persistence.persist(page, Memory.LINE_BYTES);
        }
    }

    /** Nothing in the chunk is from an earlier open any more. */
    private void resetHeader(final int chunk) {
        final long header = descriptors.chunkHeader(chunk);
        if (descriptors.beginChunkInitialisation(chunk)) {
            descriptors.endChunkInitialisation(chunk);
        } else {
            Memory.fill(header + ChunkHeader.BITMAP_OFFSET, ChunkHeader.BITMAP_WORDS * Long.BYTES, (byte) 0);
        }
        Memory.putInt(header + ChunkHeader.FLAGS_OFFSET, TAKEN_IN_THIS_OPEN);
    }

    /** Whether this open has taken the chunk afresh, so that there is nothing in it to judge, even if the sweep is in the middle of it. */
    boolean isTakenInThisOpen(final int chunk) {
        return Memory.getInt(descriptors.chunkHeader(chunk) + ChunkHeader.FLAGS_OFFSET) == TAKEN_IN_THIS_OPEN;
    }
}
