package org.ashlar.kv;

import java.util.Iterator;

/** The values of the entries that another iterator finds. */
final class ValueIterator implements Iterator<byte[]> {
    private final Iterator<KvEntry> entries;

    ValueIterator(final Iterator<KvEntry> entries) {
        this.entries = entries;
    }

    @Override
    public boolean hasNext() {
        return entries.hasNext();
    }

    @Override
    public byte[] next() {
        return entries.next().value();
    }

    @Override
    public void remove() {
        entries.remove();
    }
}
