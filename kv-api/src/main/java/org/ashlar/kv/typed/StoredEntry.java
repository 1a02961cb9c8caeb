package org.ashlar.kv.typed;

import java.util.AbstractMap;

/** An entry as an iterator found it, which stores what is set. */
final class StoredEntry<K, V> extends AbstractMap.SimpleEntry<K, V> {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // nobody serializes an entry of a store
    private final TypedMap<K, V> map;

    StoredEntry(final TypedMap<K, V> map, final K key, final V value) {
        super(key, value);
        this.map = map;
    }

    @Override
    public V setValue(final V value) {
        map.put(getKey(), value);
        return super.setValue(value);
    }
}
