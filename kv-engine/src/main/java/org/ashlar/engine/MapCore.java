package org.ashlar.engine;

import java.util.function.LongUnaryOperator;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.index.HashIndex;
import org.ashlar.engine.index.IndexContext;
import org.ashlar.engine.record.Keys;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.Scratch;
import org.ashlar.engine.space.Evacuation;
import org.ashlar.engine.space.Pages;
import org.ashlar.engine.space.Space;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.StoreFullException;
import org.ashlar.kv.ValueWriter;
import org.ashlar.pmem.ExtendedDescriptors;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Persistence;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.RecordedLock;
import org.jspecify.annotations.Nullable;

/**
 * One map of an open store, below the checks that users need: the protocols of put and delete. One instance per map and open, shared by
 * all handles. Keys and values are {@code (base, offset, length)} as in {@link Memory#copyIn}; the caller is inside the epochs.
 */
final class MapCore {
    /** Spreads what differs little over all bits. */
    private static final long GOLDEN_RATIO = 0x9E37_79B9_7F4A_7C15L;

    private static final long MOST_TOUCHED_BYTES = 2048;

    private final Space space;
    private final Persistence persistence;
    private final ExtendedDescriptors extended;
    private final Keys keys;
    private final IndexContext context;
    private final HashIndex index;
    private final int incarnation;
    private final int tailBytes;
    private final int openCounter;
    private final long data;

    /** Guards the tail. */
    private final RecordedLock tailLock = new RecordedLock();

    /** Under its lock, but for the constructor. */
    private long tail;

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
        extended = pool.extended();
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

    /** Hash of a key, for {@link #touch}. */
    long hash(final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        return keys.hash(keyBase, keyOffset, keyLength);
    }

    /**
     * Brings what the look-ups of many hashes will read into the cache, their misses side by side.
     *
     * @param words scratch space, as long as the hashes
     * @param count number of hashes
     * @return something that depends on what was loaded
     */
    long touch(final long[] hashes, final long[] words, final int count) {
        long touched = 0;
        for (int i = 0; i < count; i++) {
            words[i] = index.route(hashes[i]);
        }
        for (int i = 0; i < count; i++) {
            touched += index.touchLines(words[i], hashes[i]);
        }
        for (int i = 0; i < count; i++) {
            touched += index.touchRecord(words[i], hashes[i]);
        }
        return touched;
    }

    /** Loads the lines of a record's place; of a longer one the first and the last: what is written in a row the processor fetches ahead by itself. */
    private static long touchPlace(final long record, final long size) {
        final long end = record + (size <= MOST_TOUCHED_BYTES ? size : 1);
        long sum = Memory.getByte(record + size - 1);
        for (long at = record; at < end; at += Memory.LINE_BYTES) {
            sum += Memory.getLong(at);
        }
        return sum;
    }

    /** Address of the record of a key, its value within the space in use; 0 when there is none. */
    long find(final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        return find(keys.hash(keyBase, keyOffset, keyLength), keyBase, keyOffset, keyLength);
    }

    long find(final long hash, final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        final long record = findAtOnce(hash, keyBase, keyOffset, keyLength);
        return record != 0 ? record : findElsewhere(hash, keyBase, keyOffset, keyLength);
    }

    /** As {@link #find}, for who has asked {@link #findAtOnce} before. */
    long findElsewhere(final long hash, final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        final long record = index.findElsewhere(hash, keyBase, keyOffset, keyLength);
        if (record != 0) {
            checkBounds(record, keyLength);
        }
        return record;
    }

    /** As {@link #find}, where that takes little; 0 when only that can tell. */
    long findAtOnce(final long hash, final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        return index.findAtOnce(hash, keyBase, keyOffset, keyLength);
    }

    /** Checks that a record that a walk has come to is one of this map, and can be read. */
    void checkOwn(final long record) {
        if (RecordHeader.mapIncarnation(record) != incarnation) {
            throw new CorruptStoreException(
                    "the index of map incarnation " + incarnation + " leads to the record at linear offset "
                            + (record - data) + ", which is not of that map; verify the store");
        }
        checkBounds(record);
    }

