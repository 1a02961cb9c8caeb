package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.DEVICE_FULL;
import static org.ashlar.pmem.PoolException.Reason.FULL;
import static org.ashlar.pmem.PoolException.Reason.OUT_OF_BOUNDS;
import static org.ashlar.pmem.PoolException.Reason.READ_ONLY;
import static org.ashlar.pmem.PoolException.Reason.UNSUPPORTED_PLATFORM;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Grows an open pool: blocks for more chunks, and more sections when those there are full. One thread at a time.
 *
 * <p>The order, so that a header never promises what is not there: blocks, length, mapping, fsync, header. Until the header's
 * first copy is durable nothing has changed for anyone, and a longer file than the header says is fine.
 */
final class PoolGrowth {
    /** Chunks that are allocated at a time, unless a section has fewer than twice as many: 64 MiB of standard chunks. */
    static final int STEP_CHUNKS = 32;

    /** Chunks in the step of a pool that has few. */
    static final int SMALLEST_STEP_CHUNKS = 4;

    /** Of what a pool has, a step is so much: what is ahead of need counts as the pool's. */
    private static final int STEP_FRACTION = 64;

    /** In the background a step is made in slices, so that who needs a chunk at once waits for one of them only: 8 MiB of standard chunks. */
    static final int SLICE_CHUNKS = 4;

    /** Chunks may be large, and little of them in use. */
    private static final long MOST_PREFAULTED_BYTES = 64L << 20;

    /** How long the thread in the background waits for the next growth: to start one keeps a put waiting for up to milliseconds. */
    private static final long LINGERING_SECONDS = 60;

    private final PoolLayout layout;
    private final PoolFile file;
    private final PoolMapping mapping;
    private final DeviceBlocks blocks;
    private final AllocationState allocation;
    private final HeaderWriter header;
    private final Persistence persistence;
    private final PageSyncer syncer;
    private final boolean readOnly;
    private final boolean syncsAlways;
    private final boolean background;
    /** Whether the device is memory, where a page costs no more than its first store would have. */
    private final boolean prefaults;

    private final int stepChunks;
    private final int sliceChunks;
    private final RecordedLock lock = new RecordedLock(true); // else the next slice would be first, always
    private final AtomicBoolean backgroundRuns = new AtomicBoolean();
    private final ExecutorService backgroundThread = lingeringThread();
    private volatile int backgroundFailedAt = -1;

    /** Most chunks that anybody needed who asked for growth in the background. */
    private volatile int needed;

    /** The first chunk that may have to be prefaulted yet, if it is not needed already. The thread in the background has it for itself. */
    private int prefaultedTo;

    private volatile GrowthListener listener = GrowthListener.NONE;

    PoolGrowth(
            final PoolFile file,
            final PoolMapping mapping,
            final DeviceBlocks blocks,
            final AllocationState allocation,
            final HeaderWriter header,
            final Persistence persistence,
            final PageSyncer syncer,
            final PoolOptions options) {
        layout = mapping.layout();
        this.file = file;
        this.mapping = mapping;
        this.blocks = blocks;
        this.allocation = allocation;
        this.header = header;
        this.persistence = persistence;
        this.syncer = syncer;
        readOnly = options.readOnly();
        background = options.backgroundGrowth() && !readOnly;
        prefaults = background && (mapping.isSynchronous() || file.isInMemory());
        syncsAlways = persistence.mode() != Persistence.Mode.PROCESS_CRASH;
        stepChunks = Math.max(1, Math.min(STEP_CHUNKS, layout.geometry().chunksPerSection() / 2));
        sliceChunks = slice(persistence, file);
    }

