package org.ashlar.pmem;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An open pool: a file of linear bytes in chunks of pages, mapped, with a volatile descriptor for each page.
 *
 * <p>The pool knows nothing of what an engine stores. It offers an area and a table for the engine's durable roots ({@link
 * #engineArea}, {@link #chunkTable}), addresses for its data ({@link #dataAddress}), descriptors for its volatile state, and
 * the one way to ask for durability ({@link #persistence}). A chunk must be allocated ({@link #allocateChunksTo}) before
 * anything of it is touched, its word in the chunk table and its descriptors included, and be it by a read.
 *
 * <p>All methods are thread-safe. Addresses handed out are valid until the pool is closed, and closing does not wait for those
 * who use them: that is up to the engine. Using one later may kill the JVM. Everything else that is asked of a closed pool
 * ends in a {@link PoolException}.
 */
public final class Pool implements AutoCloseable {
    /** Bytes of the engine's area. */
    public static final int ENGINE_AREA_BYTES = PoolLayout.ENGINE_AREA_BYTES;

    private final Path path;
    private final PoolFile file;
    private final PoolMapping mapping;
    private final @Nullable DescriptorFile descriptorFile;
    private final AllocationState allocation;
    private final HeaderWriter header;
    private final PoolGrowth growth;
    private final Persistence persistence;
    private final PageSyncer syncer;
    private final Descriptors descriptors;
    private final ExtendedDescriptors extended;
    private final LinearRegion region;
    private final DurabilityReport durability;
    private final boolean headerRepaired;
    private final boolean readOnly;
    private final boolean created;
    private final boolean cleanlyClosed;
    private final boolean machineRestarted;
    private final boolean writesLost;
    private final UUID uuid;
    private final long openStamp;
    private final int openCounter;
    private final long createdMillis;

    /** Begins an open: the new stamp is durable when this returns. Takes over the file, the mapping and the descriptor file. */
    Pool(
            final Path path,
            final PoolFile file,
            final PoolMapping mapping,
            final @Nullable DescriptorFile descriptorFile,
            final PoolHeader found,
            final int newestCopy,
            final boolean otherWhole,
            final PoolOptions options,
            final DurabilityReport durability,
            final long stamp,
            final boolean created) {
        this.path = path;
        this.file = file;
        this.mapping = mapping;
        this.descriptorFile = descriptorFile;
        this.durability = durability;
        this.created = created;
        readOnly = options.readOnly();
        headerRepaired = !created && !readOnly && !otherWhole;
        uuid = found.uuid();
        createdMillis = found.createdMillis();
        openStamp = stamp;
        openCounter = (int) (stamp >>> 32);
        cleanlyClosed = created || found.isClean();
        machineRestarted = !created && PoolOpener.isOfEarlierBoot(found);
        writesLost = machineRestarted && !cleanlyClosed && !found.wasPowerSafe();
        syncer = new PageSyncer(new PageSyncer.Device() {
            @Override
            public void syncRange(final long address, final long length) {
                Mmap.sync(address, length);
            }

            @Override
            public void syncFile() {
                file.syncData();
            }
        });
        persistence = new Persistence(durability.mode(), syncer);
        allocation = new AllocationState(
                mapping.frontAddress() + mapping.layout().allocationMapOffset(),
                found.chunkCount(),
                found.allocatedChunks());
        header = new HeaderWriter(mapping.frontAddress(), persistence, syncer, found, newestCopy);
        final DeviceBlocks blocks = new DeviceBlocks(mapping.layout(), file, descriptorFile);
        if (!readOnly) {
            begin(blocks);
        }
        growth = new PoolGrowth(file, mapping, blocks, allocation, header, persistence, syncer, options);
        descriptors = new Descriptors(mapping, allocation, stamp);
        extended = new ExtendedDescriptors(mapping, allocation);
        region = new LinearRegion(mapping, allocation, persistence, readOnly);
    }

    private void begin(final DeviceBlocks blocks) {
        // 1. What the header calls allocated is: blocks may have been lost with the machine, or with the descriptor
        // file.
        if (writesLost || descriptorFile != null) {
            blocks.fillAgain(allocation);
        }
        // 2. One whole header is durable before the other is overwritten; what a restarted machine reads is.
        if (!created && !machineRestarted) {
            header.settle(!isEager());
        }
        // 3. Stamp durable, clean mark gone, before anything bears the one or relies on the other.
        header.update(next -> next.opened(openCounter, openStamp, durability.mode(), durability.dax()), !isEager());
        // 4. Only then the descriptor file may say that it belongs to this open.
        if (descriptorFile != null) {
            descriptorFile.bind(uuid, openStamp);
        }
    }

    /**
     * Opens a pool, or creates it, as the options say. The caller must close it.
     *
     * @param path the file
     * @param options how
     * @return the open pool, under its lock: exclusive, or shared where read-only
     * @throws PoolException with the reason; then nothing has been changed
     */
    public static Pool open(final Path path, final PoolOptions options) {
        return PoolOpener.open(path, options);
    }

    // ----------------------------------------------------------------------------------------------- what it is

    /**
     * The file.
     *
     * @return its absolute path
     */
    public Path path() {
        return path;
    }

    /**
     * Whether this open created the pool.
     *
     * @return false where it was there
     */
    public boolean created() {
        return created;
    }

    /**
     * The sizes that the pool is laid out by.
     *
     * @return the geometry
     */
    public Geometry geometry() {
        return mapping.layout().geometry();
    }

    /**
     * The pool's identity, which copies of it share.
     *
     * @return the uuid
     */
    public UUID uuid() {
        return uuid;
    }

    /**
     * When the pool was created.
     *
     * @return milliseconds since 1970-01-01
     */
    public long createdMillis() {
        return createdMillis;
    }

    /**
     * What descriptors initialised under this open bear: never 0, bit 0 clear, different at each open.
     *
     * @return the stamp; where the pool is read-only, one that is nowhere on the media
     */
    public long openStamp() {
        return openStamp;
    }

    /**
     * How often the pool has been opened for writing, this open included.
     *
     * @return 1 or more
     */
    public int openCounter() {
        return openCounter;
    }

    /**
     * Whether the pool was opened read-only; then its mapping cannot be written either, and a store to it kills the JVM.
     *
     * @return true where read-only
     */
    public boolean readOnly() {
        return readOnly;
    }

    /**
     * Where the descriptors of this open live.
     *
     * @return the placement, not {@code AUTO}
     */
    public DescriptorPlacement placement() {
        return mapping.placement();
    }

    /**
     * Whether the last open for writing ended with {@link #closeCleanly}.
     *
     * @return the mark found at open; true where the pool is new
     */
    public boolean cleanlyClosed() {
        return cleanlyClosed;
    }

    /**
     * Whether the machine has been restarted since the last open for writing.
     *
     * @return what was found at open; false where the pool is new
     */
    public boolean machineRestarted() {
        return machineRestarted;
    }

    /**
     * Whether writes that were acknowledged may be missing, or present in part and out of order: the machine went down under an
     * open pool whose durability did not cover that. An engine must check everything before it relies on it.
     *
     * @return what was found at open
     */
    public boolean mayHaveLostWrites() {
        return writesLost;
    }

    /**
     * Whether what can be read may not be durable yet: the process that had the pool open was killed, and the machine went on. An
     * engine must persist what it relies on and nobody is known to have persisted.
     *
     * @return what was found at open; false where the pool is read-only
     */
    public boolean mayHavePendingWrites() {
        return !readOnly && !cleanlyClosed && !machineRestarted;
    }

    /**
     * What is wrong with the two copies of the header, as they are now. The pool is open by one of them.
     *
     * @return a line for each that cannot be read or fails its check: it is damaged, or, in a pool that is open read-only, a crash came while it was
     *     written; the next open for writing writes it anew. Empty after close
     */
    public List<String> headerProblems() {
        growth.lock().lock(); // nobody writes one meanwhile
        try {
            return allocation.isClosed() ? List.of() : header.problems();
        } finally {
            growth.lock().unlock();
        }
    }

    /**
     * Whether this open has found a copy of the header that failed its check or could not be read, and has written it anew.
     *
     * @return true when it has; false where the pool is read-only
     */
    public boolean headerRepaired() {
        return headerRepaired;
    }

    /**
     * The durability asked for and obtained.
     *
     * @return the report
     */
    public DurabilityReport durability() {
        return durability;
    }

    // -------------------------------------------------------------------------------------------------- its parts

    /**
     * The virtual address of linear byte 0; growing moves nothing.
     *
     * @return the address, aligned as the geometry says
     */
    public long dataAddress() {
        return mapping.dataAddress();
    }

    /**
     * The address of the chunk table: one durable 8-byte word for each chunk, zero at first, which belong to the engine. The
     * words of chunks that are not allocated must not be touched.
     *
     * @return the address, aligned to a page
     */
    public long chunkTable() {
        return mapping.frontAddress() + PoolLayout.CHUNK_TABLE_OFFSET;
    }

    /**
     * The address of {@link #ENGINE_AREA_BYTES} durable bytes that belong to the engine, zero at first.
     *
     * @return the address, aligned to a page
     */
    public long engineArea() {
        return mapping.frontAddress() + PoolLayout.ENGINE_AREA_OFFSET;
    }

    /**
     * Core descriptors and chunk headers.
     *
     * @return the descriptors
     */
    public Descriptors descriptors() {
        return descriptors;
    }

    /**
     * Extended descriptors, all 0 where the pool was opened without.
     *
     * @return the extended descriptors
     */
    public ExtendedDescriptors extended() {
        return extended;
    }

    /**
     * The linear bytes, with every access checked.
     *
     * @return the region
     */
    public LinearRegion region() {
        return region;
    }

    /**
     * How to make a range durable.
     *
     * @return the persistence, fixed for this open
     */
    public Persistence persistence() {
        return persistence;
    }

    /**
     * Waits until the device has all that was stored before the call, where {@link Persistence#persist} does not: in mode {@code
     * PROCESS_CRASH}. Elsewhere it does nothing, as it does in a pool that was opened read-only. On a file system in memory it is of no use.
     *
     * @throws PoolException {@code MEDIA_ERROR} where the device fails; the pool has failed for good then
     */
    public void sync() {
        if (!readOnly && persistence.mode() == Persistence.Mode.PROCESS_CRASH) {
            syncer.syncFile();
        }
    }

    // --------------------------------------------------------------------------------------------------- its size

    /**
     * The number of linear bytes that have addresses now.
     *
     * @return bytes; 0 after close
     */
    public long dataBytes() {
        return geometry().dataBytes(allocation.chunkCount());
    }

    /**
     * The number of chunks that have addresses now.
     *
     * @return chunks; 0 after close
     */
    public int chunkCount() {
        return allocation.chunkCount();
    }

    /**
     * The number of chunks, from the first on, that have blocks on the device and may be touched; durable in the header.
     *
     * @return chunks; 0 after close
     */
    public int allocatedChunks() {
        return allocation.allocatedChunks();
    }

    /**
     * The number of chunks that the pool can grow to.
     *
     * @return chunks
     */
    public int maxChunks() {
        return geometry().maxChunks();
    }

    /**
     * Sees to it that the first {@code n} chunks may be touched; cheap where that is so already, and then perhaps the cause for
     * allocating ahead in the background. Blocks are allocated a step at a time: a quarter of what there is, 8 to 64 MiB of standard chunks, at most half a section of
     * small geometries; or just what is needed, where the device has no room for a step, and where the background makes the step. Sections are
     * appended as needed.
     *
     * @param n number of chunks
     * @throws PoolException {@code FULL} beyond the maximum size and {@code DEVICE_FULL} on a full device, with nothing
     *     changed; {@code READ_ONLY}, {@code CLOSED}
     */
    public void allocateChunksTo(final int n) {
        growth.allocateChunksTo(n);
    }

    /**
     * Sets who hears of growth from now on, in place of who did.
     *
     * @param listener {@link GrowthListener#NONE} for nobody
     */
    public void setGrowthListener(final GrowthListener listener) {
        growth.setListener(listener);
    }

    /**
     * Gives blocks to all chunks that a range touches, wherever it lies, so that they may be touched: data, descriptors, and
     * words in the chunk table. Durable in the pool, and not counted in {@link #allocatedChunks}.
     *
     * @param linearOffset first byte of the range
     * @param length bytes
     * @throws PoolException {@code OUT_OF_BOUNDS} beyond {@link #dataBytes}; {@code DEVICE_FULL}, {@code READ_ONLY}, {@code
     *     CLOSED}
     */
    public void allocateRange(final long linearOffset, final long length) {
        growth.allocateRange(linearOffset, length);
    }

    /**
     * Gives the device blocks of a chunk's data back to the file system, where that can be done (hole punching). The chunk's bytes are
     * lost, and must not be touched, not even read, before {@link #refillChunk}: that a chunk is in this state is for the caller to
     * know, durably, before the call. It still counts in {@link #allocatedChunks}.
     *
     * @param chunk one that has blocks
     * @throws PoolException {@code READ_ONLY}, {@code CLOSED}
     */
    public void punchChunk(final int chunk) {
        growth.punch(chunk);
    }

    /**
     * Gives device blocks to a chunk again from which {@link #punchChunk} has taken them, or may have. Its bytes may be anything.
     *
     * @param chunk the chunk
     * @throws PoolException {@code DEVICE_FULL}, {@code READ_ONLY}, {@code CLOSED}
     */
    public void refillChunk(final int chunk) {
        growth.refill(chunk);
    }

    // ---------------------------------------------------------------------------------------------------- its end

    /**
     * Makes everything durable that is not yet, then the mark that says so, and closes. Idempotent.
     *
     * @throws PoolException where the device refuses; the pool is closed then, without the mark
     */
    public void closeCleanly() {
        growth.lock().lock();
        try {
            if (allocation.isClosed()) {
                return;
            }
            try {
                if (!readOnly) {
                    markClean();
                }
            } finally {
                release();
            }
        } finally {
            growth.lock().unlock();
        }
    }

    private void markClean() {
        syncer.checkSound();
        // 1. All data, where persisting did not already wait for the device, or a process that was killed did not get
        // to it.
        if (!isEager() || mayHavePendingWrites()) {
            file.sync();
        }
        // 2. The mark that vouches for it.
        header.update(PoolHeader::markClean, !isEager());
    }

    /** Whether what has been persisted is on the device, without a system call. */
    private boolean isEager() {
        return durability.dax() && durability.mode() != Persistence.Mode.PROCESS_CRASH;
    }

    /** Unmaps and unlocks without the clean mark, as a crash would. Idempotent. */
    @Override
    public void close() {
        growth.lock().lock();
        try {
            if (!allocation.isClosed()) {
                release();
            }
        } finally {
            growth.lock().unlock();
        }
    }

    private void release() {
        growth.end();
        region.close();
        mapping.release();
        if (descriptorFile != null) {
            descriptorFile.close();
        }
        file.close();
    }
}
