package org.ashlar.engine;

import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.index.HashIndex;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.kv.StoreFullException;
import org.ashlar.kv.ValueWriter;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.PoolException;
import org.jspecify.annotations.Nullable;

/**
 * The writing half of a handle: enters and leaves the epochs, tries again when space can be had, translates errors. Arguments have been
 * checked. Keys and values are {@code (base, offset, length)} as in {@link Memory#copyIn}.
 *
 * <p>A comparison with an expected value finds the record, compares its bytes under no lock, and then asks the index to replace that very
 * record: records do not change, and while the operation runs nothing else can be at the same place.
 */
final class MapWrites {
    /** What other threads have retired but not yet given back is not lost: they are asked for it, and given a moment. */
    private static final int ATTEMPTS_WHEN_FULL = 5;

    private final EngineStore store;
    private final MapRef map;
    private final MapReads reads;

    MapWrites(final EngineStore store, final MapRef map, final MapReads reads) {
        this.store = store;
        this.map = map;
        this.reads = reads;
    }

    /** Stores a value if the key meets an expectation of {@link HashIndex#put}; tells whether it did. */
    boolean put(
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final @Nullable Object valueBase,
            final long valueOffset,
            final int valueLength,
            final long expected) {
        for (int attempt = 1; ; attempt++) {
            final Participant participant = store.enterForWriting();
            try {
                final long old = map.core()
                        .put(participant, keyBase, keyOffset, keyLength, valueBase, valueOffset, valueLength, expected);
                store.upkeep().afterWrite(participant);
                return old != HashIndex.REFUSED;
            } catch (final StoreFullException e) {
                giveUpAfter(attempt, e);
            } catch (final InternalError e) {
                throw Errors.mediaError(e);
            } catch (final PoolException e) {
                throw Errors.translate(e);
            } finally {
                Epochs.exit(participant);
            }
            store.upkeep().makeRoom(attempt);
        }
    }

    private void giveUpAfter(final int attempt, final StoreFullException e) {
        if (attempt == ATTEMPTS_WHEN_FULL) {
            throw store.withAvailable(e);
        }
    }

    /** Stores a value if the key meets an expectation; a copy of what it replaced, or null. */
    byte @Nullable [] getAndPut(final byte[] key, final byte[] value, final long expected) {
        for (int attempt = 1; ; attempt++) {
            final Participant participant = store.enterForWriting();
            try {
                final MapCore core = map.core();
                long old = HashIndex.REFUSED;
                for (boolean isSettled = false; !isSettled; ) {
                    final long found = checked(participant, key, expected);
                    old = core.put(
                            participant,
                            key,
                            Memory.ARRAY_BASE,
                            key.length,
                            value,
                            Memory.ARRAY_BASE,
                            value.length,
                            found);
                    isSettled = old != HashIndex.REFUSED || found == expected;
                }
                final byte[] copy = copyOf(core, old);
                store.upkeep().afterWrite(participant);
                return copy;
            } catch (final StoreFullException e) {
                giveUpAfter(attempt, e);
            } catch (final InternalError e) {
                throw Errors.mediaError(e);
            } catch (final PoolException e) {
                throw Errors.translate(e);
            } finally {
                Epochs.exit(participant);
            }
            store.upkeep().makeRoom(attempt);
        }
    }

    /** Stores a value that user code writes in place. */
    void putInPlace(
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final int valueLength,
            final ValueWriter writer) {
        for (int attempt = 1; ; attempt++) {
            final Participant participant = store.enterForWriting();
            try {
                map.core().putInPlace(participant, keyBase, keyOffset, keyLength, valueLength, writer);
                store.upkeep().afterWrite(participant);
                return;
            } catch (final WriterException e) {
                throw e.thrown();
            } catch (final StoreFullException e) {
                giveUpAfter(attempt, e);
            } catch (final InternalError e) {
                throw Errors.mediaError(e);
            } catch (final PoolException e) {
                throw Errors.translate(e);
            } finally {
                Epochs.exit(participant);
            }
            store.upkeep().makeRoom(attempt);
        }
    }

