package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.ashlar.engine.KillWorkload.Kind;
import org.ashlar.engine.KillWorkload.Operation;
import org.ashlar.kv.Store;
import org.jspecify.annotations.Nullable;

/** What each key of a store holds for certain, over all lives of those who wrote to it and were killed. */
final class KillOracle {
    private final Map<Integer, Operation> certain = new HashMap<>();

    /**
     * Takes over one life: what was acknowledged has happened; of the operation that each writer was at, the store tells whether it has.
     *
     * @param acknowledged how many operations of each writer
     * @return of each writer, whether the operation that it was at has happened
     */
    boolean[] settle(final Store store, final long life, final long[] acknowledged) {
        final boolean[] happened = new boolean[KillWorkload.WRITERS];
        for (int writer = 0; writer < KillWorkload.WRITERS; writer++) {
            final Operation inFlight =
                    replay(life, writer, acknowledged[writer]).next();
            if (!holds(store, inFlight.key(), certain.get(inFlight.key()))) {
                assertTrue(inFlight.kind() != Kind.PUT_IF_ABSENT || !certain.containsKey(inFlight.key()));
                assertTrue(inFlight.kind() != Kind.REPLACE || certain.containsKey(inFlight.key()));
                apply(inFlight);
                happened[writer] = true;
            }
        }
        return happened;
    }

    /** Takes over a life of which {@link #settle} has told the end before. */
    void repeat(final long life, final long[] acknowledged, final boolean[] happened) {
        for (int writer = 0; writer < KillWorkload.WRITERS; writer++) {
            final Operation inFlight =
                    replay(life, writer, acknowledged[writer]).next();
            if (happened[writer]) {
                apply(inFlight);
            }
        }
    }

    private KillWorkload replay(final long life, final int writer, final long acknowledged) {
        final KillWorkload workload = new KillWorkload(writer, life);
        for (long i = 0; i < acknowledged; i++) {
            apply(workload.next());
        }
        return workload;
    }

    private void apply(final Operation operation) {
        switch (operation.kind()) {
            case PUT -> certain.put(operation.key(), operation);
            case PUT_IF_ABSENT -> certain.putIfAbsent(operation.key(), operation);
            case REPLACE -> certain.replace(operation.key(), operation);
            case DELETE -> certain.remove(operation.key());
        }
    }

    private static boolean holds(final Store store, final int key, final @Nullable Operation expected) {
        if (!store.mapNames().contains(KillWorkload.mapOf(key))) {
            return expected == null;
        }
        final byte[] found = store.map(KillWorkload.mapOf(key)).get(KillWorkload.key(key));
        return expected == null ? found == null : found != null && Arrays.equals(expected.value(), found);
    }

    /** Checks that a store holds just this, and is sound. */
    void check(final Store store, final String what) {
        certain.forEach((key, operation) ->
                assertTrue(holds(store, key, operation), () -> "key " + key + " lost " + operation + "; " + what));
        long found = 0;
        for (final String name : store.mapNames()) {
            found += store.map(name).size();
            store.map(name).forEach((key, value) -> {
                final int number = ByteBuffer.wrap(key.toByteArray()).getInt();
                final Operation expected = certain.get(number);
                assertTrue(
                        expected != null && Arrays.equals(expected.value(), value.toByteArray()),
                        () -> "key " + number + " holds what nobody stored last; " + what);
                return true;
            });
        }
        assertEquals(certain.size(), found, what);
        TestStores.assertSound(store);
    }

    int size() {
        return certain.size();
    }

    long liveBytes() {
        return certain.values().stream()
                .mapToLong(operation -> operation.length() + 50)
                .sum();
    }

    void clear() {
        certain.clear();
    }
}
