package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreFullException;
import org.ashlar.kv.VerifyReport;

/** Runs operations on a store and holds it against an oracle. */
final class StoreCheck {
    private static final int ALL_KEYS = 60;

    private StoreCheck() {}

    /** Runs an operation, and tells the oracle before and after. */
    static void run(final Store store, final Operation operation, final Oracle oracle) {
        final String unsure = oracle.unsureMap();
        if (unsure != null && (unsure.equals(operation.map()) || operation.kind() == Operation.Kind.CLEAR)) {
            for (final int key : oracle.keysToTellBy()) {
                oracle.sawValue(unsure, key, store.map(oracle.nameOf(unsure)).get(Value.key(key)));
            }
            oracle.cannotTell();
        }
        if (oracle.isNameUnsure()) {
            checkMaps(store, oracle);
        }
        oracle.begin(operation);
        boolean result = false;
        try {
            if (operation.kind() == Operation.Kind.DROP) {
                assertTrue(store.dropMap(oracle.nameOf(operation.map())), "there was a map");
                oracle.end(operation, true);
                return;
            }
            if (operation.kind() == Operation.Kind.COMPACT) {
                assertTrue(store.compact() >= 0);
                oracle.end(operation, true);
                return;
            }
            if (operation.kind() == Operation.Kind.RENAME) {
                final String map = operation.map();
                assertTrue(store.renameMap(oracle.nameOf(map), oracle.nextNameOf(map)), "there was a map");
                oracle.end(operation, true);
                return;
            }
            final KvMap map = store.map(oracle.nameOf(operation.map()));
            final byte[] key = operation.key() < 0 ? new byte[0] : Value.key(operation.key());
            switch (operation.kind()) {
                case CREATE_MAP, DROP, RENAME, COMPACT -> {}
                case CLEAR -> map.clear();
                case PUT -> putInAWay(store, map, key, operation);
                case PUT_IF_ABSENT ->
                    result = map.putIfAbsent(key, operation.value().bytes(operation.map(), operation.key()));
                case PUT_IN_PLACE -> {
                    final byte[] value = operation.value().bytes(operation.map(), operation.key());
                    map.put(key, value.length, slot -> slot.putBytes(0, value));
                }
                case GET_AND_PUT ->
                    oracle.sawBefore(map.getAndPut(key, operation.value().bytes(operation.map(), operation.key())));
                case REPLACE -> result = replaceInAWay(map, key, operation, oracle);
                case COMPARE_AND_SET -> {
                    final byte[] before = map.get(key);
                    result = before != null
                            && map.replace(key, before, operation.value().bytes(operation.map(), operation.key()));
                }
                case DELETE -> result = deleteInAWay(store, map, key, operation, oracle);
                case GET -> oracle.sawValue(operation.map(), operation.key(), map.get(key));
            }
        } catch (final StoreFullException e) {
            oracle.endWithoutEffect(operation);
            return;
        } catch (final CompletionException e) {
            if (e.getCause() instanceof StoreFullException) {
                oracle.endWithoutEffect(operation);
                return;
            }
            throw e;
        }
        oracle.end(operation, result);
    }

    /** By the key, not by dice: so a seed draws what it always drew. */
    private static void putInAWay(final Store store, final KvMap map, final byte[] key, final Operation operation) {
        final byte[] value = operation.value().bytes(operation.map(), operation.key());
        if (operation.key() % 3 == 0 && isDoneByCaller(store)) {
            map.putAsync(key, value).join();
        } else {
            map.put(key, value);
        }
    }

    private static boolean replaceInAWay(
            final KvMap map, final byte[] key, final Operation operation, final Oracle oracle) {
        final byte[] value = operation.value().bytes(operation.map(), operation.key());
        return switch (operation.key() % 3) {
            case 0 -> map.replace(key, value);
            case 1 -> {
                final byte[] before = map.getAndReplace(key, value);
                oracle.sawBefore(before);
                yield before != null;
            }
            default -> map.computeIfPresent(key, before -> value) != null;
        };
    }

