package org.ashlar.engine;

import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.ashlar.engine.index.HashIndex;
import org.ashlar.kv.EntryVisitor;
import org.ashlar.kv.IndexedValueReader;
import org.ashlar.kv.KvEntry;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.ToLongValueReader;
import org.ashlar.kv.ValueReader;
import org.ashlar.kv.ValueWriter;
import org.ashlar.pmem.Memory;
import org.jspecify.annotations.Nullable;

/** A handle to a map: checks arguments, and keeps buffers reachable while their addresses are in use. */
final class EngineMap implements KvMap {
    private final EngineStore store;
    private final MapRef map;
    private final MapWrites writes;
    private final MapReads reads;

    EngineMap(final EngineStore store, final MapRef map, final boolean verifyReads, final PageWatch watch) {
        this.store = store;
        this.map = map;
        reads = new MapReads(store, map, verifyReads, watch);
        writes = new MapWrites(store, map, reads);
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

    @Override
    public CompletableFuture<Void> putAsync(final byte[] key, final byte[] value) {
        checkKey(key);
        Objects.requireNonNull(value, "value");
        final AsyncLanes lanes = store.lanes();
        store.checkWritable();
        final byte[] ownKey = lanes.isDirect() ? key : key.clone();
        final byte[] ownValue = lanes.isDirect() ? value : value.clone();
        return lanes.submit(Arrays.hashCode(key), () -> {
            put(ownKey, ownValue, HashIndex.ANYTHING);
            return null;
        });
    }

    @Override
    public CompletableFuture<Boolean> deleteAsync(final byte[] key) {
        checkKey(key);
        final AsyncLanes lanes = store.lanes();
        store.checkWritable();
        final byte[] ownKey = lanes.isDirect() ? key : key.clone();
        return lanes.submit(Arrays.hashCode(key), () -> delete(ownKey));
    }

    // ------------------------------------------------------------------------------------------------------ reading

    @Override
    public byte @Nullable [] get(final byte[] key) {
        checkKey(key);
        return reads.get(key, Memory.ARRAY_BASE, key.length);
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
        try {
            return reads.get(key.byteArray(), key.addressOffset() + keyOffset, keyLength, target, targetOffset);
        } finally {
            Reference.reachabilityFence(key);
            Reference.reachabilityFence(target);
        }
    }

    @Override
    public boolean contains(final byte[] key) {
        checkKey(key);
        return reads.contains(key, Memory.ARRAY_BASE, key.length);
    }

    @Override
    public boolean contains(final DirectBuffer key, final int keyOffset, final int keyLength) {
        checkKey(key, keyOffset, keyLength);
        try {
            return reads.contains(key.byteArray(), key.addressOffset() + keyOffset, keyLength);
        } finally {
            Reference.reachabilityFence(key);
        }
    }

    @Override
    public <R extends @Nullable Object> @Nullable R read(final byte[] key, final ValueReader<R> reader) {
        checkKey(key);
        Objects.requireNonNull(reader, "reader");
        return reads.read(key, Memory.ARRAY_BASE, key.length, reader);
    }

    @Override
    public <R extends @Nullable Object> @Nullable R read(
            final DirectBuffer key, final int keyOffset, final int keyLength, final ValueReader<R> reader) {
        checkKey(key, keyOffset, keyLength);
        Objects.requireNonNull(reader, "reader");
        try {
            return reads.read(key.byteArray(), key.addressOffset() + keyOffset, keyLength, reader);
        } finally {
            Reference.reachabilityFence(key);
        }
    }

    @Override
    public long readLong(final byte[] key, final ToLongValueReader reader, final long absent) {
        checkKey(key);
        Objects.requireNonNull(reader, "reader");
        return reads.readLong(key, Memory.ARRAY_BASE, key.length, reader, absent);
    }

    @Override
    public long readLong(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final ToLongValueReader reader,
            final long absent) {
        checkKey(key, keyOffset, keyLength);
        Objects.requireNonNull(reader, "reader");
        try {
            return reads.readLong(key.byteArray(), key.addressOffset() + keyOffset, keyLength, reader, absent);
        } finally {
            Reference.reachabilityFence(key);
        }
    }

    @Override
    public int readAll(final byte[][] keys, final IndexedValueReader reader) {
        Objects.requireNonNull(keys, "keys");
        Objects.requireNonNull(reader, "reader");
        for (final byte[] key : keys) {
            checkKey(key);
        }
        return reads.readAll(keys, reader);
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
        try {
            return reads.readAll(keys.byteArray(), keys.addressOffset() + keysOffset, keyLength, count, reader);
        } finally {
            Reference.reachabilityFence(keys);
        }
    }

    @Override
    public boolean forEach(final EntryVisitor visitor) {
        Objects.requireNonNull(visitor, "visitor");
        return reads.forEach(visitor);
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
        return reads.size();
    }

    @Override
    public void clear() {
        store.maps().clear(map);
    }

    // -------------------------------------------------------------------------------------------------- arguments

    private static void checkKey(final byte[] key) {
        Objects.requireNonNull(key, "key");
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
        Objects.requireNonNull(buffer, what);
        if ((offset | length) < 0 || offset > buffer.capacity() - length) {
            throw new IndexOutOfBoundsException(what + ": offset " + offset + " and length " + length
                    + " do not lie within a capacity of " + buffer.capacity());
        }
    }
}
