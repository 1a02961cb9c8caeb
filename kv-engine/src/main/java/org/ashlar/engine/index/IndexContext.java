package org.ashlar.engine.index;

import java.util.concurrent.atomic.LongAdder;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.record.Keys;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.space.Pages;
import org.ashlar.engine.space.Space;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.pmem.Descriptors;
import org.ashlar.pmem.ExtendedDescriptors;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Persistence;
import org.ashlar.pmem.Pool;

/** What the indexes of all maps of a store share. */
public final class IndexContext {
    /** Map incarnation of the catalog. */
    public static final int CATALOG_INCARNATION = 1;

    /** Map incarnation that root records bear; their key is the incarnation of their map. */
    public static final int ROOT_INCARNATION = 2;

    /** First incarnation that a map can have. */
    public static final int FIRST_INCARNATION = 16;

    final Space space;
    final Keys keys;
    final Persistence persistence;
    final Descriptors descriptors;
    final ExtendedDescriptors extended;
    final long data;
    final int openCounter;
    final boolean readOnly;
    final boolean mayHavePendingWrites;
    /** A figure of {@link Space#usedBytes}, which never falls: so an old one is safe. */
    private long inUse;

    /** The same as an address; 0 where nothing is to be found at once. */
    private long knownEnd;

    private boolean findsAtOnce = true;

    final LongAdder splits = new LongAdder();
    final LongAdder recordsReadBySplits = new LongAdder();

    /**
     * Binds the parts together.
     *
     * @param pool the open pool
     * @param space its allocator
     * @param keys its hash
     */
    public IndexContext(final Pool pool, final Space space, final Keys keys) {
        this.space = space;
        this.keys = keys;
        persistence = pool.persistence();
        descriptors = pool.descriptors();
        extended = pool.extended();
        data = pool.dataAddress();
        openCounter = pool.openCounter();
        readOnly = pool.readOnly();
        mayHavePendingWrites = pool.mayHavePendingWrites();
    }

    /**
     * Pages split since open.
     *
     * @return number
     */
    public long splits() {
        return splits.sum();
    }

    /**
     * Records that splits had to read.
     *
     * @return number
     */
    public long recordsReadBySplits() {
        return recordsReadBySplits.sum();
    }

    /**
     * Whether all bytes below a linear offset are in use, so that they can be read.
     *
     * @param end linear offset
     * @return true when they are
     */
    public boolean isInUse(final long end) {
        return end <= inUse || isInUseByNow(end);
    }

    /** Address up to which all of the pool is in use; what was taken into use lately may be missing. */
    long knownEnd() {
        return knownEnd;
    }

    /** Has {@link HashIndex#findAtOnce} find nothing from here on, for stores that look at each record before they hand it out. */
    public synchronized void findNothingAtOnce() {
        findsAtOnce = false;
        knownEnd = 0;
    }

    /** Whether a word names a page that can be read, whatever is there; false when only {@link #pageOf} can tell. */
    boolean isKnownPage(final long leafWord) {
        return leafWord >= 0 && leafWord < inUse;
    }

    /** One thread at a time, so that none puts an older figure in the place of a newer one. */
    private synchronized boolean isInUseByNow(final long end) {
        inUse = space.usedBytes();
        knownEnd = data + (findsAtOnce ? inUse : 0);
        return end <= inUse;
    }

    /** A page of the index of a map; its bytes are garbage. */
    long allocatePage(final Participant participant, final int incarnation) {
        final long page = space.allocateIndexPage(participant);
        extended.recordAllocation(pageNumber(page), incarnation);
        return page;
    }

    /**
     * Gives back a leaf that nothing names.
     *
     * @param word what {@link HashIndex#plantLeaf} returned
     */
    public void releaseUnpublishedLeaf(final long word) {
        space.releaseUnpublishedIndexPage(pageOf(word));
    }

    /** Makes a range durable, before this open relies on it, that a process that was killed may have left pending. */
    void settle(final long address, final long bytes) {
        if (mayHavePendingWrites) {
            persistence.persist(address, bytes);
        }
    }

    long pageNumber(final long page) {
        return (page - data) >>> Pages.SHIFT;
    }

    /** The page that a word names, checked to be one that can be read. */
    long pageOf(final long leafWord) {
        if (leafWord <= 0 || !isInUse(leafWord + 1)) { // what is in use ends with a page
            throw new CorruptStoreException(
                    "an index word is not valid: 0x" + Long.toHexString(leafWord) + "; close the store and verify it");
        }
        return data + LeafWord.linearOffset(leafWord);
    }

    /** The record that an entry points at, checked to be one whose header can be read. */
    long recordOf(final long entry) {
        final long offset = Entry.linearOffset(entry);
        if (!isInUse(offset + RecordHeader.BYTES)) {
            throw new CorruptStoreException("an index entry points at linear offset " + offset + ", beyond the "
                    + space.usedBytes() + " bytes in use");
        }
        return data + offset;
    }

    /** The hash of a record's key, after a check that the key can be read. */
    long hashOf(final long record) {
        Memory.checkReadable(record, RecordHeader.BYTES); // else the length means nothing
        final long end = record - data + RecordHeader.BYTES + RecordHeader.keyLength(record);
        if (!isInUse(end)) {
            throw new CorruptStoreException("the record at linear offset " + (record - data) + " claims a key of "
                    + RecordHeader.keyLength(record) + " bytes, beyond the space in use");
        }
        return keys.hashOf(record);
    }
}
