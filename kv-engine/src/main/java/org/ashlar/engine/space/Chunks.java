package org.ashlar.engine.space;

import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.pmem.ChunkHeader;
import org.ashlar.pmem.Descriptors;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Persistence;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.RecordedLock;
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

    /** Free chunks that keep their blocks: some, and one for so many that were ever used. */
    private static final int KEPT_FREE_CHUNKS = 4;

    private static final int KEPT_FREE_FRACTION = 8;

    /** What is not paid soon is not worth paying. */
    private static final int MOST_DEBT_CHUNKS = 64;

    /** The space lock. */
    final RecordedLock lock = new RecordedLock();

    private final Pool pool;
    private final Persistence persistence;
    private final Descriptors descriptors;
    private final long table;
    private final long data;
    private final int chunkBytes;
    private final int chunkShift;
    private final boolean mayBePending;
    private final RoaringBitmap free = new RoaringBitmap();

    /** Free chunks whose blocks the file system has. */
    private final RoaringBitmap holes = new RoaringBitmap();

    /** How many pages of what is sparse are to be looked at, for those that were taken. */
    private final AtomicInteger evacuationDebt = new AtomicInteger();

    private volatile int highWater;
    /** The chunk whose blocks are just being taken away. */
    private int punching = -1;

    /** Under the lock, but for who reads it. */
    private volatile long givenBackBytes;

    private volatile boolean trimDue;
    private volatile boolean shortOfChunks;

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

    /**
     * To be called before all words are read.
     *
     * @throws InternalError where some of them cannot be
     */
    void checkTable() {
        Memory.checkReadable(table, (long) highWater * Long.BYTES);
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

    /** Free chunks, holes included. */
    int freeCount() {
        return free.getCardinality();
    }

    /** Free chunks that have no blocks on the device. */
    int holeCount() {
        return holes.getCardinality();
    }

    /** So many free chunks keep their blocks, to be taken again soon. */
    int keptFree() {
        return KEPT_FREE_CHUNKS + highWater / KEPT_FREE_FRACTION;
    }

    /** Whether more free chunks than those have blocks. May be read without the lock. */
    boolean isTrimDue() {
        return trimDue;
    }

    private void noteFree() {
        trimDue = free.getCardinality() - holes.getCardinality() > keptFree();
    }

    /** Whether a chunk can be taken without asking the device for more. */
    boolean hasFree() {
        return free.getCardinality() > holes.getCardinality();
    }

    /** Whether whole chunks are wanted more than spans. Needs no lock. */
    boolean isShortOfChunks() {
        return shortOfChunks;
    }

    /** Needs no lock. */
    void noteShortOfChunks(final boolean value) {
        shortOfChunks = value;
    }

    /** May be read without the lock. */
    int evacuationDebt() {
        return evacuationDebt.get();
    }

    /** Needs no lock. */
    void payEvacuationDebt(final int pages) {
        evacuationDebt.updateAndGet(debt -> Math.max(0, debt - pages));
    }

    /** Needs no lock. */
    void addEvacuationDebt(final int pages) {
        evacuationDebt.updateAndGet(debt -> Math.min(mostDebt(), debt + pages));
    }

    /** Whether so much is due that some of it will soon be forgotten, and the pool grow. */
    boolean isMuchDue() {
        return evacuationDebt.get() > mostDebt() / 2;
    }

    private int mostDebt() {
        return MOST_DEBT_CHUNKS * (chunkBytes >> Pages.SHIFT);
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

    /** Takes the lock itself where the caller does not hold it. */
    boolean isFree(final int chunk) {
        lock.lock();
        try {
            return free.contains(chunk);
        } finally {
            lock.unlock();
        }
    }

    /** Bytes of the chunks whose blocks this open has given back. Needs no lock. */
    long givenBackBytes() {
        return givenBackBytes;
    }

    /** Whether a free chunk, known to be so or not, has no blocks on the device. */
    boolean isHole(final int chunk) {
        return free.contains(chunk) ? holes.contains(chunk) : ChunkWord.isHole(Memory.getLong(wordAddress(chunk)));
    }

    /** Takes one chunk; its word is durable and its header initialised when this returns. */
    int take(final int kind) {
        if (!hasFree() && (free.isEmpty() || highWater < pool.allocatedChunks())) {
            final int chunk = highWater;
            allocateFresh(1);
            final boolean isUsable = descriptors.isChunkReadable(chunk);
            if (isUsable) {
                resetHeader(chunk);
            }
            publish(chunk, ChunkWord.of(chunk, isUsable ? kind : ChunkWord.FREE, 1, 0));
            highWater = chunk + 1;
            return isUsable ? chunk : take(kind);
        }
        final int chunk = hasFree() ? firstSolid() : free.first();
        refill(chunk);
        if (keepOutUnreadable(chunk, 1)) {
            return take(kind);
        }
        resetHeader(chunk);
        final int incarnation = ChunkWord.next(ChunkWord.incarnation(word(chunk)));
        if (kind == ChunkWord.INDEX) {
            publish(chunk, ChunkWord.of(chunk, ChunkWord.FREE, incarnation, 0)); // what it held is dead, and may go
            zeroPageHeads(chunk);
        }
        publish(chunk, ChunkWord.of(chunk, kind, incarnation, 0));
        free.remove(chunk);
        noteFree();
        return chunk;
    }

    /** The first free chunk that has blocks; there is one. */
    private int firstSolid() {
        for (final int chunk : free) {
            if (!holes.contains(chunk)) {
                return chunk;
            }
        }
        throw new IllegalStateException("more holes than free chunks");
    }

    /** Gives a free chunk its blocks again; its word goes on to say that it may have none, until it is taken. */
    private void refill(final int chunk) {
        if (holes.contains(chunk)) {
            pool.refillChunk(chunk);
            holes.remove(chunk);
        }
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
        if (keepOutUnreadable(first, count)) {
            return takeRun(count);
        }
        for (int i = 0; i < count; i++) {
            refill(first + i);
            resetHeader(first + i);
        }
        final int incarnation = ChunkWord.next(ChunkWord.incarnation(word(first)));
        for (int i = 1; i < count; i++) { // bodies first: without its head a body is free
            publish(first + i, ChunkWord.of(first + i, ChunkWord.LARGE_BODY, incarnation, i));
        }
        publish(first, ChunkWord.of(first, ChunkWord.LARGE_HEAD, incarnation, count));
        free.remove((long) first, (long) first + count);
        noteFree();
        return first;
    }

    /** Takes free chunks whose headers cannot be read out of those that are given out; returns whether there are any. */
    private boolean keepOutUnreadable(final int first, final int count) {
        boolean any = false;
        for (int chunk = first; chunk < first + count; chunk++) {
            if (!descriptors.isChunkReadable(chunk)) {
                free.remove(chunk);
                holes.remove(chunk);
                any = true;
            }
        }
        noteFree();
        return any;
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

    /** What the first touch of a chunk has found free, if nobody has taken it meanwhile. Takes the lock itself. */
    void releaseFound(final int chunk) {
        lock.lock();
        try {
            if (!isTakenInThisOpen(chunk) && chunk != punching) {
                release(chunk);
            }
        } finally {
            lock.unlock();
        }
    }

    void release(final int chunk) {
        free.add(chunk);
        if (ChunkWord.isHole(word(chunk))) { // what an earlier open has left
            holes.add(chunk);
            if (!pool.readOnly()) {
                pool.punchChunk(chunk); // it may have got blocks again meanwhile, or not lost them yet
            }
        }
        noteFree();
    }

    /**
     * Gives the blocks of the last free chunk that has any back to the file system. The lock is not held when the file system is asked.
     *
     * @param kept so many free chunks keep their blocks
     * @return whether there was one
     */
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    boolean punchOne(final int kept) {
        int chunk = -1;
        lock.lock();
        try {
            noteFree();
            if (punching < 0 && free.getCardinality() - holes.getCardinality() > kept) {
                final RoaringBitmap solid = RoaringBitmap.andNot(free, holes);
                chunk = solid.last();
                free.remove(chunk);
                punching = chunk;
                // Durable before the blocks go: no open may touch the chunk from here on.
                publish(chunk, ChunkWord.of(chunk, ChunkWord.FREE, ChunkWord.incarnation(word(chunk)), ChunkWord.HOLE));
            }
        } finally {
            lock.unlock();
        }
        if (chunk < 0) {
            return false;
        }
        try {
            pool.punchChunk(chunk);
        } finally {
            lock.lock();
            try {
                punching = -1;
                free.add(chunk);
                holes.add(chunk);
                givenBackBytes += chunkBytes;
                noteFree();
            } finally {
                lock.unlock();
            }
        }
        return true;
    }

    /** Device blocks for fresh chunks; the pool usually has them ahead of need. */
    private void allocateFresh(final int count) {
        pool.allocateChunksTo(highWater + count);
    }

    /**
     * The header of a chunk of which something is given out or back.
     *
     * @throws InternalError where it cannot be read: what seems to be free in it may be in use
     */
    long header(final int chunk) {
        final long header = descriptors.chunkHeader(chunk);
        Memory.checkReadable(header);
        return header;
    }

    /** Takes chunks out of a set until the header of its first can be read: nobody knows what is free in the others. */
    void keepUnreadableOut(final RoaringBitmap some) {
        while (!some.isEmpty() && !descriptors.isChunkReadable(some.first())) {
            some.remove(some.first());
        }
    }

    private void publish(final int chunk, final long word) {
        Memory.putLongRelease(wordAddress(chunk), word);
        persistence.persist(wordAddress(chunk), Long.BYTES);
    }

    /** So that a page of a recycled chunk that was never formatted does not look like a damaged one. */
    private void zeroPageHeads(final int chunk) {
        for (long page = addressOf(chunk); page < addressOf(chunk) + chunkBytes; page += Pages.BYTES) {
            if (Memory.isReadable(page, Pages.BYTES)) { // what cannot be read is not given out
                Memory.fill(page, Memory.LINE_BYTES, (byte) 0);
                persistence.persist(page, Memory.LINE_BYTES);
            }
        }
    }

    /**
     * Nothing in the chunk is from an earlier open any more. Before its word says what it is taken for: whoever touches a chunk first goes by its
     * word, takes the latch that this waits for, and may want the lock then.
     */
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
