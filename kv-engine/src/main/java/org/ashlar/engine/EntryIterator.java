package org.ashlar.engine;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.ashlar.kv.KvEntry;
import org.jspecify.annotations.Nullable;

/** Goes through the entries of a map: through its keys, and reads each value when its turn has come. */
final class EntryIterator implements Iterator<KvEntry> {
    private final EngineMap map;
    private final KeyIterator keys;
    private @Nullable KvEntry next;
    private byte @Nullable [] last;

    EntryIterator(final EngineMap map, final KeyIterator keys) {
        this.map = map;
        this.keys = keys;
    }

    @Override
    public boolean hasNext() {
        return advance() != null;
    }

    private @Nullable KvEntry advance() {
        while (next == null && keys.hasNext()) {
            final byte[] key = keys.next();
            final byte[] value = map.get(key);
            if (value != null) { // else it was removed since its leaf was read
                next = new KvEntry(key, value);
            }
        }
        return next;
    }

    @Override
    public KvEntry next() {
        final KvEntry entry = advance();
        if (entry == null) {
            throw new NoSuchElementException();
        }
        next = null;
        last = entry.key();
        return entry;
    }

    @Override
    public void remove() {
        final byte[] key = last;
        if (key == null) {
            throw new IllegalStateException("next has not been called, or what it returned was removed");
        }
        last = null;
        map.delete(key);
    }
}
