package org.ashlar.bench.peers;

import java.nio.ByteOrder;
import java.util.Objects;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.bench.compare.Session;
import org.ashlar.bench.compare.Shape;
import org.jspecify.annotations.Nullable;

/**
 * A session on a store that is a map of the JDK, from {@code Long}s or arrays to arrays.
 *
 * @param <K> what keys are
 */
class MapSession<K> extends Session {
    private final ConcurrentMap<K, byte[]> map;
    private final Function<UnsafeBuffer, K> keys;
    private final @Nullable Arrays reused;

    /**
     * Of one thread.
     *
     * @param map the store
     * @param keys makes a key of a session's: {@link #number}, {@link #array} or {@link #newArray}
     * @param keepsArrays whether the map keeps the arrays that it is given, and hands them out
     */
    MapSession(
            final ConcurrentMap<K, byte[]> map,
            final Function<UnsafeBuffer, K> keys,
            final boolean keepsArrays,
            final Shape shape) {
        super(shape, false);
        this.map = map;
        this.keys = keys;
        reused = keepsArrays ? null : new Arrays(value);
    }

    /** A key of 8 bytes as a number. */
    static Long number(final UnsafeBuffer key) {
        return key.getLong(0, ByteOrder.LITTLE_ENDIAN);
    }

    /** The session's own array, for maps that do not keep it. */
    static byte[] array(final UnsafeBuffer key) {
        return Objects.requireNonNull(key.byteArray());
    }

    /** An array for the map to keep. */
    static byte[] newArray(final UnsafeBuffer key) {
        return array(key).clone();
    }

    @Override
    protected final int get() {
        final byte @Nullable [] bytes = map.get(keys.apply(key));
        if (bytes == null) {
            return -1;
        }
        if (reused == null) {
            found.putBytes(0, bytes);
        } else {
            found.wrap(bytes);
        }
        return bytes.length;
    }

    @Override
    protected void put(final int length) {
        map.put(keys.apply(key), written(length));
    }

    private byte[] written(final int length) {
        if (reused != null) {
            return reused.ofLength(length);
        }
        final byte[] bytes = new byte[length];
        value.getBytes(0, bytes);
        return bytes;
    }

    @Override
    protected boolean delete() {
        return map.remove(keys.apply(key)) != null;
    }
}
