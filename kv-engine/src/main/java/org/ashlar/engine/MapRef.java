package org.ashlar.engine;

import org.ashlar.kv.MapDroppedException;
import org.jspecify.annotations.Nullable;

/**
 * What the name of a map stands for, in all handles alike: the map itself, another one after it was cleared, none after it was dropped.
 * To be asked inside an operation, and anew in each: what is replaced here is given back when the operations that may have asked before
 * have ended.
 */
final class MapRef {
    private volatile String name;
    private volatile @Nullable MapCore core;

    MapRef(final String name, final MapCore core) {
        this.name = name;
        this.core = core;
    }

    String name() {
        return name;
    }

    void rename(final String value) {
        name = value;
    }

    MapCore core() {
        final MapCore c = core;
        if (c == null) {
            throw new MapDroppedException(
                    "the map '" + name + "' was dropped; ask the store for a map of this name to make a new one");
        }
        return c;
    }

    void set(final @Nullable MapCore value) {
        core = value;
    }
}
