package org.ashlar.engine;

import org.agrona.MutableDirectBuffer;
import org.ashlar.engine.epoch.Entrance;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.Scratch;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.EntryVisitor;
import org.ashlar.kv.IndexedValueReader;
import org.ashlar.kv.ToLongValueReader;
import org.ashlar.kv.ValueReader;
import org.ashlar.kv.ValueView;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.PoolException;
import org.jspecify.annotations.Nullable;

/**
 * The reading half of a handle: enters and leaves the epochs, hands out views, translates errors. Arguments have been checked. Keys are
 * {@code (base, offset, length)} as in {@link Memory#copyIn}.
 */
final class MapReads {
    private final Entrance entrance;
    private final MapRef map;
    private final PageWatch watch;
    private final boolean verifyReads;

    /** Whether anything is to be done with a record that was found, before its bytes are handed out; then none is found at once. */
    private final boolean inspects;

    MapReads(final EngineStore store, final MapRef map, final boolean verifyReads, final PageWatch watch) {
        entrance = store.entrance();
        this.map = map;
        this.watch = watch;
        this.verifyReads = verifyReads;
        inspects = verifyReads || watch.isOn();
    }

    // ------------------------------------------------------------------------------------------------------ one key

    /** A copy of a value, or null. */
    byte @Nullable [] get(final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        final Participant participant = entrance.enter();
        try {
            final long record = find(participant, keyBase, keyOffset, keyLength);
            if (record == 0) {
                return null;
            }
            final byte[] value = new byte[RecordHeader.valueLength(record)];
            Memory.copyToHeap(null, MapCore.valueAddress(record, keyLength), value, 0, value.length);
            return value;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    /** Copies a value into a buffer if it fits; its length, or -1. */
    int get(
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final MutableDirectBuffer target,
            final int targetOffset) {
        final Participant participant = entrance.enter();
        try {
            final MapCore core = map.core();
            final long hash = core.hash(keyBase, keyOffset, keyLength);
            final long record = core.findAtOnce(hash, keyBase, keyOffset, keyLength);
            if (record == 0) {
                return getSlowly(participant, core, hash, keyBase, keyOffset, keyLength, target, targetOffset);
            }
            return copyValue(record, keyLength, target, targetOffset);
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    /** Not a part of the other: what is kept for a call is not in registers. */
    private int getSlowly(
            final Participant participant,
            final MapCore core,
            final long hash,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final MutableDirectBuffer target,
            final int targetOffset) {
        final long record = findElsewhere(participant, core, hash, keyBase, keyOffset, keyLength);
        return record == 0 ? -1 : copyValue(record, keyLength, target, targetOffset);
    }

    private static int copyValue(
            final long record, final int keyLength, final MutableDirectBuffer target, final int targetOffset) {
        final int length = RecordHeader.valueLength(record);
        if (length <= target.capacity() - targetOffset) {
            Memory.copyOut(
                    MapCore.valueAddress(record, keyLength),
                    target.byteArray(),
                    target.addressOffset() + targetOffset,
                    length);
        }
        return length;
    }

    boolean contains(final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        final Participant participant = entrance.enter();
        try {
            return find(participant, keyBase, keyOffset, keyLength) != 0;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    <R extends @Nullable Object> @Nullable R read(
            final @Nullable Object keyBase, final long keyOffset, final int keyLength, final ValueReader<R> reader) {
        final Participant participant = entrance.enter();
        try {
            final long record = find(participant, keyBase, keyOffset, keyLength);
            if (record == 0) {
                return null;
            }
            try {
                return reader.read(openValue(participant, record, keyLength));
            } finally {
                closeValue(participant);
            }
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    long readLong(
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final ToLongValueReader reader,
            final long absent) {
        final Participant participant = entrance.enter();
        try {
            final MapCore core = map.core();
            final long hash = core.hash(keyBase, keyOffset, keyLength);
            final long record = core.findAtOnce(hash, keyBase, keyOffset, keyLength);
            if (record == 0) {
                return readLongSlowly(participant, core, hash, keyBase, keyOffset, keyLength, reader, absent);
            }
            return readLong(participant, record, keyLength, reader);
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    private long readLongSlowly(
            final Participant participant,
            final MapCore core,
            final long hash,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final ToLongValueReader reader,
            final long absent) {
        final long record = findElsewhere(participant, core, hash, keyBase, keyOffset, keyLength);
        return record == 0 ? absent : readLong(participant, record, keyLength, reader);
    }

    private static long readLong(
            final Participant participant, final long record, final int keyLength, final ToLongValueReader reader) {
        try {
            return reader.read(openValue(participant, record, keyLength));
        } finally {
            closeValue(participant);
        }
    }

    /** Whether each read checks the checksum of what it reads. */
    boolean verifies() {
        return verifyReads;
    }

    /** Address of the record of a key, its checksum checked where reads are verified; 0 when there is none. */
    long find(
            final Participant participant, final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        final long record = map.core().find(keyBase, keyOffset, keyLength);
        if (inspects && record != 0) {
            inspect(participant, record);
        }
        return record;
    }

    /** As the other, where nothing was found at once. */
    private long findElsewhere(
            final Participant participant,
            final MapCore core,
            final long hash,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength) {
        final long record = core.findElsewhere(hash, keyBase, keyOffset, keyLength);
        if (inspects && record != 0) {
            inspect(participant, record);
        }
        return record;
    }

    private void inspect(final Participant participant, final long record) {
        watch.noteRead(record);
        if (verifyReads) {
            checkIntact(participant, record);
        }
    }

    private void checkIntact(final Participant participant, final long record) {
        if (!Scratch.of(participant).isRecordIntact(record, 0, map.core().readableBytes(record))) {
            throw new CorruptStoreException("a record of map '" + map.name() + "', with a key of "
                    + RecordHeader.keyLength(record) + " and a value of " + RecordHeader.valueLength(record)
                    + " bytes, fails its checksum; verify the store");
        }
    }

    // ---------------------------------------------------------------------------------------------------- many keys

    int readAll(final byte[][] keys, final IndexedValueReader reader) {
        final Participant participant = entrance.enter();
        try {
            final MapCore core = map.core();
            final long[] hashes = Scratch.of(participant).batchHashes;
            int found = 0;
            for (int from = 0; from < keys.length; from += Scratch.BATCH) {
                final int count = Math.min(Scratch.BATCH, keys.length - from);
                for (int i = 0; i < count; i++) {
                    final byte[] key = keys[from + i];
                    hashes[i] = core.hash(key, Memory.ARRAY_BASE, key.length);
                }
                touch(participant, core, count);
                for (int i = 0; i < count; i++) {
                    final byte[] key = keys[from + i];
                    found +=
                            readOne(participant, core, from + i, hashes[i], key, Memory.ARRAY_BASE, key.length, reader);
                }
            }
            return found;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    /** As the other, for keys of one length side by side. */
    int readAll(
            final @Nullable Object base,
            final long first,
            final int keyLength,
            final int count,
            final IndexedValueReader reader) {
        final Participant participant = entrance.enter();
        try {
            final MapCore core = map.core();
            final long[] hashes = Scratch.of(participant).batchHashes;
            int found = 0;
            for (int from = 0; from < count; from += Scratch.BATCH) {
                final int batch = Math.min(Scratch.BATCH, count - from);
                for (int i = 0; i < batch; i++) {
                    hashes[i] = core.hash(base, first + (long) (from + i) * keyLength, keyLength);
                }
                touch(participant, core, batch);
                for (int i = 0; i < batch; i++) {
                    final long key = first + (long) (from + i) * keyLength;
                    found += readOne(participant, core, from + i, hashes[i], base, key, keyLength, reader);
                }
            }
            return found;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    private static void touch(final Participant participant, final MapCore core, final int count) {
        final Scratch scratch = Scratch.of(participant);
        participant.keep(core.touch(scratch.batchHashes, scratch.batchWords, count));
    }

    /** 1 when the key has a value. */
    private int readOne(
            final Participant participant,
            final MapCore core,
            final int number,
            final long hash,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final IndexedValueReader reader) {
        final long record = core.find(hash, keyBase, keyOffset, keyLength);
        if (inspects && record != 0) {
            inspect(participant, record);
        }
        try {
            reader.read(number, record == 0 ? null : openValue(participant, record, keyLength));
        } finally {
            closeValue(participant);
        }
        return record == 0 ? 0 : 1;
    }

    // -------------------------------------------------------------------------------------------------------- views

    private static ValueView openValue(final Participant participant, final long record, final int keyLength) {
        final Scratch scratch = Scratch.of(participant);
        scratch.valueView.reopen(MapCore.valueAddress(record, keyLength), RecordHeader.valueLength(record));
        participant.enterScope();
        return scratch.valueView;
    }

    /** Whether it is open or not: a fault on the mapping may come up anywhere between. */
    private static void closeValue(final Participant participant) {
        final Scratch scratch = Scratch.of(participant);
        participant.leaveScope();
        scratch.valueView.close();
        if (!participant.isOwned()) {
            scratch.valueView.forgetOwner();
        }
    }

    private static ValueView openKey(final Participant participant, final long record) {
        final Scratch scratch = Scratch.of(participant);
        scratch.keyView.reopen(record + RecordHeader.BYTES, RecordHeader.keyLength(record));
        return scratch.keyView;
    }

    /** As above, of both views. */
    private static void closeViews(final Participant participant) {
        closeValue(participant);
        final Scratch scratch = Scratch.of(participant);
        scratch.keyView.close();
        if (!participant.isOwned()) {
            scratch.keyView.forgetOwner();
        }
    }

    // ---------------------------------------------------------------------------------------------------- all keys

    boolean forEach(final EntryVisitor visitor) {
        final Participant participant = entrance.enter();
        try {
            final MapCore core = map.core();
            return core.index()
                    .walk((page, records, count) -> visitLeaf(participant, core, page, records, count, visitor));
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    private boolean visitLeaf(
            final Participant participant,
            final MapCore core,
            final long page,
            final long[] records,
            final int count,
            final EntryVisitor visitor) {
        for (int i = 0; i < count; i++) {
            final long record = records[i];
            core.checkOwn(record);
            if (inspects) {
                inspect(participant, record);
            }
            if (verifyReads) {
                core.checkLeaf(record, page);
            }
            try {
                if (!visitor.visit(
                        openKey(participant, record), openValue(participant, record, RecordHeader.keyLength(record)))) {
                    return false;
                }
            } finally {
                closeViews(participant);
            }
        }
        return true;
    }

    long size() {
        final Participant participant = entrance.enter();
        try {
            return map.core().index().size(participant);
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }
}
