package org.ashlar.kv;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A named map from byte strings to byte strings.
 *
 * <p>Keys have 0 to 65,535 bytes, values 0 bytes to the largest free run of space. Handles are cheap, may be kept as long
 * as the store is open and are safe to share between threads.
 *
 * <p><b>Durability.</b> When a method that changes the map returns, its effect has the durability that
 * {@link Store#durability} reports; when it does not return, because the process or the machine died, the effect is all
 * there or not there. No read returns what a crash could take back.
 *
 * <p><b>Concurrency.</b> Every operation is linearizable. Readers never block. Writers of different keys seldom do.
 *
 * <p><b>Garbage.</b> The methods that take {@link DirectBuffer}s, the {@code read} methods and the {@code put} and
 * {@code delete} methods allocate nothing on the Java heap in their steady state. {@link #get(byte[])} allocates the copy.
 *
 * <p>All methods throw {@link StoreClosedException} after the store is closed, {@link NullPointerException} for a null
 * argument, {@link IllegalArgumentException} for an oversized key or value, {@link CorruptStoreException} where a
 * structure fails its check, and {@link MediaErrorException} where the device reports a fault. Methods that write also throw
 * {@link StoreFullException} when there is no room (the map is unchanged then) and {@link ReadOnlyStoreException}.
 */
public interface KvMap {
    /** Longest key, in bytes. */
    int MAX_KEY_BYTES = 65_535;

    /**
     * The name of this map.
     *
     * @return the name
     */
    String name();

    /**
     * Stores a value for a key, in place of what was there.
     *
     * @param key the key; not kept
     * @param value the value; not kept
     */
    void put(byte[] key, byte[] value);

    /**
     * Stores a value for a key, in place of what was there.
     *
     * @param key holds the key
     * @param keyOffset first byte of the key
     * @param keyLength bytes of the key
     * @param value holds the value
     * @param valueOffset first byte of the value
     * @param valueLength bytes of the value
     * @throws IndexOutOfBoundsException when a range does not lie within its buffer
     */
    void put(DirectBuffer key, int keyOffset, int keyLength, DirectBuffer value, int valueOffset, int valueLength);

    /**
     * Stores a value for a key that has none.
     *
     * @param key the key; not kept
     * @param value the value; not kept
     * @return true when it was stored, false when the key had a value, which is unchanged
     */
    boolean putIfAbsent(byte[] key, byte[] value);

    /**
     * Stores a value for a key that has none.
     *
     * @param key holds the key
     * @param keyOffset first byte of the key
     * @param keyLength bytes of the key
     * @param value holds the value
     * @param valueOffset first byte of the value
     * @param valueLength bytes of the value
     * @return true when it was stored, false when the key had a value, which is unchanged
     * @throws IndexOutOfBoundsException when a range does not lie within its buffer
     */
    boolean putIfAbsent(
            DirectBuffer key, int keyOffset, int keyLength, DirectBuffer value, int valueOffset, int valueLength);

    /**
     * Stores a value that the caller writes straight into the place where it stays: no copy is made of it. The writer runs on the calling
     * thread, under no lock, and may call this store, except to close it. It runs once; again only where the index found the store full after
     * it, and room could be made. When it throws, nothing was stored.
     *
     * @param key the key; not kept
     * @param valueLength bytes of the value
     * @param writer writes the whole value: bytes that it leaves out may hold anything
     * @throws IllegalArgumentException when the length is negative
     */
    void put(byte[] key, int valueLength, ValueWriter writer);

    /**
     * Stores a value that the caller writes straight into the place where it stays; see {@link #put(byte[], int, ValueWriter)}.
     *
     * @param key holds the key
     * @param keyOffset first byte of the key
     * @param keyLength bytes of the key
     * @param valueLength bytes of the value
     * @param writer writes the whole value: bytes that it leaves out may hold anything
     * @throws IndexOutOfBoundsException when the key's range does not lie within its buffer
     * @throws IllegalArgumentException when the length is negative
     */
    void put(DirectBuffer key, int keyOffset, int keyLength, int valueLength, ValueWriter writer);

    /**
     * Stores a value for a key that has one.
     *
     * @param key the key; not kept
     * @param value the value; not kept
     * @return true when it was stored, false when the key had no value, and has none now
     */
    boolean replace(byte[] key, byte[] value);

    /**
     * Stores a value for a key that has one.
     *
     * @param key holds the key
     * @param keyOffset first byte of the key
     * @param keyLength bytes of the key
     * @param value holds the value
     * @param valueOffset first byte of the value
     * @param valueLength bytes of the value
     * @return true when it was stored, false when the key had no value, and has none now
     * @throws IndexOutOfBoundsException when a range does not lie within its buffer
     */
    boolean replace(
            DirectBuffer key, int keyOffset, int keyLength, DirectBuffer value, int valueOffset, int valueLength);

    /**
     * Compare and set: stores a value for a key whose value has just these bytes.
     *
     * @param key the key; not kept
     * @param expected what the value must be; not kept
     * @param value the new value; not kept
     * @return true when it was stored, false when the key had another value or none, which is unchanged
     */
    boolean replace(byte[] key, byte[] expected, byte[] value);

    /**
     * Compare and set: stores a value for a key whose value has just these bytes.
     *
     * @param key holds the key
     * @param keyOffset first byte of the key
     * @param keyLength bytes of the key
     * @param expected holds what the value must be
     * @param expectedOffset first byte of it
     * @param expectedLength bytes of it
     * @param value holds the new value
     * @param valueOffset first byte of the value
     * @param valueLength bytes of the value
     * @return true when it was stored, false when the key had another value or none, which is unchanged
     * @throws IndexOutOfBoundsException when a range does not lie within its buffer
     */
    boolean replace(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer expected,
            int expectedOffset,
            int expectedLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength);

    /**
     * Stores a value and tells what it replaced, in one step.
     *
     * @param key the key; not kept
     * @param value the value; not kept
     * @return a copy of the value before, or null when there was none
     */
    byte @Nullable [] getAndPut(byte[] key, byte[] value);

    /**
     * Stores a value for a key that has one and tells what it replaced, in one step.
     *
     * @param key the key; not kept
     * @param value the value; not kept
     * @return a copy of the value before, or null when there was none, and is none now
     */
    byte @Nullable [] getAndReplace(byte[] key, byte[] value);

    /**
     * Removes a key and tells what its value was, in one step.
     *
     * @param key the key
     * @return a copy of the value, or null when there was none
     */
    byte @Nullable [] getAndDelete(byte[] key);

    /**
     * Computes a new value from the value of a key, or from its absence, and stores it in one step. The function runs under no
     * lock, may call this store, and runs again when another thread has changed the value meanwhile.
     *
     * @param key the key; not kept
     * @param function gets a copy of the value, or null; returns the new value, or null to remove the key
     * @return what the function returned for the value that was replaced
     */
    default byte @Nullable [] compute(final byte[] key, final ValueFunction function) {
        Objects.requireNonNull(function, "function");
        while (true) {
            final byte[] before = get(key);
            final byte[] after = function.apply(before == null ? null : before.clone());
            if (Updates.apply(this, key, before, after)) {
                return after;
            }
        }
    }

    /**
     * As {@link #compute}, for a key that has a value.
     *
     * @param key the key; not kept
     * @param function gets a copy of the value; returns the new value, or null to remove the key
     * @return what the function returned, or null when the key had no value, and the function was not called
     */
    default byte @Nullable [] computeIfPresent(final byte[] key, final ValueFunction function) {
        Objects.requireNonNull(function, "function");
        while (true) {
            final byte[] before = get(key);
            if (before == null) {
                return null;
            }
            final byte[] after = function.apply(before.clone());
            if (Updates.apply(this, key, before, after)) {
                return after;
            }
        }
    }

    /**
     * Computes a value for a key that has none, and stores it. The function runs under no lock and may call this store; what it made
     * is dropped when another thread was first.
     *
     * @param key the key; not kept
     * @param function gets null; returns the value, or null to leave the key without one
     * @return a copy of the value that the key has now, or null
     */
    default byte @Nullable [] computeIfAbsent(final byte[] key, final ValueFunction function) {
        Objects.requireNonNull(function, "function");
        while (true) {
            final byte[] before = get(key);
            if (before != null) {
                return before;
            }
            final byte[] after = function.apply(null);
            if (after == null || putIfAbsent(key, after)) {
                return after;
            }
        }
    }

    /**
     * The value of a key, copied.
     *
     * @param key the key
     * @return a new array, or null when the key has no value
     */
    byte @Nullable [] get(byte[] key);

    /**
     * Copies the value of a key into a buffer of the caller's.
     *
     * @param key holds the key
     * @param keyOffset first byte of the key
     * @param keyLength bytes of the key
     * @param target receives the value; a buffer that can expand is not expanded
     * @param targetOffset where the value's first byte goes
     * @return bytes of the value, or -1 when the key has no value; when this is more than
     *     {@code target.capacity() - targetOffset}, nothing was copied
     * @throws IndexOutOfBoundsException when the key's range or the target's offset does not lie within its buffer
     */
    int get(DirectBuffer key, int keyOffset, int keyLength, MutableDirectBuffer target, int targetOffset);

    /**
     * Reads the value of a key in place. The view is valid until the reader returns, on the calling thread only; it throws
     * {@link IllegalStateException} afterwards. The value cannot change or go away meanwhile, and space that it holds is not
     * reused, so a reader should not be slow. The reader may call this store.
     *
     * @param key the key
     * @param reader gets the value
     * @param <R> what it makes of it
     * @return what the reader returned, or null when the key has no value
     */
    <R extends @Nullable Object> @Nullable R read(byte[] key, ValueReader<R> reader);

    /**
     * Reads the value of a key in place; see {@link #read(byte[], ValueReader)}.
     *
     * @param key holds the key
     * @param keyOffset first byte of the key
     * @param keyLength bytes of the key
     * @param reader gets the value
     * @param <R> what it makes of it
     * @return what the reader returned, or null when the key has no value
     * @throws IndexOutOfBoundsException when the key's range does not lie within its buffer
     */
    <R extends @Nullable Object> @Nullable R read(
            DirectBuffer key, int keyOffset, int keyLength, ValueReader<R> reader);

    /**
     * Reads a long out of the value of a key in place, without boxing; see {@link #read(byte[], ValueReader)}.
     *
     * @param key the key
     * @param reader gets the value
     * @param absent what to return when the key has no value
     * @return what the reader returned, or {@code absent}
     */
    long readLong(byte[] key, ToLongValueReader reader, long absent);

    /**
     * Reads a long out of the value of a key in place, without boxing; see {@link #read(byte[], ValueReader)}.
     *
     * @param key holds the key
     * @param keyOffset first byte of the key
     * @param keyLength bytes of the key
     * @param reader gets the value
     * @param absent what to return when the key has no value
     * @return what the reader returned, or {@code absent}
     * @throws IndexOutOfBoundsException when the key's range does not lie within its buffer
     */
    long readLong(DirectBuffer key, int keyOffset, int keyLength, ToLongValueReader reader, long absent);

    /**
     * Stores a value without waiting for the device. Writes that were started so, of one key, happen in the order of the calls; a write
     * that waits may overtake them.
     *
     * <p>Worth its while with {@code msync}, where a write waits for the device twice: all that are in flight then share its syncs. In
     * the other modes a write takes about a microsecond, and is done when this returns.
     *
     * @param key the key; it may be changed after the call
     * @param value the value; it may be changed after the call
     * @return completes when the value is durable, as {@link Store#durability} reports, or with the exception that {@link #put} would
     *     have thrown. What depends on it runs in the common pool, or in the caller's thread
     */
    CompletableFuture<Void> putAsync(byte[] key, byte[] value);

    /**
     * Removes a key and its value without waiting for the device; the rest is as for {@link #putAsync}.
     *
     * @param key the key; it may be changed after the call
     * @return completes when the key is durably gone; true when there was a value
     */
    CompletableFuture<Boolean> deleteAsync(byte[] key);

    /**
     * Removes a key and its value.
     *
     * @param key the key
     * @return true when there was a value
     */
    boolean delete(byte[] key);

    /**
     * Removes a key and its value.
     *
     * @param key holds the key
     * @param keyOffset first byte of the key
     * @param keyLength bytes of the key
     * @return true when there was a value
     * @throws IndexOutOfBoundsException when the key's range does not lie within its buffer
     */
    boolean delete(DirectBuffer key, int keyOffset, int keyLength);

    /**
     * Removes a key whose value has just these bytes.
     *
     * @param key the key
     * @param expected what the value must be
     * @return true when it was removed, false when the key had another value or none, which is unchanged
     */
    boolean delete(byte[] key, byte[] expected);

    /**
     * Removes a key whose value has just these bytes.
     *
     * @param key holds the key
     * @param keyOffset first byte of the key
     * @param keyLength bytes of the key
     * @param expected holds what the value must be
     * @param expectedOffset first byte of it
     * @param expectedLength bytes of it
     * @return true when it was removed, false when the key had another value or none, which is unchanged
     * @throws IndexOutOfBoundsException when a range does not lie within its buffer
     */
    boolean delete(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer expected,
            int expectedOffset,
            int expectedLength);

    /**
     * Reads the values of many keys in place. Their cache misses overlap, so this is a few times faster than one after the other, where the
     * data is larger than the processor's cache. Each value is one that its key had during the call; they are not of one instant.
     *
     * @param keys the keys
     * @param reader gets each value, in the order of the keys
     * @return number of keys that have a value
     */
    int readAll(byte[][] keys, IndexedValueReader reader);

    /**
     * Reads the values of many keys of one length in place; see {@link #readAll(byte[][], IndexedValueReader)}.
     *
     * @param keys holds the keys, one behind the other
     * @param keysOffset first byte of the first key
     * @param keyLength bytes of each key
     * @param count number of keys
     * @param reader gets each value, in the order of the keys
     * @return number of keys that have a value
     * @throws IndexOutOfBoundsException when the keys do not lie within the buffer
     */
    int readAll(DirectBuffer keys, int keysOffset, int keyLength, int count, IndexedValueReader reader);

    /**
     * Whether a key has a value.
     *
     * @param key the key
     * @return true when it has
     */
    boolean contains(byte[] key);

    /**
     * Whether a key has a value.
     *
     * @param key holds the key
     * @param keyOffset first byte of the key
     * @param keyLength bytes of the key
     * @return true when it has
     * @throws IndexOutOfBoundsException when the key's range does not lie within its buffer
     */
    boolean contains(DirectBuffer key, int keyOffset, int keyLength);

    /**
     * Visits the entries, in no particular order. Weakly consistent: an entry that is there from the first call to the last is
     * visited exactly once; one that is stored or removed meanwhile is visited once or not at all. The views are valid
     * during each visit only. The visitor may call this store.
     *
     * @param visitor gets each key and value
     * @return true when all were visited, false when the visitor ended it
     */
    boolean forEach(EntryVisitor visitor);

    /**
     * Iterates over the entries, copied. Weakly consistent, as {@link #forEach}; holds nothing back between two calls, so it may be left
     * unfinished. {@code Iterator.remove} removes the key, whatever its value is by then. An iterator is for one thread at a time.
     *
     * @return the entries; each call of {@code iterator()} begins anew
     */
    Iterable<KvEntry> entries();

    /**
     * Iterates over the keys, copied, without reading values; as {@link #entries}.
     *
     * @return the keys
     */
    Iterable<byte[]> keys();

    /**
     * Iterates over the values, copied; as {@link #entries}.
     *
     * @return the values; each call of {@code iterator()} begins anew
     */
    default Iterable<byte[]> values() {
        final Iterable<KvEntry> entries = entries();
        return () -> new ValueIterator(entries.iterator());
    }

    /**
     * Removes all entries, durably, in one step and in constant time; their space is given back bit by bit, when the operations that were
     * running have ended. An iteration that is under way goes on with what it has read, then with the entries stored since.
     */
    void clear();

    /**
     * Number of entries. Exact while nobody writes; with writers, a number that was right at some instant of each stripe of the
     * count. Constant time, except for the first call after the process was killed: that one walks the index pages (not the
     * records) of the map.
     *
     * @return the number
     */
    long size();
}
