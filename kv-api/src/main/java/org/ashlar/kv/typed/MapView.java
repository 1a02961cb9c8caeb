package org.ashlar.kv.typed;

import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A typed map as a {@link ConcurrentMap}.
 *
 * <p>What {@link AbstractMap} builds on iteration is done by key here where a key is known. What removes an entry or a value for what it
 * holds removes it only if it still holds that: the bulk operations of the JDK's abstract collections look first and remove by key
 * later, and would lose what another thread has stored in between.
 */
final class MapView<K, V> extends AbstractMap<K, V> implements ConcurrentMap<K, V> {
    private final TypedMap<K, V> map;

    MapView(final TypedMap<K, V> map) {
        this.map = map;
    }

    /** A key of another type is for the codec to refuse. */
    @SuppressWarnings("unchecked")
    private K asKey(final Object key) {
        return (K) key;
    }

    @SuppressWarnings("unchecked")
    private V asValue(final Object value) {
        return (V) value;
    }

    @Override
    public int size() {
        return (int) Math.min(map.size(), Integer.MAX_VALUE);
    }

    @Override
    public boolean isEmpty() {
        return map.isEmpty();
    }

    @Override
    public @Nullable V get(final Object key) {
        return map.get(asKey(key));
    }

    @Override
    public boolean containsKey(final Object key) {
        return map.containsKey(asKey(key));
    }

    @Override
    public boolean containsValue(final Object value) {
        final byte[] wanted = map.valueBytes(asValue(value));
        return !map.bytes().forEach((k, v) -> !Arrays.equals(v.toByteArray(), wanted));
    }

    @Override
    public @Nullable V put(final K key, final V value) {
        return map.getAndPut(key, value);
    }

    @Override
    public void putAll(final Map<? extends K, ? extends V> entries) {
        entries.forEach(map::put);
    }

    @Override
    public @Nullable V putIfAbsent(final K key, final V value) {
        while (true) {
            final V there = map.get(key);
            if (there != null) {
                Objects.requireNonNull(value, "value");
                return there;
            }
            if (map.putIfAbsent(key, value)) {
                return null;
            }
        }
    }

    @Override
    public @Nullable V replace(final K key, final V value) {
        return map.getAndReplace(key, value);
    }

    @Override
    public boolean replace(final K key, final V expected, final V value) {
        return map.replace(key, expected, value);
    }

    @Override
    public @Nullable V remove(final Object key) {
        return map.getAndRemove(asKey(key));
    }

    @Override
    public boolean remove(final Object key, final Object expected) {
        return map.remove(asKey(key), asValue(expected));
    }

    @Override
    public @Nullable V compute(
            final K key, final BiFunction<? super K, ? super @Nullable V, ? extends @Nullable V> function) {
        return map.compute(key, function);
    }

    @Override
    public @Nullable V computeIfAbsent(final K key, final Function<? super K, ? extends @Nullable V> function) {
        return map.computeIfAbsent(key, function);
    }

    @Override
    public @Nullable V computeIfPresent(
            final K key, final BiFunction<? super K, ? super V, ? extends @Nullable V> function) {
        return map.computeIfPresent(key, function);
    }

    @Override
    public @Nullable V merge(
            final K key, final V value, final BiFunction<? super V, ? super V, ? extends @Nullable V> function) {
        return map.merge(key, value, function);
    }

    @Override
    public void clear() {
        map.clear();
    }

    @Override
    public Set<K> keySet() {
        return new KeySet();
    }

    @Override
    public Collection<V> values() {
        return new Values();
    }

    @Override
    public Set<Entry<K, V>> entrySet() {
        return new EntrySet();
    }

    private final class KeySet extends AbstractSet<K> {
        @Override
        public int size() {
            return MapView.this.size();
        }

        @Override
        public boolean contains(final Object key) {
            return containsKey(key);
        }

        @Override
        public boolean remove(final Object key) {
            return map.remove(asKey(key));
        }

        @Override
        public void clear() {
            map.clear();
        }

        @Override
        public Iterator<K> iterator() {
            return map.keys().iterator();
        }
    }

    private final class Values extends AbstractCollection<V> {
        @Override
        public int size() {
            return MapView.this.size();
        }

        @Override
        public boolean contains(final Object value) {
            return containsValue(value);
        }

        @Override
        public boolean remove(final Object value) {
            final byte[] wanted = map.valueBytes(asValue(value));
            for (final var entry : map.bytes().entries()) {
                if (Arrays.equals(entry.value(), wanted) && map.bytes().delete(entry.key(), wanted)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean removeIf(final Predicate<? super V> filter) {
            Objects.requireNonNull(filter, "filter");
            return map.removeIf((key, value) -> filter.test(value)) > 0;
        }

        @Override
        public boolean removeAll(final Collection<?> values) {
            Objects.requireNonNull(values, "values");
            return removeIf(values::contains);
        }

        @Override
        public boolean retainAll(final Collection<?> values) {
            Objects.requireNonNull(values, "values");
            return removeIf(value -> !values.contains(value));
        }

        @Override
        public void clear() {
            map.clear();
        }

        @Override
        public Iterator<V> iterator() {
            return new DecodingIterator<>(map.entries(), Entry::getValue);
        }
    }

    private final class EntrySet extends AbstractSet<Entry<K, V>> {
        @Override
        public int size() {
            return MapView.this.size();
        }

        @Override
        public boolean contains(final Object object) {
            return isEntry(object)
                    && map.holds(asKey(((Entry<?, ?>) object).getKey()), asValue(((Entry<?, ?>) object).getValue()));
        }

        @Override
        public boolean remove(final Object object) {
            return isEntry(object)
                    && MapView.this.remove(((Entry<?, ?>) object).getKey(), ((Entry<?, ?>) object).getValue());
        }

        /** Nothing that holds a null is here. */
        private boolean isEntry(final Object object) {
            return object instanceof Entry<?, ?> entry && entry.getKey() != null && entry.getValue() != null;
        }

        @Override
        public boolean removeIf(final Predicate<? super Entry<K, V>> filter) {
            Objects.requireNonNull(filter, "filter");
            return map.removeIf((key, value) -> filter.test(new SimpleImmutableEntry<>(key, value))) > 0;
        }

        @Override
        public boolean removeAll(final Collection<?> entries) {
            Objects.requireNonNull(entries, "entries");
            boolean changed = false;
            for (final Object entry : entries) {
                changed |= remove(entry);
            }
            return changed;
        }

        @Override
        public boolean retainAll(final Collection<?> entries) {
            Objects.requireNonNull(entries, "entries");
            return removeIf(entry -> !entries.contains(entry));
        }

        @Override
        public void clear() {
            map.clear();
        }

        @Override
        public Iterator<Entry<K, V>> iterator() {
            return map.entries().iterator();
        }
    }
}
