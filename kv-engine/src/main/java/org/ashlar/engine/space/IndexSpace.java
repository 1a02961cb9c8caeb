package org.ashlar.engine.space;

import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.pmem.CoreDescriptor;
import org.ashlar.pmem.Descriptors;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Pool;
import org.roaringbitmap.RoaringBitmap;

/**
 * Index pages, one at a time. In the chunk header's bitmap a set bit is a page that is taken, or not yet judged. Page 0 of chunk 0
 * is never given out, so that linear offset 0 can mean "none".
 */
final class IndexSpace {
    /** Descriptor flag of a page that a sweep found unfit for use. */
    private static final int KEPT_FLAGS = SlotPage.LISTED; // the page may still be linked in a list of slot pages

    private final Chunks chunks;
    private final Descriptors descriptors;
    private final Epochs epochs;
    private final Liveness liveness;
    private final Quarantine quarantine;
    private final long data;
    private final int pagesPerChunk;

    /** Index chunks with free pages; under the space lock. */
    private final RoaringBitmap chunksWithPages = new RoaringBitmap();

    IndexSpace(
            final Pool pool,
            final Chunks chunks,
            final Epochs epochs,
            final Liveness liveness,
            final Quarantine quarantine) {
        this.chunks = chunks;
        this.epochs = epochs;
        this.liveness = liveness;
        this.quarantine = quarantine;
        descriptors = pool.descriptors();
        data = pool.dataAddress();
        pagesPerChunk = pool.geometry().pagesPerChunk();
    }

    /** Takes a page that can be read; its descriptor is initialised and unlocked, its old content is garbage. */
    long allocate(final Participant participant, final ChunkSource source) {
        long address = take(participant, source);
        while (!Memory.isReadable(address, Pages.BYTES) // to write to it could end the JVM
                || !descriptors.isReadable(pageOf(address))
                || !format(pageOf(address))) {
            quarantine.addIndexPage();
            address = take(participant, source);
        }
        return address;
    }

    private long pageOf(final long address) {
        return (address - data) >>> Pages.SHIFT;
    }

    private long take(final Participant participant, final ChunkSource source) {
        if (chunksWithPages.isEmpty()) { // a racy look; at worst a few pages are judged early
            source.sweepSome(participant, true); // once: a put looks at few of the pages of earlier opens
        }
        chunks.lock.lock();
        try {
            chunks.keepUnreadableOut(chunksWithPages);
            if (chunksWithPages.isEmpty()) {
                final int chunk = source.takeChunk(ChunkWord.INDEX, Pages.BYTES);
                if (chunk == 0) {
                    PageBitmap.set(descriptors.chunkHeader(chunk), 0, 1);
                }
                chunksWithPages.add(chunk);
            }
            final int chunk = chunksWithPages.first();
            final long header = descriptors.chunkHeader(chunk);
            final int page = PageBitmap.firstClear(header, pagesPerChunk);
            PageBitmap.set(header, page, 1);
            if (PageBitmap.firstClear(header, pagesPerChunk) == pagesPerChunk) {
                chunksWithPages.remove(chunk);
            }
            return chunks.addressOf(chunk) + ((long) page << Pages.SHIFT);
        } finally {
            chunks.lock.unlock();
        }
    }

    /** False for a page that is in use, by the caller itself perhaps, whatever damaged words say: its descriptor stays locked. */
    private boolean format(final long page) {
        if (descriptors.beginInitialisation(page)) {
            Memory.putInt(descriptors.core(page) + CoreDescriptor.FLAGS_OFFSET, CoreDescriptor.CORE);
            descriptors.endInitialisation(page);
            return true;
        }
        final long descriptor = descriptors.core(page);
        if (!descriptors.lockSoon(descriptor)) {
            return false;
        }
        final int kept = Memory.getInt(descriptor + CoreDescriptor.FLAGS_OFFSET) & KEPT_FLAGS;
        Memory.putInt(descriptor + CoreDescriptor.FLAGS_OFFSET, CoreDescriptor.CORE | kept);
        descriptors.unlock(descriptor);
        return true;
    }

    /** Gives a page back. Nobody can hold it any more. */
    void free(final long address) {
        final int chunk = chunks.chunkOf(address);
        final int page = (int) ((address - chunks.addressOf(chunk)) >>> Pages.SHIFT);
        chunks.lock.lock();
        try {
            final long header = chunks.header(chunk);
            if (!PageBitmap.get(header, page)) {
                throw new CorruptStoreException("index page " + page + " of chunk " + chunk
                        + " was to be given back twice, as if two ways had led to it; verify the store");
            }
            PageBitmap.clear(header, page, 1);
            if (PageBitmap.isAllClear(header, pagesPerChunk)) {
                chunksWithPages.remove(chunk);
                chunks.release(chunk);
            } else {
                chunksWithPages.add(chunk);
            }
        } finally {
            chunks.lock.unlock();
        }
    }

    /** First touch of an index chunk that an earlier open left: until they are judged, all its pages count as taken. */
    void initialiseChunk(final int chunk) {
        if (descriptors.beginChunkInitialisation(chunk)) {
            PageBitmap.set(descriptors.chunkHeader(chunk), 0, pagesPerChunk);
            descriptors.endChunkInitialisation(chunk);
        }
    }

    /** First touch of an index page by the sweep (writers touch only pages that they were led to, which are live). */
    void initialisePage(final Participant participant, final long page) {
        if (page == 0 || !descriptors.beginInitialisation(page)) {
            return;
        }
        final long address = data + (page << Pages.SHIFT);
        final Liveness.Verdict verdict;
        try {
            verdict = judge(participant, address);
            Memory.putInt(descriptors.core(page) + CoreDescriptor.FLAGS_OFFSET, CoreDescriptor.CORE);
        } catch (final RuntimeException | Error e) {
            descriptors.abandonInitialisation(page);
            throw e;
        }
        descriptors.endInitialisation(page);
        if (verdict == Liveness.Verdict.DEAD) {
            epochs.retire(participant, Space.indexPageCode(address));
        } else if (verdict == Liveness.Verdict.SUSPECT) {
            quarantine.addIndexPage();
        }
    }

    /** A page that cannot be read, or whose way from the root cannot or is damaged, is as good as one that fails its check. */
    private Liveness.Verdict judge(final Participant participant, final long address) {
        try {
            final Liveness.Verdict verdict = liveness.judgeIndexPage(participant, address);
            Memory.settleFaults(); // before the verdict is relied on
            return verdict;
        } catch (final InternalError | CorruptStoreException e) {
            return Liveness.Verdict.SUSPECT;
        }
    }

    boolean isTaken(final long address) {
        final int chunk = chunks.chunkOf(address);
        return descriptors.isChunkInitialised(chunk)
                && PageBitmap.get(
                        descriptors.chunkHeader(chunk), (int) ((address - chunks.addressOf(chunk)) >>> Pages.SHIFT));
    }
}
