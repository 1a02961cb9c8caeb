package org.ashlar.engine;

import java.lang.ref.Reference;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.index.HashIndex;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.Scratch;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.EntryVisitor;
import org.ashlar.kv.IndexedValueReader;
import org.ashlar.kv.KvEntry;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.ToLongValueReader;
import org.ashlar.kv.ValueReader;
import org.ashlar.kv.ValueView;
import org.ashlar.kv.ValueWriter;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.PoolException;
import org.jspecify.annotations.Nullable;

/** A handle to a map: checks arguments, enters and leaves the epochs, hands out views, translates errors. */
final class EngineMap implements KvMap {
    private final EngineStore store;
    private final MapRef map;
    private final MapWrites writes;
    private final boolean verifyReads;

    EngineMap(final EngineStore store, final MapRef map, final boolean verifyReads) {
        this.store = store;
        this.map = map;
        writes = new MapWrites(store, map);
        this.verifyReads = verifyReads;
    }

    /** The map that the name stands for now; to be asked inside an operation. */
    MapCore core() {
        return map.core();
    }

    @Override
    public String name() {
        return map.name();
    }

    // ------------------------------------------------------------------------------------------------------ writing

    @Override
    public void put(final byte[] key, final byte[] value) {
        put(key, value, HashIndex.ANYTHING);
    }

    @Override
    public void put(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer value,
            final int valueOffset,
            final int valueLength) {
        put(key, keyOffset, keyLength, value, valueOffset, valueLength, HashIndex.ANYTHING);
    }

    @Override
    public boolean putIfAbsent(final byte[] key, final byte[] value) {
        return put(key, value, HashIndex.ABSENT);
    }

    @Override
    public boolean putIfAbsent(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer value,
            final int valueOffset,
            final int valueLength) {
        return put(key, keyOffset, keyLength, value, valueOffset, valueLength, HashIndex.ABSENT);
    }

    @Override
    public boolean replace(final byte[] key, final byte[] value) {
        return put(key, value, HashIndex.EXISTING);
    }

    @Override
    public boolean replace(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer value,
            final int valueOffset,
            final int valueLength) {
        return put(key, keyOffset, keyLength, value, valueOffset, valueLength, HashIndex.EXISTING);
    }

    private boolean put(final byte[] key, final byte[] value, final long expected) {
        checkKey(key);
        Objects.requireNonNull(value, "value");
        return writes.put(key, Memory.ARRAY_BASE, key.length, value, Memory.ARRAY_BASE, value.length, expected);
    }

    private boolean put(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer value,
            final int valueOffset,
            final int valueLength,
            final long expected) {
        checkKey(key, keyOffset, keyLength);
        checkRange(value, valueOffset, valueLength, "value");
        try {
            return writes.put(
                    key.byteArray(),
                    key.addressOffset() + keyOffset,
                    keyLength,
                    value.byteArray(),
                    value.addressOffset() + valueOffset,
                    valueLength,
                    expected);
        } finally {
            Reference.reachabilityFence(key); // the buffer must not be freed while its address is in use
            Reference.reachabilityFence(value);
        }
    }

    @Override
    public void put(final byte[] key, final int valueLength, final ValueWriter writer) {
        checkKey(key);
        checkLength(valueLength);
        Objects.requireNonNull(writer, "writer");
        writes.putInPlace(key, Memory.ARRAY_BASE, key.length, valueLength, writer);
    }

    @Override
    public void put(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final int valueLength,
            final ValueWriter writer) {
        checkKey(key, keyOffset, keyLength);
        checkLength(valueLength);
        Objects.requireNonNull(writer, "writer");
        try {
            writes.putInPlace(key.byteArray(), key.addressOffset() + keyOffset, keyLength, valueLength, writer);
        } finally {
            Reference.reachabilityFence(key);
        }
    }

    @Override
    public boolean replace(final byte[] key, final byte[] expected, final byte[] value) {
        checkKey(key);
        Objects.requireNonNull(expected, "expected");
        Objects.requireNonNull(value, "value");
        return writes.replace(
                key,
                Memory.ARRAY_BASE,
                key.length,
                expected,
                Memory.ARRAY_BASE,
                expected.length,
                value,
                Memory.ARRAY_BASE,
                value.length);
    }