    /** Compare and set. */
    boolean replace(
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final @Nullable Object expectedBase,
            final long expectedOffset,
            final int expectedLength,
            final @Nullable Object valueBase,
            final long valueOffset,
            final int valueLength) {
        for (int attempt = 1; ; attempt++) {
            final Participant participant = store.enterForWriting();
            try {
                final MapCore core = map.core();
                long old = HashIndex.REFUSED;
                while (old == HashIndex.REFUSED) { // somebody else has changed the value meanwhile
                    final long record = reads.find(participant, keyBase, keyOffset, keyLength);
                    if (record == 0 || !hasValue(record, expectedBase, expectedOffset, expectedLength)) {
                        return false;
                    }
                    old = core.put(
                            participant, keyBase, keyOffset, keyLength, valueBase, valueOffset, valueLength, record);
                }
                store.upkeep().afterWrite(participant);
                return true;
            } catch (final StoreFullException e) {
                giveUpAfter(attempt, e);
            } catch (final InternalError e) {
                throw Errors.mediaError(e);
            } catch (final PoolException e) {
                throw Errors.translate(e);
            } finally {
                Epochs.exit(participant);
            }
            store.upkeep().makeRoom(attempt);
        }
    }

    /** Removes a key; tells whether it was there. */
    boolean delete(final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        final Participant participant = store.enterForWriting();
        try {
            final long old = map.core().delete(participant, keyBase, keyOffset, keyLength, HashIndex.ANYTHING);
            store.upkeep().afterWrite(participant);
            return old != 0;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    /** Removes a key; a copy of its value, or null. */
    byte @Nullable [] getAndDelete(final byte[] key) {
        final Participant participant = store.enterForWriting();
        try {
            final MapCore core = map.core();
            long old = HashIndex.REFUSED;
            while (old == HashIndex.REFUSED) { // somebody else has changed the value meanwhile
                final long found = checked(participant, key, HashIndex.ANYTHING);
                old = found == HashIndex.ABSENT
                        ? 0
                        : core.delete(participant, key, Memory.ARRAY_BASE, key.length, found);
            }
            final byte[] copy = copyOf(core, old);
            store.upkeep().afterWrite(participant);
            return copy;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    /** Removes a key that has an expected value. */
    boolean delete(
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final @Nullable Object expectedBase,
            final long expectedOffset,
            final int expectedLength) {
        final Participant participant = store.enterForWriting();
        try {
            final MapCore core = map.core();
            long old = HashIndex.REFUSED;
            while (old == HashIndex.REFUSED) {
                final long record = reads.find(participant, keyBase, keyOffset, keyLength);
                if (record == 0 || !hasValue(record, expectedBase, expectedOffset, expectedLength)) {
                    return false;
                }
                old = core.delete(participant, keyBase, keyOffset, keyLength, record);
            }
            store.upkeep().afterWrite(participant);
            return old != 0;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    private static boolean hasValue(
            final long record, final @Nullable Object base, final long offset, final int length) {
        return RecordHeader.valueLength(record) == length
                && Memory.isEqual(MapCore.valueAddress(record), base, offset, length);
    }

    /**
     * What to expect where the value that a key has is to be handed out: when reads are verified, the record that was, so that none that was
     * damaged is replaced and handed out.
     *
     * @param expected what the caller expects, which any record meets
     */
    private long checked(final Participant participant, final byte[] key, final long expected) {
        if (!reads.verifies()) {
            return expected;
        }
        final long record = reads.find(participant, key, Memory.ARRAY_BASE, key.length);
        return record == 0 && expected == HashIndex.EXISTING ? expected : record;
    }

    /** The value of a record that this operation has replaced or removed: nobody can use its place again before it ends. */
    private static byte @Nullable [] copyOf(final MapCore core, final long record) {
        if (record == 0 || record == HashIndex.REFUSED) {
            return null;
        }
        core.checkBounds(record);
        final byte[] value = new byte[RecordHeader.valueLength(record)];
        Memory.copyToHeap(null, MapCore.valueAddress(record), value, 0, value.length);
        return value;
    }
}