    /**
     * Checks that the key of a record belongs into the leaf that led to it, and that look-ups find it. Where they miss it because the tag
     * of its entry is damaged, or what goes before it, a put may have made another entry for the key, and this one is old.
     */
    void checkLeaf(final long record, final long page) {
        final long hash = keys.hashOf(record);
        index.checkPrefix(page, hash);
        final long found = index.find(hash, null, record + RecordHeader.BYTES, RecordHeader.keyLength(record));
        if (found != record && index.judge().holds(hash, record)) { // or it was replaced or removed meanwhile
            throw new CorruptStoreException("an entry of map incarnation " + incarnation
                    + " points at the record at linear offset " + (record - data)
                    + ", but no look-up for its key finds it; verify the store");
        }
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

    /** Bytes from a record on that can be read. */
    long readableBytes(final long record) {
        return space.usedBytes() - (record - data);
    }

    static long valueAddress(final long record) {
        return valueAddress(record, RecordHeader.keyLength(record));
    }

    static long valueAddress(final long record, final int keyLength) {
        return record + RecordHeader.BYTES + keyLength;
    }

    /**
     * Put, in order: (1) a slot that nobody sees; (2) the record, whole and durable; (3) the entry, durable (see {@link HashIndex}): the
     * commit; (4) the old record is retired, to be reused when no reader can hold it. A crash before 3 leaves a slot that no entry points
     * at, which is free by definition.
     *
     * @param expected what the key must have, as for {@link HashIndex#put}
     * @return address of the record that was replaced, which can be read until the operation ends; 0 when there was none;
     *     {@link HashIndex#REFUSED}
     */
    long put(
            final Participant participant,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final @Nullable Object valueBase,
            final long valueOffset,
            final int valueLength,
            final long expected) {
        final long old =
                exchange(participant, keyBase, keyOffset, keyLength, valueBase, valueOffset, valueLength, expected);
        if (old > 0) {
            space.retireRecord(participant, old); // 4
        }
        return old;
    }

    /** As {@link #put}, but the caller is to retire the old record. */
    long exchange(
            final Participant participant,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final @Nullable Object valueBase,
            final long valueOffset,
            final int valueLength,
            final long expected) {
        invalidateCount();
        final long hash = keys.hash(keyBase, keyOffset, keyLength);
        if (expected == HashIndex.ABSENT && index.find(hash, keyBase, keyOffset, keyLength) != 0) {
            return HashIndex.REFUSED;
        }
        final Scratch scratch = Scratch.of(participant);
        final long size = RecordHeader.size(keyLength, valueLength);
        final long record = space.allocateRecord(participant, size); // 1
        try {
            // Freed long ago: the first fence would wait for its lines, were they not loaded beside those of the index.
            participant.keep(index.touch(hash) + touchPlace(record, size));
            checkWritable(record, size, hash);
            scratch.writeRecord(
                    record,
                    space.incarnationAt(participant, record, size),
                    incarnation,
                    openCounter,
                    keyBase,
                    keyOffset,
                    keyLength,
                    valueBase,
                    valueOffset,
                    valueLength,
                    tailBytes);
            persistence.persistChecked(record, size); // 2
            noteWrite(record);
        } catch (final RuntimeException | Error e) {
            takeBack(record, size);
            throw e;
        }
        return publish(participant, hash, keyBase, keyOffset, keyLength, record, size, expected);
    }

    /**
     * Before a record is written: a store to a page that can be read and not be written to would not happen, and nothing would say so before the
     * entry is published.
     */
    private static void checkWritable(final long record, final long size, final long hash) {
        for (long at = record; at < record + size; at = (at | (Pages.BYTES - 1)) + 1) {
            Memory.probe(at, (hash + at * GOLDEN_RATIO) & RecordHeader.NO_RECORD);
        }
    }

    /** After a failure before a record was published. A place that cannot be written to would fail whoever gets it next. */
    private void takeBack(final long record, final long size) {
        if (Memory.isReadable(record, size)) {
            space.releaseUnpublished(record, size);
        } else {
            space.keepUnpublishedOut(record, size);
        }
    }

    /** For whom looks at what is hot; nothing where extended descriptors are off. */
    private void noteWrite(final long record) {
        if (extended.isPresent()) {
            final long page = (record - data) >>> Pages.SHIFT;
            extended.recordAllocation(page, incarnation);
            extended.recordWrite(page);
        }
    }

    /** Step 3 of a put. */
    private long publish(
            final Participant participant,
            final long hash,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final long record,
            final long size,
            final long expected) {
        final long old;
        try {
            old = index.put(participant, hash, keyBase, keyOffset, keyLength, record, expected); // 3
        } catch (final StoreFullException | CorruptStoreException e) {
            space.releaseUnpublished(record, size);
            throw e; // after another failure, of a sync or the media, nobody knows whether it was published: it stays
            // taken
        }
        if (old == HashIndex.REFUSED) {
            space.releaseUnpublished(record, size);
        }
        return old;
    }

    /**
     * As {@link #put}, for a value that user code writes where it stays.
     *
     * @throws WriterException when the writer throws what would make the caller try again
     */
    void putInPlace(
            final Participant participant,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final int valueLength,
            final ValueWriter writer) {
        invalidateCount();
        final long hash = keys.hash(keyBase, keyOffset, keyLength);
        final Scratch scratch = Scratch.of(participant);
        final long size = RecordHeader.size(keyLength, valueLength);
        participant.keep(index.touch(hash));
        final long record = space.allocateRecord(participant, size);
        boolean isWritten = false;
        try {
            participant.enterScope();
            checkWritable(record, size, hash);
            scratch.writeRecordInPlace(
                    record,
                    space.incarnationAt(participant, record, size),
                    incarnation,
                    openCounter,
                    keyBase,
                    keyOffset,
                    keyLength,
                    valueLength,
                    writer);
            persistence.persist(record, size);
            noteWrite(record);
            isWritten = true;
        } catch (final StoreFullException e) {
            // This record has its place: it is another store's, or of a call that the writer made.
            throw new WriterException(e);
        } finally {
            participant.leaveScope();
            if (!isWritten) {
                takeBack(record, size); // the writer may throw what it likes, checked exceptions too
            }
        }
        final long old = publish(participant, hash, keyBase, keyOffset, keyLength, record, size, HashIndex.ANYTHING);
        if (old > 0) {
            space.retireRecord(participant, old);
        }
    }

    /**
     * Moves a record to another place, with the steps of a put. Nothing happens if the key has got another record meanwhile, or none.
     *
     * @param record a live record of this map that has been checked
     * @param keyLength its bytes of key, as they were checked
     * @param valueLength its bytes of value, as they were checked
     * @throws StoreFullException when there is no room
     */
    void move(
            final Participant participant,
            final long record,
            final int keyLength,
            final int valueLength,
            final Evacuation evacuation) {
        final long keyOffset = record + RecordHeader.BYTES;
        final long size = RecordHeader.size(keyLength, valueLength);
        final long hash = keys.hash(null, keyOffset, keyLength);
        participant.keep(index.touch(hash));
        final long copy = evacuation.allocate(participant, size);
        try {
            checkWritable(copy, size, hash);
            Scratch.of(participant)
                    .writeRecord(
                            copy,
                            space.incarnationAt(participant, copy, size),
                            incarnation,
                            openCounter,
                            null,
                            keyOffset,
                            keyLength,
                            null,
                            keyOffset + keyLength,
                            valueLength,
                            tailBytes);
            persistence.persist(copy, size);
        } catch (final RuntimeException | Error e) {
            takeBack(copy, size);
            throw e;
        }
        if (publish(participant, hash, null, keyOffset, keyLength, copy, size, record) > 0) {
            space.retireRecord(participant, record);
        }
    }

    /**
     * Delete: the entry goes, durably, through a tombstone; then the record is retired.
     *
     * @param expected what the key must have, as for {@link HashIndex#remove}
     * @return address of the record that it had, which can be read until the operation ends; 0 when there was none;
     *     {@link HashIndex#REFUSED}
     */
    long delete(
            final Participant participant,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final long expected) {
        final long old = unlink(participant, keyBase, keyOffset, keyLength, expected);
        if (old > 0) {
            space.retireRecord(participant, old);
        }
        return old;
    }

    /** As {@link #delete}, but the caller is to retire the old record. */
    long unlink(
            final Participant participant,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final long expected) {
        invalidateCount();
        participant.noteMutation(); // before the entry goes
        final long hash = keys.hash(keyBase, keyOffset, keyLength);
        return index.remove(participant, hash, keyBase, keyOffset, keyLength, expected);
    }

    private void invalidateCount() {
        if (!countInvalidated) {
            invalidateCountOnce();
        }
    }

    private void invalidateCountOnce() {
        tailLock.lock();
        try {
            if (!countInvalidated) {
                RootTail.setCount(tail, -1);
                persistence.persist(tail + RootTail.COUNT_OFFSET, Long.BYTES); // before the first change
                countInvalidated = true;
            }
        } finally {
            tailLock.unlock();
        }
    }

    /**
     * Gives the map another root tail; the old one may be read until the operations that run now have ended.
     *
     * @param home makes the new tail, durably, with a root word that does not change meanwhile and a count that is not valid; returns its
     *     address
     */
    void moveTail(final LongUnaryOperator home) {
        tailLock.lock();
        try {
            index.moveRoot(root -> {
                tail = home.applyAsLong(root);
                countInvalidated = true;
                return tail + RootTail.ROOT_OFFSET;
            });
        } finally {
            tailLock.unlock();
        }
    }

    /** At a clean close: all changes are durable and none is running. */
    void saveCount() {
        tailLock.lock();
        try {
            final long known = index.knownCount();
            if (known >= 0 && RootTail.count(tail) != known) {
                RootTail.setCount(tail, known);
                persistence.persist(tail + RootTail.COUNT_OFFSET, Long.BYTES);
            }
        } finally {
            tailLock.unlock();
        }
    }
}
