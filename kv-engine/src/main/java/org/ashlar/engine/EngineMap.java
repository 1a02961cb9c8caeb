package org.ashlar.engine;

import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.agrona.DirectBuffer;
import org.ashlar.engine.index.HashIndex;
import org.ashlar.kv.KvEntry;
import org.ashlar.kv.ValueWriter;
import org.ashlar.pmem.Memory;
import org.jspecify.annotations.Nullable;

/**
 * A handle to a map: what it reads by itself, what it writes by {@link MapWrites}. Checks arguments, and keeps buffers reachable while their
 * addresses are in use.
 */
final class EngineMap extends MapReads {
    private final EngineStore store;
    private final MapWrites writes;

    EngineMap(final EngineStore store, final MapRef map, final boolean verifyReads, final PageWatch watch) {
        super(store, map, verifyReads, watch);
        this.store = store;
        writes = new MapWrites(store, map, this);
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
        Arguments.checkKey(key);
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
        Arguments.checkKey(key, keyOffset, keyLength);
        Arguments.checkRange(value, valueOffset, valueLength, "value");
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
        Arguments.checkKey(key);
        Arguments.checkLength(valueLength);
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
        Arguments.checkKey(key, keyOffset, keyLength);
        Arguments.checkLength(valueLength);
        Objects.requireNonNull(writer, "writer");
        try {
            writes.putInPlace(key.byteArray(), key.addressOffset() + keyOffset, keyLength, valueLength, writer);
        } finally {
            Reference.reachabilityFence(key);
        }
    }

    @Override
    public boolean replace(final byte[] key, final byte[] expected, final byte[] value) {
        Arguments.checkKey(key);
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
        Arguments.checkKey(key, keyOffset, keyLength);
        Arguments.checkRange(expected, expectedOffset, expectedLength, "expected");
        Arguments.checkRange(value, valueOffset, valueLength, "value");
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
        Arguments.checkKey(key);
        Objects.requireNonNull(value, "value");
        return writes.getAndPut(key, value, HashIndex.ANYTHING);
    }

    @Override
    public byte @Nullable [] getAndReplace(final byte[] key, final byte[] value) {
        Arguments.checkKey(key);
        Objects.requireNonNull(value, "value");
        return writes.getAndPut(key, value, HashIndex.EXISTING);
    }

    @Override
    public boolean delete(final byte[] key) {
        Arguments.checkKey(key);
        return writes.delete(key, Memory.ARRAY_BASE, key.length);
    }

    @Override
    public boolean delete(final DirectBuffer key, final int keyOffset, final int keyLength) {
        Arguments.checkKey(key, keyOffset, keyLength);
        try {
            return writes.delete(key.byteArray(), key.addressOffset() + keyOffset, keyLength);
        } finally {
            Reference.reachabilityFence(key);
        }
    }

    @Override
    public byte @Nullable [] getAndDelete(final byte[] key) {
        Arguments.checkKey(key);
        return writes.getAndDelete(key);
    }

    @Override
    public boolean delete(final byte[] key, final byte[] expected) {
        Arguments.checkKey(key);
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
        Arguments.checkKey(key, keyOffset, keyLength);
        Arguments.checkRange(expected, expectedOffset, expectedLength, "expected");
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
        Arguments.checkKey(key);
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
        Arguments.checkKey(key);
        final AsyncLanes lanes = store.lanes();
        store.checkWritable();
        final byte[] ownKey = lanes.isDirect() ? key : key.clone();
        return lanes.submit(Arrays.hashCode(key), () -> delete(ownKey));
    }

    // ------------------------------------------------------------------------------------------------------ all keys

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
    public void clear() {
        store.maps().clear(map);
    }
}
