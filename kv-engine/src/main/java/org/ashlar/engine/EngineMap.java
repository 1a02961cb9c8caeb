package org.ashlar.engine;

import java.lang.ref.Reference;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.Scratch;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.EntryVisitor;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.StoreFullException;
import org.ashlar.kv.ToLongValueReader;
import org.ashlar.kv.ValueReader;
import org.ashlar.kv.ValueView;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.PoolException;
import org.jspecify.annotations.Nullable;

/** A handle to a map: checks arguments, enters and leaves the epochs, hands out views, translates errors. */
final class EngineMap implements KvMap {
    /** What other threads have retired but not yet given back is not lost: they are asked for it, and given a moment. */
    private static final int ATTEMPTS_WHEN_FULL = 5;

    private final EngineStore store;
    private final MapCore core;
    private final String name;
    private final boolean verifyReads;

    EngineMap(final EngineStore store, final MapCore core, final String name, final boolean verifyReads) {
        this.store = store;
        this.core = core;
        this.name = name;
        this.verifyReads = verifyReads;
    }

    /** For tests. */
    MapCore core() {
        return core;
    }

    @Override
    public String name() {
        return name;
    }

    // -------------------------------------------------------------------------------------------------------- put

    @Override
    public void put(final byte[] key, final byte[] value) {
        checkKey(key);
        Objects.requireNonNull(value, "value");
        write(key, Memory.ARRAY_BASE, key.length, value, Memory.ARRAY_BASE, value.length, false);
    }

    @Override
    public void put(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer value,
            final int valueOffset,
            final int valueLength) {
        putBuffers(key, keyOffset, keyLength, value, valueOffset, valueLength, false);
    }

    @Override
    public boolean putIfAbsent(final byte[] key, final byte[] value) {
        checkKey(key);
        Objects.requireNonNull(value, "value");
        return write(key, Memory.ARRAY_BASE, key.length, value, Memory.ARRAY_BASE, value.length, true);
    }

    @Override
    public boolean putIfAbsent(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer value,
            final int valueOffset,
            final int valueLength) {
        return putBuffers(key, keyOffset, keyLength, value, valueOffset, valueLength, true);
    }

    private boolean putBuffers(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer value,
            final int valueOffset,
            final int valueLength,
            final boolean onlyIfAbsent) {
        checkKey(key, keyOffset, keyLength);
        checkRange(value, valueOffset, valueLength, "value");
        try {
            return write(
                    key.byteArray(),
                    key.addressOffset() + keyOffset,
                    keyLength,
                    value.byteArray(),
                    value.addressOffset() + valueOffset,
                    valueLength,
                    onlyIfAbsent);
        } finally {
            Reference.reachabilityFence(key); // the buffer must not be freed while its address is in use
            Reference.reachabilityFence(value);
        }
    }

    private boolean write(
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final @Nullable Object valueBase,
            final long valueOffset,
            final int valueLength,
            final boolean onlyIfAbsent) {
        for (int attempt = 1; ; attempt++) {
            try {
                return writeOnce(keyBase, keyOffset, keyLength, valueBase, valueOffset, valueLength, onlyIfAbsent);
            } catch (final StoreFullException e) {
                if (attempt == ATTEMPTS_WHEN_FULL) {
                    throw e;
                }
                store.makeRoom(attempt);
            }
        }
    }

    private boolean writeOnce(
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final @Nullable Object valueBase,
            final long valueOffset,
            final int valueLength,
            final boolean onlyIfAbsent) {
        final Participant participant = store.enterForWriting();
        try {
            final boolean stored = core.put(
                    participant, keyBase, keyOffset, keyLength, valueBase, valueOffset, valueLength, onlyIfAbsent);
            store.afterWrite(participant);
            return stored;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            store.exit(participant);
        }
    }

    // ----------------------------------------------------------------------------------------------------- delete

    @Override
    public boolean delete(final byte[] key) {
        checkKey(key);
        return delete(key, Memory.ARRAY_BASE, key.length);
    }