    private static boolean deleteInAWay(
            final Store store, final KvMap map, final byte[] key, final Operation operation, final Oracle oracle) {
        return switch (operation.key() % 4) {
            case 0 -> map.delete(key);
            case 1 -> isDoneByCaller(store) ? map.deleteAsync(key).join() : map.delete(key);
            case 2 -> {
                final byte[] before = map.getAndDelete(key);
                oracle.sawBefore(before);
                yield before != null;
            }
            default -> {
                final byte[] before = map.get(key);
                yield before != null && map.delete(key, before);
            }
        };
    }

    /** Whether an asynchronous write is done when the call returns; otherwise threads of the store do it, whose turns no seed decides. */
    private static boolean isDoneByCaller(final Store store) {
        return !store.durability().mechanism().equals("MSYNC");
    }

    /** Reads a key through one of the ways to read. */
    static void read(final KvMap handle, final String map, final int key, final Oracle oracle, final boolean whole) {
        if (whole) {
            oracle.sawValue(map, key, handle.get(Value.key(key)));
        } else if (handle.contains(Value.key(key))) {
            oracle.sawPresent(map, key);
        } else {
            oracle.sawValue(map, key, null);
        }
    }

    /** Checks the names of the maps, and settles whether one whose creation was in flight is there. */
    static void checkMaps(final Store store, final Oracle oracle) {
        final Set<String> found = oracle.sawNames(store.mapNames());
        found.forEach(map -> oracle.sawMap(map, true));
        List.copyOf(oracle.possibleMaps()).forEach(map -> oracle.sawMap(map, found.contains(map)));
    }

    /** Checks every entry, a good part of the keys one by one, and the structure of the store. */
    static void checkAll(final Store store, final Oracle oracle, final SplittableRandom random) {
        checkMaps(store, oracle);
        for (final String name : oracle.certainMaps()) {
            final KvMap map = store.map(oracle.nameOf(name));
            final boolean keysFirst = random.nextBoolean();
            if (keysFirst) {
                checkKeys(map, name, oracle, random);
            }
            checkEntries(map, name, oracle);
            if (!keysFirst) {
                checkKeys(map, name, oracle, random);
            }
        }
        checkStructure(store);
    }

    private static void checkKeys(
            final KvMap handle, final String map, final Oracle oracle, final SplittableRandom random) {
        final List<Integer> keys = new ArrayList<>(oracle.keys(map));
        final int count = Math.min(keys.size(), ALL_KEYS);
        for (int i = 0; i < count; i++) {
            final int key = keys.size() <= ALL_KEYS ? keys.get(i) : keys.get(random.nextInt(keys.size()));
            read(handle, map, key, oracle, true);
        }
    }

    private static void checkEntries(final KvMap map, final String name, final Oracle oracle) {
        final Set<Integer> seen = new HashSet<>();
        map.forEach((keyView, valueView) -> {
            final byte[] keyBytes = keyView.toByteArray();
            final int key = Value.keyOf(keyBytes);
            assertTrue(key >= 0, () -> name + " holds a key that nobody stored: " + Value.describe(keyBytes));
            assertTrue(seen.add(key), () -> name + "/" + key + " is there twice");
            oracle.sawValue(name, key, valueView.toByteArray());
            return true;
        });
        for (final int key : oracle.keys(name)) {
            if (!seen.contains(key)) {
                oracle.sawValue(name, key, null);
            }
        }
        assertEquals(seen.size(), map.size(), () -> "size of " + name);
    }

    static void checkStructure(final Store store) {
        final VerifyReport report = store.verify();
        assertTrue(report.isSound(), () -> report.problems().toString());
        assertTrue(report.spaceCompared(), "nobody else is there");
        assertEquals(0, store.stats().quarantinedSlots(), "a crash is no corruption, yet slots are in quarantine");
    }
}
