package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ashlar.engine.KillWorkload.Operation;
import org.ashlar.kv.Store;
import org.jspecify.annotations.Nullable;

/**
 * What each key of a store holds for certain, over all lives of those who wrote to it and were killed. A map that holds nothing and one that
 * is not there are the same here.
 */
final class KillOracle {
    private final Map<String, Map<Integer, Operation>> certain = new HashMap<>();

    /**
     * Takes over one life: what was acknowledged has happened; of the operation that each writer was at, the store tells whether it has.
     *
     * @param acknowledged how many operations of each writer
     * @return of each writer, whether the operation that it was at has happened
     */
    boolean[] settle(final Store store, final long life, final long[] acknowledged) {
        return settle(store, life, acknowledged, KillWorkload.Mix.USUAL, 1);
    }

    /**
     * Takes over one life of writers that may have been at several operations.
     *
     * @param mix what its operations are like
     * @param atOnce most operations that a writer begins before it waits for the first of them
     * @return of each writer, whether any that it was at has happened
     */
    boolean[] settle(
            final Store store,
            final long life,
            final long[] acknowledged,
            final KillWorkload.Mix mix,
            final int atOnce) {
        final boolean[] happened = new boolean[KillWorkload.WRITERS];
        for (int writer = 0; writer < KillWorkload.WRITERS; writer++) {
            final KillWorkload workload = replay(life, writer, acknowledged[writer], mix);
            final Operation first = workload.next();
            if (first.isAboutMap()) {
                happened[writer] = settleMap(store, first);
            } else {
                final Map<List<Object>, List<Operation>> inFlight = new LinkedHashMap<>(); // each key has its own order
                final int most = first.canStart() ? atOnce : 1;
                Operation operation = first;
                for (int i = 0; i < most && operation.canStart() == first.canStart(); i++) {
                    inFlight.computeIfAbsent(List.of(operation.map(), operation.key()), key -> new ArrayList<>())
                            .add(operation);
                    operation = workload.next();
                }
                for (final List<Operation> operations : inFlight.values()) {
                    happened[writer] |= settleKey(store, operations);
                }
            }
        }
        return happened;
    }

    private boolean settleMap(final Store store, final Operation operation) {
        final boolean happened = isOtherSize(store, operation.map()) || isOtherSize(store, operation.otherMap());
        if (happened) {
            apply(operation);
        }
        return happened;
    }

    private boolean isOtherSize(final Store store, final String map) {
        final long size = store.mapNames().contains(map) ? store.map(map).size() : 0;
        return size != in(map).size();
    }

    private boolean settleKey(final Store store, final List<Operation> operations) {
        boolean happened = false;
        for (final Operation operation : operations) {
            if (holds(store, operation.map(), operation.key())) {
                return happened;
            }
            apply(operation);
            happened = true;
        }
        return happened;
    }

    /** Takes over a life of which {@link #settle} has told the end before. */
    void repeat(final long life, final long[] acknowledged, final boolean[] happened) {
        for (int writer = 0; writer < KillWorkload.WRITERS; writer++) {
            final Operation inFlight = replay(life, writer, acknowledged[writer], KillWorkload.Mix.USUAL)
                    .next();
            if (happened[writer]) {
                apply(inFlight);
            }
        }
    }

    private KillWorkload replay(
            final long life, final int writer, final long acknowledged, final KillWorkload.Mix mix) {
        final KillWorkload workload = new KillWorkload(writer, life, mix);
        for (long i = 0; i < acknowledged; i++) {
            apply(workload.next());
        }
        return workload;
    }

    private void apply(final Operation operation) {
        final Map<Integer, Operation> map = in(operation.map());
        switch (operation.kind()) {
            case PUT -> map.put(operation.key(), operation);
            case PUT_IF_ABSENT -> map.putIfAbsent(operation.key(), operation);
            case REPLACE -> map.replace(operation.key(), operation);
            case DELETE -> map.remove(operation.key());
            case CLEAR, DROP -> map.clear();
            case RENAME -> {
                final Map<Integer, Operation> other = in(operation.otherMap());
                if (map.isEmpty()) {
                    map.putAll(other);
                    other.clear();
                } else {
                    map.clear();
                }
            }
        }
    }

    private Map<Integer, Operation> in(final String map) {
        return certain.computeIfAbsent(map, name -> new HashMap<>());
    }

    private boolean holds(final Store store, final String map, final int key) {
        final @Nullable Operation expected = in(map).get(key);
        if (!store.mapNames().contains(map)) {
            return expected == null;
        }
        final byte[] found = store.map(map).get(KillWorkload.key(key));
        return expected == null ? found == null : found != null && Arrays.equals(expected.value(), found);
    }

    /** Checks that a store holds just this, and is sound. */
    void check(final Store store, final String what) {
        certain.forEach((map, operations) -> operations.forEach((key, operation) -> assertTrue(
                holds(store, map, key), () -> "key " + key + " of " + map + " lost " + operation + "; " + what)));
        long found = 0;
        for (final String name : store.mapNames()) {
            found += store.map(name).size();
            store.map(name).forEach((key, value) -> {
                final int number = ByteBuffer.wrap(key.toByteArray()).getInt();
                final Operation expected = in(name).get(number);
                assertTrue(
                        expected != null && Arrays.equals(expected.value(), value.toByteArray()),
                        () -> "key " + number + " of " + name + " holds what nobody stored last; " + what);
                return true;
            });
        }
        assertEquals(size(), found, what);
        TestStores.assertSound(store);
    }

    int size() {
        return certain.values().stream().mapToInt(Map::size).sum();
    }

    long liveBytes() {
        return certain.values().stream()
                .flatMap(operations -> operations.values().stream())
                .mapToLong(operation -> operation.length() + 50)
                .sum();
    }

    void clear() {
        certain.clear();
    }
}
