package org.ashlar.engine;

import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.index.HashIndex;
import org.ashlar.engine.index.IndexContext;
import org.ashlar.engine.record.Keys;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.Scratch;
import org.ashlar.engine.space.Space;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Persistence;
import org.ashlar.pmem.Pool;
import org.jspecify.annotations.Nullable;

/**
 * One map of an open store, below the checks that users need: the protocols of put and delete. One instance per map and open, shared by
 * all handles. Keys and values are {@code (base, offset, length)} as in {@link Memory#copyIn}; the caller is inside the epochs.
 */
final class MapCore {
    private final Space space;
    private final Persistence persistence;
    private final Keys keys;
    private final IndexContext context;
    private final HashIndex index;
    private final int incarnation;
    private final int tailBytes;
    private final int openCounter;
    private final long data;
    private final long tail;
    private volatile boolean countInvalidated;

    /**
     * Binds a map.
     *
     * @param tail address of the map's {@link RootTail}
     * @param trustCount whether a count found there can be trusted
     */
    MapCore(
            final Pool pool,
            final Space space,
            final Keys keys,
            final IndexContext context,
            final int incarnation,
            final long tail,
            final boolean trustCount) {
        this.space = space;
        this.keys = keys;
        this.context = context;
        this.incarnation = incarnation;
        this.tail = tail;
        persistence = pool.persistence();
        data = pool.dataAddress();
        openCounter = pool.openCounter();
        tailBytes = incarnation == IndexContext.CATALOG_INCARNATION ? RecordHeader.TAIL_BYTES : 0;
        index = new HashIndex(
                context, incarnation, tail + RootTail.ROOT_OFFSET, trustCount ? RootTail.count(tail) : -1);
    }

    HashIndex index() {
        return index;
    }

    int incarnation() {
        return incarnation;
    }

    int tailBytes() {
        return tailBytes;
    }

    /** Address of the record of a key, its value within the space in use; 0 when there is none. */
    long find(final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        final long record = index.find(keys.hash(keyBase, keyOffset, keyLength), keyBase, keyOffset, keyLength);
        if (record != 0) {
            checkBounds(record, keyLength);
        }
        return record;
    }

    void checkBounds(final long record) {
        checkBounds(record, RecordHeader.keyLength(record));
    }

    private void checkBounds(final long record, final int keyLength) {
        final int valueLength = RecordHeader.valueLength(record);
        if (valueLength < 0 || !context.isInUse(record - data + RecordHeader.size(keyLength, valueLength))) {
            throw new CorruptStoreException("the record at linear offset " + (record - data) + " claims a value of "
                    + valueLength + " bytes, beyond the space in use; verify the store");
        }
    }

    static long valueAddress(final long record) {
        return record + RecordHeader.BYTES + RecordHeader.keyLength(record);
    }

    /**
     * Put, in order: (1) a slot that nobody sees; (2) the record, whole and durable; (3) the entry, durable (see {@link HashIndex}): the
     * commit; (4) the old record is retired, to be reused when no reader can hold it. A crash before 3 leaves a slot that no entry points
     * at, which is free by definition.
     *
     * @return whether the key's value is now this one
     */
    boolean put(
            final Participant participant,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final @Nullable Object valueBase,
            final long valueOffset,
            final int valueLength,
            final boolean onlyIfAbsent) {
        invalidateCount();
        final long hash = keys.hash(keyBase, keyOffset, keyLength);
        if (onlyIfAbsent && index.find(hash, keyBase, keyOffset, keyLength) != 0) {
            return false;
        }
        final Scratch scratch = Scratch.of(participant);
        scratch.touchedSum += index.touch(hash);
        final long size = RecordHeader.size(keyLength, valueLength);
        final long record = space.allocateRecord(participant, size); // 1
        final long old;
        try {
            scratch.writeRecord(
                    record,
                    space.incarnationAt(record, size),
                    incarnation,
                    openCounter,
                    keyBase,
                    keyOffset,
                    keyLength,
                    valueBase,
                    valueOffset,
                    valueLength,
                    tailBytes);
            persistence.persist(record, size); // 2
            old = index.put(participant, hash, keyBase, keyOffset, keyLength, record, onlyIfAbsent); // 3
        } catch (final RuntimeException e) {
            space.releaseUnpublished(record);
            throw e;
        }
        if (old == HashIndex.PRESENT) {
            space.releaseUnpublished(record);
            return false;
        }
        if (old != 0) {
            space.retireRecord(participant, old); // 4
        }
        return true;
    }

    /** Delete: the entry goes, durably, through a tombstone; then the record is retired. */
    boolean delete(
            final Participant participant, final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        invalidateCount();
        participant.noteMutation(); // before the entry goes
        final long old =
                index.remove(participant, keys.hash(keyBase, keyOffset, keyLength), keyBase, keyOffset, keyLength);
        if (old == 0) {
            return false;
        }
        space.retireRecord(participant, old);
        return true;
    }

    private void invalidateCount() {
        if (!countInvalidated) {
            invalidateCountOnce();
        }
    }

    private synchronized void invalidateCountOnce() {
        if (!countInvalidated) {
            RootTail.setCount(tail, -1);
            persistence.persist(tail + RootTail.COUNT_OFFSET, Long.BYTES); // before the first change
            countInvalidated = true;
        }
    }

    /** At a clean close: all changes are durable and none is running. */
    void saveCount() {
        final long known = index.knownCount();
        if (known >= 0 && RootTail.count(tail) != known) {
            RootTail.setCount(tail, known);
            persistence.persist(tail + RootTail.COUNT_OFFSET, Long.BYTES);
        }
    }
}