    @Override
    public boolean replace(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer expected,
            final int expectedOffset,
            final int expectedLength,
            final DirectBuffer value,
            final int valueOffset,
            final int valueLength) {
        checkKey(key, keyOffset, keyLength);
        checkRange(expected, expectedOffset, expectedLength, "expected");
        checkRange(value, valueOffset, valueLength, "value");
        try {
            return writes.replace(
                    key.byteArray(),
                    key.addressOffset() + keyOffset,
                    keyLength,
                    expected.byteArray(),
                    expected.addressOffset() + expectedOffset,
                    expectedLength,
                    value.byteArray(),
                    value.addressOffset() + valueOffset,
                    valueLength);
        } finally {
            Reference.reachabilityFence(key);
            Reference.reachabilityFence(expected);
            Reference.reachabilityFence(value);
        }
    }

    @Override
    public byte @Nullable [] getAndPut(final byte[] key, final byte[] value) {
        checkKey(key);
        Objects.requireNonNull(value, "value");
        return writes.getAndPut(key, value, HashIndex.ANYTHING);
    }

    @Override
    public byte @Nullable [] getAndReplace(final byte[] key, final byte[] value) {
        checkKey(key);
        Objects.requireNonNull(value, "value");
        return writes.getAndPut(key, value, HashIndex.EXISTING);
    }

    @Override
    public boolean delete(final byte[] key) {
        checkKey(key);
        return writes.delete(key, Memory.ARRAY_BASE, key.length);
    }

    @Override
    public boolean delete(final DirectBuffer key, final int keyOffset, final int keyLength) {
        checkKey(key, keyOffset, keyLength);
        try {
            return writes.delete(key.byteArray(), key.addressOffset() + keyOffset, keyLength);
        } finally {
            Reference.reachabilityFence(key);
        }
    }

    @Override
    public byte @Nullable [] getAndDelete(final byte[] key) {
        checkKey(key);
        return writes.getAndDelete(key);
    }

    @Override
    public boolean delete(final byte[] key, final byte[] expected) {
        checkKey(key);
        Objects.requireNonNull(expected, "expected");
        return writes.delete(key, Memory.ARRAY_BASE, key.length, expected, Memory.ARRAY_BASE, expected.length);
    }

