package org.ashlar.engine.crash;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreFullException;
import org.ashlar.pmem.sim.Turns;
import org.jspecify.annotations.Nullable;

/**
 * What several threads do that take turns: all of them store and read the same keys of one map, and clear it now and then; one has maps of
 * its own besides, which it creates, clears, renames and drops. Before, the map is filled up to a few keys from its next split.
 */
final class ThreadedWorkload {
    private static final Map<String, Integer> UNTIL_SPLIT = new ConcurrentHashMap<>();
    private static final String SHARED = Profile.mapName(0);
    private static final int HOT_KEYS = 3;
    private static final int KEYS_BEFORE_SPLIT = 6;
    private static final int OPERATIONS_TO_A_CLEAR = 30;

    private static final List<Operation.Kind> KINDS = List.of(
            Operation.Kind.PUT,
            Operation.Kind.PUT,
            Operation.Kind.PUT_IN_PLACE,
            Operation.Kind.GET_AND_PUT,
            Operation.Kind.PUT_IF_ABSENT,
            Operation.Kind.REPLACE,
            Operation.Kind.COMPARE_AND_SET,
            Operation.Kind.DELETE,
            Operation.Kind.GET,
            Operation.Kind.GET,
            Operation.Kind.GET);

    private final Profile profile;
    private final long seed;
    private final Turns turns;
    private final Oracle oracle;
    private final Histories histories = new Histories(SHARED);
    private int prefilled;
    private long acknowledged;

    ThreadedWorkload(final Profile profile, final long seed, final Oracle oracle) {
        this.profile = profile;
        this.seed = seed;
        this.oracle = oracle;
        turns = profile.onlySwitchAt() > 0 ? Turns.switchingAt(profile.onlySwitchAt()) : new Turns(seed);
    }

    Turns turns() {
        return turns;
    }

    /** What must be there after a crash just now. */
    Oracle expectation() {
        final Oracle expected = oracle.copy();
        histories.tell(expected);
        return expected;
    }

    /** How many operations have returned. */
    long acknowledged() {
        return acknowledged;
    }

    /** No thread runs: the oracle knows what there is. */
    void settle() {
        histories.tell(oracle);
    }

    String inFlight() {
        return histories.inFlight().toString();
    }

    // ------------------------------------------------------------------------------------------------------- before

    /** Creates the store and the map that all threads share, with no recorder. */
    void prefill(final Subject subject, final Path pool) {
        final int untilSplit = UNTIL_SPLIT.computeIfAbsent(profile.name(), name -> untilSplit(subject, pool));
        prefilled = Math.max(0, untilSplit - new SplittableRandom(seed).nextInt(KEYS_BEFORE_SPLIT));
        try (Store store = subject.open(pool)) {
            final KvMap map = store.map(SHARED);
            oracle.certain(SHARED);
            for (int i = 0; i < prefilled; i++) {
                final int key = profile.keys().get(i);
                final Value value = new Value(oracle.nextVersion(), i % 13);
                map.put(Value.key(key), value.bytes(SHARED, key));
                histories.was(key, value);
            }
        }
        settle();
    }

    /** How many keys fit before a page is split; 0 where there are not as many. */
    private int untilSplit(final Subject subject, final Path pool) {
        final Path scratch = pool.resolveSibling("scratch");
        try (Store store = subject.open(scratch)) {
            final KvMap map = store.map(SHARED);
            for (int i = 0; i < profile.keys().size(); i++) {
                map.put(Value.key(profile.keys().get(i)), new byte[i % 13]);
                if (store.stats().splits() > 0) {
                    return i;
                }
            }
            return profile.keys().size() / 2;
        }
    }

    // ------------------------------------------------------------------------------------------------------- the
    // threads

    void run(final Store store, final Runnable onFailure) throws Throwable {
        final List<Runnable> tasks = new ArrayList<>();
        for (int t = 0; t < profile.threads(); t++) {
            final int number = t;
            tasks.add(() -> {
                final SplittableRandom random = new SplittableRandom(seed * 31 + number);
                for (int i = 0; i < profile.operations(); i++) {
                    if (number == 0 && random.nextInt(3) == 0) {
                        StoreCheck.run(store, profile.nextApart(oracle, random), oracle);
                    } else {
                        operate(store, random);
                    }
                }
            });
        }
        turns.run(tasks, onFailure);
    }

    private void operate(final Store store, final SplittableRandom random) {
        turns.step(false);
        final KvMap map = store.map(SHARED);
        if (profile.threads() > 2 && random.nextInt(OPERATIONS_TO_A_CLEAR) == 0) {
            clear(map);
            return;
        }
        final int first = random.nextInt(4) == 0 ? 0 : prefilled;
        final int index = random.nextBoolean()
                ? random.nextInt(HOT_KEYS)
                : random.nextInt(first, profile.keys().size());
        final int key = profile.keys().get(index);
        if (!histories.hasRoom(key)) {
            return;
        }
        final Operation.Kind kind = KINDS.get(random.nextInt(KINDS.size()));
        final boolean stores = kind != Operation.Kind.DELETE && kind != Operation.Kind.GET;
        final Value value = stores ? profile.value(oracle, random) : Value.ABSENT;
        final Value expected = kind == Operation.Kind.COMPARE_AND_SET ? histories.someValue(key) : Value.ABSENT;
        final Histories.Call call = histories.begin(new Operation(kind, SHARED, key, value), expected);
        try {
            call(map, call, Value.key(key), expected);
        } catch (final StoreFullException e) {
            turns.step(false);
            histories.withdraw(call);
        }
    }

    /** To each key of the map it is an operation of its own. */
    private void clear(final KvMap map) {
        if (!profile.keys().stream().allMatch(histories::hasRoom)) {
            return;
        }
        final List<Histories.Call> calls = profile.keys().stream()
                .map(key -> new Operation(Operation.Kind.CLEAR, SHARED, key, Value.ABSENT))
                .map(operation -> histories.begin(operation, Value.ABSENT))
                .toList();
        try {
            map.clear();
            returned();
            calls.forEach(histories::end);
        } catch (final StoreFullException e) {
            turns.step(false);
            calls.forEach(histories::withdraw);
        }
    }

    private void call(final KvMap map, final Histories.Call call, final byte[] key, final Value expected) {
        final Operation operation = call.operation();
        final int number = operation.key();
        final byte[] value =
                operation.value().isAbsent() ? new byte[0] : operation.value().bytes(SHARED, number);
        switch (operation.kind()) {
            case PUT -> {
                map.put(key, value);
                returned();
                histories.end(call);
            }
            case PUT_IN_PLACE -> {
                map.put(key, value.length, slot -> slot.putBytes(0, value));
                returned();
                histories.end(call);
            }
            case GET_AND_PUT -> saw(call, map.getAndPut(key, value));
            case GET -> saw(call, map.get(key));
            case PUT_IF_ABSENT -> returned(call, map.putIfAbsent(key, value));
            case REPLACE -> returned(call, map.replace(key, value));
            case DELETE -> returned(call, map.delete(key));
            case COMPARE_AND_SET ->
                returned(
                        call,
                        map.replace(key, expected.isAbsent() ? new byte[1] : expected.bytes(SHARED, number), value));
            default -> throw new AssertionError(operation);
        }
    }

    private void saw(final Histories.Call call, final byte @Nullable [] found) {
        returned();
        histories.endHavingSeen(call, found);
    }

    private void returned(final Histories.Call call, final boolean result) {
        returned();
        histories.endWith(call, result);
    }

    private void returned() {
        turns.step(false); // whoever waited for a lock goes on in its turn
        acknowledged++;
    }
}