    /** At most one, and none before there is something to do. What is asked for after its end is not done. */
    private static ExecutorService lingeringThread() {
        return new ThreadPoolExecutor(
                0,
                1,
                LINGERING_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> {
                    final Thread thread = new Thread(task, "ashlar-growth");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
    }

    /** At the close: nothing begins in the background any more. */
    void end() {
        backgroundThread.shutdown();
    }

    /** Each has its syncs, which take nothing in memory; there it is blocks that take long, where a virtual machine's host has to find them. */
    private static int slice(final Persistence persistence, final PoolFile file) {
        if (persistence.mode() == Persistence.Mode.MSYNC) {
            return STEP_CHUNKS;
        }
        return file.isInMemory() ? 1 : SLICE_CHUNKS;
    }

    RecordedLock lock() {
        return lock;
    }

    void setListener(final GrowthListener value) {
        listener = value;
    }

    void allocateChunksTo(final int chunks) {
        if (chunks > allocation.allocatedChunks()) {
            growInForeground(chunks);
        }
        final int allocated = allocation.allocatedChunks();
        if (background && allocated - chunks < step(allocated) / 2) {
            needed = Math.max(needed, chunks);
            growInBackground(allocated);
        }
    }

    /** A step, unless another thread is going to make it: then only what cannot wait. */
    private void growInForeground(final int chunks) {
        lock.lock();
        try {
            checkWritable();
            final int allocated = allocation.allocatedChunks();
            if (chunks > allocated) {
                grow(chunks, background ? chunks : allocated + step(allocated));
            }
        } finally {
            lock.unlock();
        }
    }

    private void growInBackground(final int allocated) {
        if (allocated == backgroundFailedAt
                || allocated == layout.geometry().maxChunks()
                || !backgroundRuns.compareAndSet(false, true)) {
            return;
        }
        try {
            backgroundThread.execute(this::growAhead);
        } catch (final OutOfMemoryError e) {
            // No thread to be had: growth waits for whoever needs the chunks.
            backgroundRuns.set(false);
        }
    }

    /** Blocks come first: who needs them and has none waits for longer than for page faults. */
    private void growAhead() {
        try {
            while (allocateSlice() || prefaultSlice()) {
                // Others get the lock between two slices, and what they need by now counts.
            }
        } finally {
            backgroundRuns.set(false);
        }
    }

    /** Returns whether there was something to do. */
    private boolean allocateSlice() {
        lock.lock();
        try {
            if (allocation.isClosed()) {
                return false;
            }
            final int allocated = allocation.allocatedChunks();
            final int target =
                    Math.min(needed + step(allocated), layout.geometry().maxChunks());
            if (allocated >= target || allocated == backgroundFailedAt) {
                return false;
            }
            try {
                grow(allocated + 1, Math.min(target, allocated + sliceChunks));
            } catch (final PoolException | InternalError e) {
                // Whoever needs the chunks will meet the same failure, and hear of it.
                backgroundFailedAt = allocated;
                return false;
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Saves those who will write to a slice the page faults; a few of them may come before. Returns whether there was something to do. */
    private boolean prefaultSlice() {
        final int allocated = allocation.isClosed() ? 0 : allocation.allocatedChunks();
        final int from = Math.max(prefaultedTo, needed);
        if (!prefaults || from >= allocated) {
            return false;
        }
        final Geometry geometry = layout.geometry();
        prefaultedTo = Math.min(allocated, from + sliceChunks);
        final long bytes = Math.min(geometry.dataBytes(prefaultedTo - from), MOST_PREFAULTED_BYTES);
        Mmap.prefault(mapping.dataAddress() + geometry.dataBytes(from), bytes);
        return true;
    }

    private void checkWritable() {
        allocation.checkOpen();
        if (readOnly) {
            throw new PoolException(READ_ONLY, file.path() + " is open read-only and cannot grow; open it for writing");
        }
        syncer.checkSound();
    }

    /** Allocates up to what is wished, or just what is needed where the device has no room for that. */
    private void grow(final int chunks, final int wished) {
        final Geometry geometry = layout.geometry();
        if (chunks > geometry.maxChunks()) {
            throw new PoolException(
                    FULL,
                    file.path() + " is at its maximum size: " + chunks + " chunks of " + geometry.chunkBytes()
                            + " bytes are needed, and it can have " + geometry.maxChunks()
                            + "; delete data, or copy it into a pool of a larger maximumBytes",
                    null,
                    geometry.dataBytes(chunks),
                    geometry.dataBytes(geometry.maxChunks()));
        }
        int count = allocation.chunkCount();
        if (chunks > count) {
            final long wholeSections = (long) geometry.sectionsOf(chunks) * geometry.chunksPerSection();
            count = (int) Math.min(geometry.maxChunks(), wholeSections);
        }
        final int ahead = Math.min(count, Math.max(chunks, wished));
        final GrowthListener told = listener;
        told.growthBegins(allocation.allocatedChunks());
        try {
            growTo(ahead, count);
        } catch (final PoolException e) {
            if (e.reason() != DEVICE_FULL || ahead == chunks) {
                throw e;
            }
            growTo(chunks, count);
        } finally {
            told.growthEnds(allocation.allocatedChunks());
        }
    }

    /** Chunks to allocate at a time: a small pool grows in small steps, so that it does not hold much more than it needs. */
    private int step(final int allocated) {
        return Math.min(stepChunks, Math.max(SMALLEST_STEP_CHUNKS, allocated / STEP_FRACTION));
    }

    private void growTo(final int allocated, final int count) {
        final int before = allocation.allocatedChunks();
        final long lengthBefore = file.length();
        final boolean longer;
        try {
            // 1. Blocks on the device, before anything can touch them.
            blocks.append(before, allocated);
            // 2. Length and addresses for whole sections.
            if (file.length() < layout.fileBytes(count)) {
                file.truncate(layout.fileBytes(count));
            }
            longer = file.length() > lengthBefore;
            if (count > allocation.chunkCount()) {
                mapping.extendTo(count);
            }
        } catch (final PoolException e) {
            undo(before, allocated, lengthBefore, e);
            throw e;
        }
        // 3. The file's metadata is durable before a header relies on it.
        if (longer || syncsAlways) {
            syncFile();
        }
        // 4. The header, one copy after the other.
        header.update(next -> next.chunks(count, allocated), false);
        // 5. From here on anyone may touch the new chunks.
        allocation.setChunkCount(count);
        allocation.setAllocatedChunks(allocated);
    }

    private void undo(final int before, final int allocated, final long lengthBefore, final PoolException cause) {
        try {
            blocks.undoAppend(before, allocated, allocation);
            if (file.length() > lengthBefore) {
                file.truncate(lengthBefore);
            }
        } catch (final PoolException e) {
            // The file is longer than its header says, which is fine.
            cause.addSuppressed(e);
        }
    }

    private void syncFile() {
        try {
            file.sync();
        } catch (final PoolException e) {
            syncer.fail(e);
            throw e;
        }
    }

    /** Takes the device blocks of a chunk's data away. */
    void punch(final int chunk) {
        lock.lock();
        try {
            checkWritable();
            allocation.checkChunk(chunk);
            Memory.noteErased(
                    mapping.dataAddress() + layout.geometry().dataBytes(chunk),
                    layout.geometry().chunkBytes());
            blocks.punch(chunk);
        } finally {
            lock.unlock();
        }
    }

    /** Gives device blocks to a chunk's data again. */
    void refill(final int chunk) {
        lock.lock();
        try {
            checkWritable();
            allocation.checkChunk(chunk);
            blocks.refill(chunk);
            if (syncsAlways) {
                syncFile();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives blocks to the chunks of a range, wherever it lies, and notes them in the allocation map. */
    void allocateRange(final long offset, final long length) {
        lock.lock();
        try {
            checkWritable();
            final Geometry geometry = layout.geometry();
            final long size = geometry.dataBytes(allocation.chunkCount());
            if (offset < 0 || length < 0 || offset > size - length) {
                throw new PoolException(
                        OUT_OF_BOUNDS,
                        "the pool has " + size + " linear bytes, and none at " + offset + " + " + length,
                        null,
                        offset + length,
                        size);
            }
            if (length == 0) {
                return;
            }
            final int first = (int) (offset / geometry.chunkBytes());
            final int last = (int) ((offset + length - 1) / geometry.chunkBytes());
            if (allocateMissing(first, last)) {
                syncFile();
                publish(first, last);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean allocateMissing(final int first, final int last) {
        boolean any = false;
        int chunk = first;
        while (chunk <= last) {
            int end = chunk;
            while (end <= last && !allocation.isAllocated(end)) {
                end++;
            }
            if (end > chunk) {
                if (!any && !file.canAllocateInPlace()) {
                    throw new PoolException(
                            UNSUPPORTED_PLATFORM,
                            "the file system of " + file.path() + " cannot allocate a range of a file (fallocate);"
                                    + " allocate chunks from the front instead");
                }
                any = true;
                allocateRun(chunk, end);
            }
            chunk = end + 1;
        }
        return any;
    }

    private void allocateRun(final int from, final int to) {
        try {
            blocks.fill(from, to);
        } catch (final PoolException e) {
            blocks.undoAppend(from, to, allocation);
            throw e;
        }
    }

    private void publish(final int first, final int last) {
        for (int chunk = first; chunk <= last; chunk++) {
            if (!allocation.isAllocated(chunk)) {
                final long address = allocation.wordAddress(chunk);
                Memory.putLongRelease(address, Memory.getLong(address) | 1L << (chunk & 63));
            }
        }
        final long start = allocation.wordAddress(first);
        persistence.persist(start, allocation.wordAddress(last) + Long.BYTES - start);
    }
}
