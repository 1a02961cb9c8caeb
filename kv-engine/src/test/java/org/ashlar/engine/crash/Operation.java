package org.ashlar.engine.crash;

/**
 * One call on a store.
 *
 * @param kind which
 * @param map name that the map had first; the oracle knows under which it is now
 * @param key number of the key
 * @param value what it stores; {@link Value#ABSENT} where it stores nothing
 */
record Operation(Kind kind, String map, int key, Value value) {
    enum Kind {
        CREATE_MAP,
        PUT,
        PUT_IF_ABSENT,
        PUT_IN_PLACE,
        GET_AND_PUT,
        REPLACE,
        COMPARE_AND_SET,
        DELETE,
        CLEAR,
        DROP,
        RENAME,
        COMPACT,
        GET
    }

    boolean mayChange(final String otherMap, final int otherKey) {
        return kind != Kind.CREATE_MAP
                && kind != Kind.RENAME
                && kind != Kind.COMPACT
                && kind != Kind.GET
                && map.equals(otherMap)
                && (key == otherKey || kind == Kind.CLEAR || kind == Kind.DROP);
    }

    @Override
    public String toString() {
        return kind + " " + map + "/" + key + (value.isAbsent() ? "" : " " + value);
    }
}
