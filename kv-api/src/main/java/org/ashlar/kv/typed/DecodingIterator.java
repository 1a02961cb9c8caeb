package org.ashlar.kv.typed;

import java.util.Iterator;
import java.util.function.Function;

/** Makes objects of what another iterator finds. */
final class DecodingIterator<B, T> implements Iterator<T> {
    private final Iterator<B> bytes;
    private final Function<? super B, ? extends T> decoder;

    DecodingIterator(final Iterable<B> bytes, final Function<? super B, ? extends T> decoder) {
        this.bytes = bytes.iterator();
        this.decoder = decoder;
    }

    @Override
    public boolean hasNext() {
        return bytes.hasNext();
    }

    @Override
    public T next() {
        return decoder.apply(bytes.next());
    }

    @Override
    public void remove() {
        bytes.remove();
    }
}