    @Override
    public boolean delete(final DirectBuffer key, final int keyOffset, final int keyLength) {
        checkKey(key, keyOffset, keyLength);
        try {
            return delete(key.byteArray(), key.addressOffset() + keyOffset, keyLength);
        } finally {
            Reference.reachabilityFence(key);
        }
    }

    private boolean delete(final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        final Participant participant = store.enterForWriting();
        try {
            final boolean deleted = core.delete(participant, keyBase, keyOffset, keyLength);
            store.afterWrite(participant);
            return deleted;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            store.exit(participant);
        }
    }

    // -------------------------------------------------------------------------------------------------------- get

    @Override
    public byte @Nullable [] get(final byte[] key) {
        checkKey(key);
        final Participant participant = store.enter();
        try {
            final long record = find(participant, key, Memory.ARRAY_BASE, key.length);
            if (record == 0) {
                return null;
            }
            final byte[] value = new byte[RecordHeader.valueLength(record)];
            Memory.copyToHeap(null, MapCore.valueAddress(record), value, 0, value.length);
            return value;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            store.exit(participant);
        }
    }

    @Override
    public int get(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final MutableDirectBuffer target,
            final int targetOffset) {
        checkKey(key, keyOffset, keyLength);
        checkRange(target, targetOffset, 0, "target");
        final Participant participant = store.enter();
        try {
            final long record = find(participant, key.byteArray(), key.addressOffset() + keyOffset, keyLength);
            if (record == 0) {
                return -1;
            }
            final int length = RecordHeader.valueLength(record);
            if (length <= target.capacity() - targetOffset) {
                Memory.copyOut(
                        MapCore.valueAddress(record),
                        target.byteArray(),
                        target.addressOffset() + targetOffset,
                        length);
            }
            return length;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            store.exit(participant);
            Reference.reachabilityFence(key);
            Reference.reachabilityFence(target);
        }
    }

    @Override
    public boolean contains(final byte[] key) {
        checkKey(key);
        return contains(key, Memory.ARRAY_BASE, key.length);
    }

    @Override
    public boolean contains(final DirectBuffer key, final int keyOffset, final int keyLength) {
        checkKey(key, keyOffset, keyLength);
        try {
            return contains(key.byteArray(), key.addressOffset() + keyOffset, keyLength);
        } finally {
            Reference.reachabilityFence(key);
        }
    }

    private boolean contains(final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        final Participant participant = store.enter();
        try {
            return find(participant, keyBase, keyOffset, keyLength) != 0;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            store.exit(participant);
        }
    }

    private long find(
            final Participant participant, final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        final long record = core.find(keyBase, keyOffset, keyLength);
        if (verifyReads && record != 0) {
            checkIntact(participant, record);
        }
        return record;
    }

    private void checkIntact(final Participant participant, final long record) {
        if (!Scratch.of(participant).isRecordIntact(record, core.tailBytes())) {
            throw new CorruptStoreException("a record of map '" + name + "', with a key of "
                    + RecordHeader.keyLength(record) + " and a value of " + RecordHeader.valueLength(record)
                    + " bytes, fails its checksum; verify the store");
        }
    }

    // ------------------------------------------------------------------------------------------------------- read

    @Override
    public <R extends @Nullable Object> @Nullable R read(final byte[] key, final ValueReader<R> reader) {
        checkKey(key);
        return read(key, Memory.ARRAY_BASE, key.length, reader);
    }

    @Override
    public <R extends @Nullable Object> @Nullable R read(
            final DirectBuffer key, final int keyOffset, final int keyLength, final ValueReader<R> reader) {
        checkKey(key, keyOffset, keyLength);
        try {
            return read(key.byteArray(), key.addressOffset() + keyOffset, keyLength, reader);
        } finally {
            Reference.reachabilityFence(key);
        }
    }

