package org.ashlar.kv;

import org.jspecify.annotations.Nullable;

/** One step from a value, or none, to another, or none. */
final class Updates {
    private Updates() {}

    /** Makes the change if the key has the value before; tells whether it did. */
    static boolean apply(
            final KvMap map, final byte[] key, final byte @Nullable [] before, final byte @Nullable [] after) {
        if (before == null) {
            return after == null || map.putIfAbsent(key, after);
        }
        return after == null ? map.delete(key, before) : map.replace(key, before, after);
    }
}