    @Override
    public boolean delete(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer expected,
            final int expectedOffset,
            final int expectedLength) {
        checkKey(key, keyOffset, keyLength);
        checkRange(expected, expectedOffset, expectedLength, "expected");
        try {
            return writes.delete(
                    key.byteArray(),
                    key.addressOffset() + keyOffset,
                    keyLength,
                    expected.byteArray(),
                    expected.addressOffset() + expectedOffset,
                    expectedLength);
        } finally {
            Reference.reachabilityFence(key);
            Reference.reachabilityFence(expected);
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
        final long record = core().find(keyBase, keyOffset, keyLength);
        if (verifyReads && record != 0) {
            checkIntact(participant, record);
        }
        return record;
    }

    private void checkIntact(final Participant participant, final long record) {
        if (!Scratch.of(participant).isRecordIntact(record, 0)) {
            throw new CorruptStoreException("a record of map '" + map.name() + "', with a key of "
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

    // ---------------------------------------------------------------------------------------------------- many keys

    @Override
    public int readAll(final byte[][] keys, final IndexedValueReader reader) {
        Objects.requireNonNull(reader, "reader");
        for (final byte[] key : keys) {
            checkKey(key);
        }
        final Participant participant = store.enter();
        try {
            final long[] hashes = Scratch.of(participant).batchHashes;
            int found = 0;
            for (int from = 0; from < keys.length; from += Scratch.BATCH) {
                final int count = Math.min(Scratch.BATCH, keys.length - from);
                for (int i = 0; i < count; i++) {
                    final byte[] key = keys[from + i];
                    hashes[i] = core().hash(key, Memory.ARRAY_BASE, key.length);
                }
                touch(participant, count);
                for (int i = 0; i < count; i++) {
                    final byte[] key = keys[from + i];
                    found += readOne(participant, from + i, hashes[i], key, Memory.ARRAY_BASE, key.length, reader);
                }
            }
            return found;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            store.exit(participant);
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
        checkKeys(keys, keysOffset, keyLength, count);
        final Participant participant = store.enter();
        try {
            final Object base = keys.byteArray();
            final long first = keys.addressOffset() + keysOffset;
            final long[] hashes = Scratch.of(participant).batchHashes;
            int found = 0;
            for (int from = 0; from < count; from += Scratch.BATCH) {
                final int batch = Math.min(Scratch.BATCH, count - from);
                for (int i = 0; i < batch; i++) {
                    hashes[i] = core().hash(base, first + (long) (from + i) * keyLength, keyLength);
                }
                touch(participant, batch);
                for (int i = 0; i < batch; i++) {
                    final long key = first + (long) (from + i) * keyLength;
                    found += readOne(participant, from + i, hashes[i], base, key, keyLength, reader);
                }
            }
            return found;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            store.exit(participant);
            Reference.reachabilityFence(keys);
        }
    }

    private void touch(final Participant participant, final int count) {
        final Scratch scratch = Scratch.of(participant);
        scratch.touchedSum += core().touch(scratch.batchHashes, scratch.batchWords, count);
    }

    /** 1 when the key has a value. */
    private int readOne(
            final Participant participant,
            final int number,
            final long hash,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final IndexedValueReader reader) {
        final long record = core().find(hash, keyBase, keyOffset, keyLength);
        if (record != 0 && verifyReads) {
            checkIntact(participant, record);
        }
        try {
            reader.read(number, record == 0 ? null : openValue(participant, record));
        } finally {
            closeViews(participant);
        }
        return record == 0 ? 0 : 1;
    }

    // -------------------------------------------------------------------------------------------------------- views

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
            final MapCore core = core();
            return core.index().walk((page, records, count) -> visitLeaf(participant, core, records, count, visitor));
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            store.exit(participant);
        }
    }

    private boolean visitLeaf(
            final Participant participant,
            final MapCore core,
            final long[] records,
            final int count,
            final EntryVisitor visitor) {
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
    public Iterable<byte[]> keys() {
        store.checkOpen();
        return () -> new KeyIterator(store, this);
    }

    @Override
    public Iterable<KvEntry> entries() {
        store.checkOpen();
        return () -> new EntryIterator(this, new KeyIterator(store, this));
    }

    @Override
    public long size() {
        final Participant participant = store.enter();
        try {
            return core().index().size(participant);
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            store.exit(participant);
        }
    }

    @Override
    public void clear() {
        store.clear(map);
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

    private static void checkLength(final int valueLength) {
        if (valueLength < 0) {
            throw new IllegalArgumentException("a value cannot have " + valueLength + " bytes");
        }
    }

    private static IllegalArgumentException keyTooLong(final int length) {
        return new IllegalArgumentException(
                "a key has at most " + MAX_KEY_BYTES + " bytes, but this one has " + length);
    }

    private static void checkKeys(final DirectBuffer keys, final int offset, final int keyLength, final int count) {
        if ((keyLength | count) < 0 || (long) keyLength * count > Integer.MAX_VALUE) {
            throw new IndexOutOfBoundsException(count + " keys of " + keyLength + " bytes");
        }
        checkRange(keys, offset, keyLength * count, "keys");
        if (keyLength > MAX_KEY_BYTES) {
            throw keyTooLong(keyLength);
        }
    }

    /** Unlike Agrona's own check, this one cannot be switched off. */
    private static void checkRange(final DirectBuffer buffer, final int offset, final int length, final String what) {
        if ((offset | length) < 0 || offset > buffer.capacity() - length) {
            throw new IndexOutOfBoundsException(what + ": offset " + offset + " and length " + length
                    + " do not lie within a capacity of " + buffer.capacity());
        }
    }
}