    private <R extends @Nullable Object> @Nullable R read(
            final @Nullable Object keyBase, final long keyOffset, final int keyLength, final ValueReader<R> reader) {
        Objects.requireNonNull(reader, "reader");
        final Participant participant = store.enter();
        try {
            final long record = find(participant, keyBase, keyOffset, keyLength);
            if (record == 0) {
                return null;
            }
            try {
                return reader.read(openValue(participant, record));
            } finally {
                closeViews(participant);
            }
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            store.exit(participant);
        }
    }

    @Override
    public long readLong(final byte[] key, final ToLongValueReader reader, final long absent) {
        checkKey(key);
        return readLong(key, Memory.ARRAY_BASE, key.length, reader, absent);
    }

    @Override
    public long readLong(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final ToLongValueReader reader,
            final long absent) {
        checkKey(key, keyOffset, keyLength);
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
        Objects.requireNonNull(reader, "reader");
        final Participant participant = store.enter();
        try {
            final long record = find(participant, keyBase, keyOffset, keyLength);
            if (record == 0) {
                return absent;
            }
            try {
                return reader.read(openValue(participant, record));
            } finally {
                closeViews(participant);
            }
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            store.exit(participant);
        }
    }

    private static ValueView openValue(final Participant participant, final long record) {
        final Scratch scratch = Scratch.of(participant);
        scratch.valueView.close(); // where a late report of a fault on the mapping kept an earlier operation from it
        scratch.valueView.open(MapCore.valueAddress(record), RecordHeader.valueLength(record));
        participant.setScopeOwner(Thread.currentThread());
        return scratch.valueView;
    }

    private static ValueView openKey(final Participant participant, final long record) {
        final Scratch scratch = Scratch.of(participant);
        scratch.keyView.close(); // as above
        scratch.keyView.open(record + RecordHeader.BYTES, RecordHeader.keyLength(record));
        return scratch.keyView;
    }

    /** Whether they are open or not: a fault on the mapping may come up anywhere between. */
    private static void closeViews(final Participant participant) {
        final Scratch scratch = Scratch.of(participant);
        participant.setScopeOwner(null);
        scratch.keyView.close();
        scratch.valueView.close();
    }

    // -------------------------------------------------------------------------------------------------- iteration

    @Override
    public boolean forEach(final EntryVisitor visitor) {
        Objects.requireNonNull(visitor, "visitor");
        final Participant participant = store.enter();
        try {
            return core.index().walk((page, records, count) -> visitLeaf(participant, records, count, visitor));
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            store.exit(participant);
        }
    }

    private boolean visitLeaf(
            final Participant participant, final long[] records, final int count, final EntryVisitor visitor) {
        for (int i = 0; i < count; i++) {
            final long record = records[i];
            core.checkBounds(record);
            if (verifyReads) {
                checkIntact(participant, record);
            }
            try {
                if (!visitor.visit(openKey(participant, record), openValue(participant, record))) {
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
        final Participant participant = store.enter();
        try {
            return core.index().size(participant);
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            store.exit(participant);
        }
    }

    // -------------------------------------------------------------------------------------------------- arguments

    private static void checkKey(final byte[] key) {
        if (key.length > MAX_KEY_BYTES) {
            throw keyTooLong(key.length);
        }
    }

    private static void checkKey(final DirectBuffer key, final int offset, final int length) {
        checkRange(key, offset, length, "key");
        if (length > MAX_KEY_BYTES) {
            throw keyTooLong(length);
        }
    }

    private static IllegalArgumentException keyTooLong(final int length) {
        return new IllegalArgumentException(
                "a key has at most " + MAX_KEY_BYTES + " bytes, but this one has " + length);
    }

    /** Unlike Agrona's own check, this one cannot be switched off. */
    private static void checkRange(final DirectBuffer buffer, final int offset, final int length, final String what) {
        if ((offset | length) < 0 || offset > buffer.capacity() - length) {
            throw new IndexOutOfBoundsException(what + ": offset " + offset + " and length " + length
                    + " do not lie within a capacity of " + buffer.capacity());
        }
    }
}
