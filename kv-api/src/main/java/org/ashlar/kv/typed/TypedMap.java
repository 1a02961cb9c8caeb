package org.ashlar.kv.typed;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.kv.KvEntry;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.ValueReader;
import org.jspecify.annotations.Nullable;

/**
 * A {@link KvMap} of objects. Each operation is one operation of the map below, with its durability, atomicity and exceptions; see the
 * package for what holds of all of them. Cheap to make, safe to share between threads, and several may stand on one map.
 *
 * <p>Functions run under no lock and in no read scope, and may call the store. They run again when another thread has changed the
 * value meanwhile; so one that changes its own key each time it runs never ends.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
public final class TypedMap<K, V> {
    private final KvMap map;
    private final Codec<K> keys;
    private final Codec<V> values;

    private TypedMap(final KvMap map, final Codec<K> keys, final Codec<V> values) {
        this.map = Objects.requireNonNull(map, "map");
        this.keys = Objects.requireNonNull(keys, "keys");
        this.values = Objects.requireNonNull(values, "values");
    }

    /**
     * Makes a typed map of a map of bytes.
     *
     * @param map where the entries are
     * @param keys codec of the keys
     * @param values codec of the values
     * @param <K> the type of the keys
     * @param <V> the type of the values
     * @return the typed map
     */
    public static <K, V> TypedMap<K, V> of(final KvMap map, final Codec<K> keys, final Codec<V> values) {
        return new TypedMap<>(map, keys, values);
    }

    /**
     * The map of bytes below, for everything that is done in place.
     *
     * @return the map that this one was made of
     */
    public KvMap bytes() {
        return map;
    }

    /**
     * This map as the collections of the JDK know maps: a live view, which keeps nothing of its own. Its iterators are weakly
     * consistent, {@code size()} stops at {@link Integer#MAX_VALUE}, and a key or value of another type gives
     * {@link ClassCastException}. {@code put} reads what was there before, to return it: {@link #put(Object, Object) put} of this class
     * does not.
     *
     * @return the view
     */
    public ConcurrentMap<K, V> asConcurrentMap() {
        return new MapView<>(this);
    }

    // ----------------------------------------------------------------------------------------------------- reading

    /**
     * The value of a key.
     *
     * @param key the key
     * @return its value, or null when it has none
     */
    public @Nullable V get(final K key) {
        final byte[] k = keyBytes(key);
        return map.read(k, view -> value(k, view));
    }

    /**
     * The value of a key, or another one in its place.
     *
     * @param key the key
     * @param absent what to return when the key has no value
     * @return the key's value, or {@code absent}
     */
    public V getOrDefault(final K key, final V absent) {
        Objects.requireNonNull(absent, "absent");
        final V value = get(key);
        return value != null ? value : absent;
    }

    /**
     * Whether a key has a value.
     *
     * @param key the key
     * @return true when it has
     */
    public boolean containsKey(final K key) {
        return map.contains(keyBytes(key));
    }

    /**
     * Number of entries; see {@link KvMap#size}.
     *
     * @return the number
     */
    public long size() {
        return map.size();
    }

    /**
     * Whether there is no entry; as exact as {@link #size}.
     *
     * @return true when there is none
     */
    public boolean isEmpty() {
        return map.size() == 0;
    }

    // ----------------------------------------------------------------------------------------------------- writing

    /**
     * Stores a value for a key, in place of what was there.
     *
     * @param key the key
     * @param value the value
     */
    public void put(final K key, final V value) {
        final byte[] k = keyBytes(key);
        Objects.requireNonNull(value, "value");
        if (values instanceof ArrayCodec) {
            map.put(k, valueBytes(value));
        } else {
            map.put(k, values.encodedLength(value), slot -> values.encode(value, slot, 0));
        }
    }

    /**
     * Stores a value for a key that has none.
     *
     * @param key the key
     * @param value the value
     * @return true when it was stored, false when the key had a value, which is unchanged
     */
    public boolean putIfAbsent(final K key, final V value) {
        return map.putIfAbsent(keyBytes(key), valueBytes(value));
    }

    /**
     * Stores a value for a key that has one.
     *
     * @param key the key
     * @param value the value
     * @return true when it was stored, false when the key had no value, and has none now
     */
    public boolean replace(final K key, final V value) {
        return map.replace(keyBytes(key), valueBytes(value));
    }

    /**
     * Compare and set: stores a value for a key whose value has the bytes that the expected one is encoded to.
     *
     * @param key the key
     * @param expected what the value must be
     * @param value the new value
     * @return true when it was stored, false when the key had another value or none, which is unchanged
     */
    public boolean replace(final K key, final V expected, final V value) {
        return map.replace(keyBytes(key), valueBytes(expected), valueBytes(value));
    }

    /**
     * Removes a key and its value.
     *
     * @param key the key
     * @return true when there was a value
     */
    public boolean remove(final K key) {
        return map.delete(keyBytes(key));
    }

    /**
     * Removes a key whose value has the bytes that the expected one is encoded to.
     *
     * @param key the key
     * @param expected what the value must be
     * @return true when it was removed, false when the key had another value or none, which is unchanged
     */
    public boolean remove(final K key, final V expected) {
        return map.delete(keyBytes(key), valueBytes(expected));
    }

    /**
     * Removes the entries that a filter chooses, each only if its value is still the one that the filter saw: what another thread stores
     * meanwhile is not lost. All of them together are not one step.
     *
     * @param filter says true for what is to go
     * @return number of entries removed
     */
    public long removeIf(final BiPredicate<? super K, ? super V> filter) {
        Objects.requireNonNull(filter, "filter");
        long removed = 0;
        for (final KvEntry entry : map.entries()) {
            if (filter.test(key(entry.key()), value(entry.key(), entry.value()))
                    && map.delete(entry.key(), entry.value())) {
                removed++;
            }
        }
        return removed;
    }

    /** Removes all entries, durably, in one step; see {@link KvMap#clear}. */
    public void clear() {
        map.clear();
    }

    // ------------------------------------------------------------------------------------------- reading and writing

    /**
     * Reads the bytes of a value in place, without the codec: for a flyweight to be laid over them, which reads no more than it is asked for;
     * see {@link KvMap#read(byte[], ValueReader)}.
     *
     * @param key the key
     * @param reader gets the bytes that the codec has written; they are valid until it returns
     * @param <R> what it makes of them
     * @return what the reader returned, or null when the key has no value
     */
    public <R extends @Nullable Object> @Nullable R read(final K key, final ValueReader<R> reader) {
        return map.read(keyBytes(key), reader);
    }

    /**
     * Stores a value and tells what it replaced, in one step.
     *
     * @param key the key
     * @param value the value
     * @return the value before, or null when there was none
     */
    public @Nullable V getAndPut(final K key, final V value) {
        final byte[] k = keyBytes(key);
        return valueOrNull(k, map.getAndPut(k, valueBytes(value)));
    }

    /**
     * Stores a value for a key that has one and tells what it replaced, in one step.
     *
     * @param key the key
     * @param value the value
     * @return the value before, or null when there was none, and is none now
     */
    public @Nullable V getAndReplace(final K key, final V value) {
        final byte[] k = keyBytes(key);
        return valueOrNull(k, map.getAndReplace(k, valueBytes(value)));
    }

    /**
     * Removes a key and tells what its value was, in one step.
     *
     * @param key the key
     * @return the value, or null when there was none
     */
    public @Nullable V getAndRemove(final K key) {
        final byte[] k = keyBytes(key);
        return valueOrNull(k, map.getAndDelete(k));
    }

    /**
     * Computes a new value from a key and its value, or from the value's absence, and stores it in one step.
     *
     * @param key the key
     * @param function gets the key, and its value or null; returns the new value, or null to remove the key
     * @return the value that was stored, or null
     */
    public @Nullable V compute(
            final K key, final BiFunction<? super K, ? super @Nullable V, ? extends @Nullable V> function) {
        final byte[] k = keyBytes(key);
        Objects.requireNonNull(function, "function");
        return valueOrNull(k, map.compute(k, old -> bytesOrNull(function.apply(key, valueOrNull(k, old)))));
    }

    /**
     * As {@link #compute}, for a key that has no value. What the function made is dropped when another thread was first.
     *
     * @param key the key
     * @param function gets the key; returns its value, or null to leave it without one
     * @return the value that the key has now, or null
     */
    public @Nullable V computeIfAbsent(final K key, final Function<? super K, ? extends @Nullable V> function) {
        final byte[] k = keyBytes(key);
        Objects.requireNonNull(function, "function");
        return valueOrNull(k, map.computeIfAbsent(k, none -> bytesOrNull(function.apply(key))));
    }

    /**
     * As {@link #compute}, for a key that has a value.
     *
     * @param key the key
     * @param function gets the key and its value; returns the new value, or null to remove the key
     * @return the value that was stored, or null when there was none, or it was removed
     */
    public @Nullable V computeIfPresent(
            final K key, final BiFunction<? super K, ? super V, ? extends @Nullable V> function) {
        final byte[] k = keyBytes(key);
        Objects.requireNonNull(function, "function");
        return valueOrNull(
                k,
                map.computeIfPresent(k, old -> old == null ? null : bytesOrNull(function.apply(key, value(k, old)))));
    }

    /**
     * Stores a value for a key that has none, or what a function makes of its value and this one, in one step.
     *
     * @param key the key
     * @param value the value to begin with, or to be merged
     * @param function gets the value that is there and the one to be merged; returns the new one, or null to remove the key
     * @return the value that was stored, or null when the key was removed
     */
    public @Nullable V merge(
            final K key, final V value, final BiFunction<? super V, ? super V, ? extends @Nullable V> function) {
        final byte[] k = keyBytes(key);
        final byte[] first = valueBytes(value);
        Objects.requireNonNull(function, "function");
        return valueOrNull(
                k, map.compute(k, old -> old == null ? first : bytesOrNull(function.apply(value(k, old), value))));
    }

    // --------------------------------------------------------------------------------------------------- iterating

    /**
     * Passes each entry to an action; weakly consistent, as {@link #entries}.
     *
     * @param action gets each key and value
     */
    public void forEach(final BiConsumer<? super K, ? super V> action) {
        Objects.requireNonNull(action, "action");
        for (final KvEntry entry : map.entries()) {
            action.accept(key(entry.key()), value(entry.key(), entry.value()));
        }
    }

    /**
     * Iterates over the keys, without reading values; see {@link KvMap#keys}.
     *
     * @return the keys; each call of {@code iterator()} begins anew
     */
    public Iterable<K> keys() {
        return () -> new DecodingIterator<>(map.keys(), this::key);
    }

    /**
     * Iterates over the entries; see {@link KvMap#entries}. {@code Entry.setValue} stores the value, whatever the key's value is by then.
     *
     * @return the entries; each call of {@code iterator()} begins anew
     */
    public Iterable<Map.Entry<K, V>> entries() {
        return () -> new DecodingIterator<>(
                map.entries(), entry -> new StoredEntry<>(this, key(entry.key()), value(entry.key(), entry.value())));
    }

    /**
     * Iterates over the values; see {@link KvMap#values}.
     *
     * @return the values; each call of {@code iterator()} begins anew
     */
    public Iterable<V> values() {
        return () -> new DecodingIterator<>(map.entries(), entry -> value(entry.key(), entry.value()));
    }

    @Override
    public String toString() {
        return "TypedMap[" + map.name() + "]";
    }

    // ----------------------------------------------------------------------------------------------------- codecs

    private byte[] keyBytes(final K key) {
        return ArrayCodec.toBytes(keys, Objects.requireNonNull(key, "key"));
    }

    byte[] valueBytes(final V value) {
        return ArrayCodec.toBytes(values, Objects.requireNonNull(value, "value"));
    }

    /** Whether a key has just this value. */
    boolean holds(final K key, final V value) {
        final byte[] wanted = valueBytes(value);
        return Arrays.equals(map.get(keyBytes(key)), wanted);
    }

    private byte @Nullable [] bytesOrNull(final @Nullable V value) {
        return value == null ? null : valueBytes(value);
    }

    private K key(final byte[] key) {
        try {
            return decode(keys, new UnsafeBuffer(key));
        } catch (final DecodeException e) {
            throw new DecodeException("key in map '" + map.name() + "': " + e.getMessage(), e);
        }
    }

    private V value(final byte[] key, final byte[] value) {
        return value(key, new UnsafeBuffer(value));
    }

    private @Nullable V valueOrNull(final byte[] key, final byte @Nullable [] value) {
        return value == null ? null : value(key, value);
    }

    private V value(final byte[] key, final DirectBuffer value) {
        try {
            return decode(values, value);
        } catch (final DecodeException e) {
            final String shown = DecodeException.show(new UnsafeBuffer(key), 0, key.length);
            throw new DecodeException("value of key " + shown + " in map '" + map.name() + "': " + e.getMessage(), e);
        }
    }

    private static <T> T decode(final Codec<T> codec, final DirectBuffer source) {
        return Objects.requireNonNull(codec.decode(source, 0, source.capacity()), "the codec decoded null");
    }
}
