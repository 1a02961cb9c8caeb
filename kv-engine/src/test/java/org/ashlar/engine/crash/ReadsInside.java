package org.ashlar.engine.crash;

import java.util.HashMap;
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
                        ? operation.key()
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
