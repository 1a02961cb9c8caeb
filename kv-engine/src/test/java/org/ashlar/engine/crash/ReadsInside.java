package org.ashlar.engine.crash;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.pmem.sim.CrashSimulator;

/** Reads in the middle of an operation, on another thread while the writer is held. */
final class ReadsInside {
    private final RunContext context;
    /** Only what has them may be read inside an operation: to get one may have to wait for a writer. */
    private final Map<String, KvMap> handles = new HashMap<>();

    ReadsInside(final RunContext context) {
        this.context = context;
    }

    /** An operation is about to begin. */
    void begin(final Operation operation) {
        if (operation.kind() == Operation.Kind.DROP) {
            handles.remove(operation.map());
        }
    }

    /** An operation has ended. */
    void end(final Operation operation, final Store store, final Oracle oracle) {
        if (oracle.certainMaps().contains(operation.map())) {
            handles.computeIfAbsent(operation.map(), map -> store.map(oracle.nameOf(map)));
        }
    }

    void clear() {
        handles.clear();
    }

    /** The key of an operation; of one on a whole map a key that is there, if any is. Without dice: so a seed draws what it always drew. */
    private static int keyOf(final Operation operation, final Oracle oracle, final long turn) {
        if (operation.key() >= 0) {
            return operation.key();
        }
        final List<Integer> there = oracle.keys(operation.map()).stream()
                .filter(key -> !oracle.allowed(operation.map(), key).equals(List.of(Value.ABSENT)))
                .toList();
        return there.isEmpty() ? operation.key() : there.get((int) (turn % there.size()));
    }

    /** Reads some keys as another thread would that runs just now, and holds on to what it saw; false where it cannot. */
    boolean readSome(final CrashSimulator simulator, final Oracle oracle, final SplittableRandom random) {
        final Operation operation = oracle.inFlight();
        final KvMap handle = operation == null ? null : handles.get(operation.map());
        if (operation == null || handle == null) {
            return false;
        }
        context.readsInside++;
        simulator.callOn(context.reader, context.readLimit, () -> {
            for (int i = 0; i < 1 + random.nextInt(2); i++) {
                final boolean same = random.nextInt(3) != 0;
                final int key = same
                        ? keyOf(operation, oracle, simulator.events() + i)
                        : context.profile
                                .keys()
                                .get(random.nextInt(context.profile.keys().size()));
                StoreCheck.read(handle, operation.map(), key, oracle, random.nextBoolean());
            }
            return true;
        });
        return true;
    }
}
