package org.ashlar.engine;

import java.lang.ref.Reference;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.ashlar.engine.epoch.Entrance;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.Scratch;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.EntryVisitor;
import org.ashlar.kv.IndexedValueReader;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.ToLongValueReader;
import org.ashlar.kv.ValueReader;
import org.ashlar.kv.ValueView;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.PoolException;
import org.jspecify.annotations.Nullable;

/**
 * The reading half of a handle: checks arguments, enters and leaves the epochs, hands out views, translates errors, and keeps buffers reachable
 * while their addresses are in use. Keys are {@code (base, offset, length)} as in {@link Memory#copyIn} where they have been checked.
 *
 * <p>A get is two operations: one that finds most keys and is little code, and where that finds nothing one that looks everywhere. The
 * processor begins with the next get's cache misses during this one's as long as there are no more instructions between than it can hold, some
 * 320 (Zen 4); so the first is one method with what it calls compiled into it, and keeps nothing for the second.
 */
abstract class MapReads implements KvMap {
    private final Entrance entrance;

    /** What the handle's name stands for. */
    final MapRef map;

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

    @Override
    public byte @Nullable [] get(final byte[] key) {
        Arguments.checkKey(key);
        final Participant participant = entrance.enter();
        try {
            final long record = find(participant, key, Memory.ARRAY_BASE, key.length);
            if (record == 0) {
                return null;
            }
            final byte[] value = new byte[RecordHeader.valueLength(record)];
            Memory.copyToHeap(null, MapCore.valueAddress(record, key.length), value, 0, value.length);
            return value;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    @Override
    public int get(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final MutableDirectBuffer target,
            final int targetOffset) {
        Arguments.checkKey(key, keyOffset, keyLength);
        Arguments.checkRange(target, targetOffset, 0, "target");
        final Object keyBase = key.byteArray();
        final long keyAt = key.addressOffset() + keyOffset;
        final Participant participant = entrance.enter();
        try {
            final long record = findAtOnce(keyBase, keyAt, keyLength);
            if (record != 0) {
                return copyValue(record, keyLength, target, targetOffset);
            }
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
            Reference.reachabilityFence(key); // the buffer must not be freed while its address is in use
            Reference.reachabilityFence(target);
        }
        return getElsewhere(key, keyOffset, keyLength, target, targetOffset);
    }

    private int getElsewhere(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final MutableDirectBuffer target,
            final int targetOffset) {
        final Participant participant = entrance.enter();
        try {
            final long record = findElsewhere(participant, key.byteArray(), key.addressOffset() + keyOffset, keyLength);
            return record == 0 ? -1 : copyValue(record, keyLength, target, targetOffset);
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
            Reference.reachabilityFence(key);
            Reference.reachabilityFence(target);
        }
    }

    /** Copies a value into a buffer if it fits; its length. */
    private static int copyValue(
            final long record, final int keyLength, final MutableDirectBuffer target, final int targetOffset) {
        // Not negative, whatever a load from a page that has just gone bad leaves behind; so the compiler knows too,
        // and need not ask.
        final int length = RecordHeader.valueLength(record) & Integer.MAX_VALUE;
        if (length <= target.capacity() - targetOffset) {
            Memory.copyOut(
                    MapCore.valueAddress(record, keyLength),
                    target.byteArray(),
                    target.addressOffset() + targetOffset,
                    length);
        }
        return length;
    }

    @Override
    public boolean contains(final byte[] key) {
        Arguments.checkKey(key);
        return contains(key, Memory.ARRAY_BASE, key.length);
    }

    @Override
    public boolean contains(final DirectBuffer key, final int keyOffset, final int keyLength) {
        Arguments.checkKey(key, keyOffset, keyLength);
        try {
            return contains(key.byteArray(), key.addressOffset() + keyOffset, keyLength);
        } finally {
            Reference.reachabilityFence(key);
        }
    }

    private boolean contains(final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
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

    @Override
    public <R extends @Nullable Object> @Nullable R read(final byte[] key, final ValueReader<R> reader) {
        Arguments.checkKey(key);
        Objects.requireNonNull(reader, "reader");
        return read(key, Memory.ARRAY_BASE, key.length, reader);
    }

    @Override
    public <R extends @Nullable Object> @Nullable R read(
            final DirectBuffer key, final int keyOffset, final int keyLength, final ValueReader<R> reader) {
        Arguments.checkKey(key, keyOffset, keyLength);
        Objects.requireNonNull(reader, "reader");
        try {
            return read(key.byteArray(), key.addressOffset() + keyOffset, keyLength, reader);
        } finally {
            Reference.reachabilityFence(key);
        }
    }

    private <R extends @Nullable Object> @Nullable R read(
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

    @Override
    public long readLong(final byte[] key, final ToLongValueReader reader, final long absent) {
        Arguments.checkKey(key);
        Objects.requireNonNull(reader, "reader");
        return readLong(key, Memory.ARRAY_BASE, key.length, reader, absent);
    }

    @Override
    public long readLong(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final ToLongValueReader reader,
            final long absent) {
        Arguments.checkKey(key, keyOffset, keyLength);
        Objects.requireNonNull(reader, "reader");
        try {
            return readLong(key.byteArray(), key.addressOffset() + keyOffset, keyLength, reader, absent);
        } finally {
            Reference.reachabilityFence(key);
        }
    }

    private long readLong(
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final ToLongValueReader reader,
            final long absent) {
        final Participant participant = entrance.enter();
        try {
            final long record = findAtOnce(keyBase, keyOffset, keyLength);
            if (record != 0) {
                return readLong(participant, record, keyLength, reader);
            }
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
        return readLongElsewhere(keyBase, keyOffset, keyLength, reader, absent);
    }

    private long readLongElsewhere(
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final ToLongValueReader reader,
            final long absent) {
        final Participant participant = entrance.enter();
        try {
            final long record = findElsewhere(participant, keyBase, keyOffset, keyLength);
            return record == 0 ? absent : readLong(participant, record, keyLength, reader);
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
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
    final boolean verifies() {
        return verifyReads;
    }

    /** Address of the record of a key, its checksum checked where reads are verified; 0 when there is none. */
    final long find(
            final Participant participant, final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        return inspected(participant, map.core().find(keyBase, keyOffset, keyLength));
    }

    /** As {@link #find}, where that takes little; 0 when only that can tell. */
    private long findAtOnce(final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        final MapCore core = map.core();
        return core.findAtOnce(core.hash(keyBase, keyOffset, keyLength), keyBase, keyOffset, keyLength);
    }

    /** As {@link #find}, where nothing was found at once. */
    private long findElsewhere(
            final Participant participant, final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        final MapCore core = map.core();
        final long hash = core.hash(keyBase, keyOffset, keyLength);
        return inspected(participant, core.findElsewhere(hash, keyBase, keyOffset, keyLength));
    }

    private long inspected(final Participant participant, final long record) {
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

    @Override
    public int readAll(final byte[][] keys, final IndexedValueReader reader) {
        Objects.requireNonNull(keys, "keys");
        Objects.requireNonNull(reader, "reader");
        for (final byte[] key : keys) {
            Arguments.checkKey(key);
        }
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

    @Override
    public int readAll(
            final DirectBuffer keys,
            final int keysOffset,
            final int keyLength,
            final int count,
            final IndexedValueReader reader) {
        Objects.requireNonNull(reader, "reader");
        Arguments.checkKeys(keys, keysOffset, keyLength, count);
        try {
            return readAll(keys.byteArray(), keys.addressOffset() + keysOffset, keyLength, count, reader);
        } finally {
            Reference.reachabilityFence(keys);
        }
    }

    private int readAll(
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
        final long record = inspected(participant, core.find(hash, keyBase, keyOffset, keyLength));
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

    @Override
    public boolean forEach(final EntryVisitor visitor) {
        Objects.requireNonNull(visitor, "visitor");
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
            inspected(participant, record);
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

    @Override
    public long size() {
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
