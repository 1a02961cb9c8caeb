package org.ashlar.kv;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A named map from byte strings to byte strings.
 *
 * <p>Keys have 0 to 65,535 bytes, values 0 bytes to the largest free run of space. Handles are cheap, may be kept as long
 * as the store is open and are safe to share between threads.
 *
 * <p><b>Durability.</b> When {@code put}, {@code putIfAbsent} or {@code delete} returns, its effect has the durability that
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
     * Number of entries. Exact while nobody writes; with writers, a number that was right at some instant of each stripe of the
     * count. Constant time, except for the first call after the process was killed: that one walks the index pages (not the
     * records) of the map.
     *
     * @return the number
     */
    long size();
}
