package org.ashlar.engine.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What each key may hold. One value as a rule; while an operation is in flight, and after a crash until somebody has looked, the
 * old one or the new one. What was read once stays: a read of the new value rules the old one out, before a crash or after it.
 */
final class Oracle {
    private final Map<String, Map<Integer, List<Value>>> maps = new TreeMap<>();
    private final Set<String> certainMaps = new TreeSet<>();
    private final Set<String> possibleMaps = new TreeSet<>();
    private long lastVersion;
    private @Nullable Operation inFlight;
    private List<Value> before = List.of();

    Oracle copy() {
        final Oracle copy = new Oracle();
        maps.forEach((map, keys) -> copy.maps.put(map, new TreeMap<>(keys)));
        copy.certainMaps.addAll(certainMaps);
        copy.possibleMaps.addAll(possibleMaps);
        copy.lastVersion = lastVersion;
        return copy;
    }

    long nextVersion() {
        return ++lastVersion;
    }

    @Nullable Operation inFlight() {
        return inFlight;
    }

    /** The maps whose creation was acknowledged. */
    Set<String> certainMaps() {
        return certainMaps;
    }

    /** Those, and the one whose creation was in flight. */
    Set<String> possibleMaps() {
        return possibleMaps;
    }

    /** The keys that were ever stored, or tried to. */
    Set<Integer> keys(final String map) {
        return maps.getOrDefault(map, Map.of()).keySet();
    }

    List<Value> allowed(final String map, final int key) {
        return maps.getOrDefault(map, Map.of()).getOrDefault(key, List.of(Value.ABSENT));
    }

    private void allow(final String map, final int key, final List<Value> values) {
        maps.computeIfAbsent(map, m -> new TreeMap<>()).put(key, List.copyOf(values));
    }

    // ------------------------------------------------------------------------------------------------ operations

    void begin(final Operation operation) {
        inFlight = operation;
        if (operation.kind() == Operation.Kind.CREATE_MAP) {
            possibleMaps.add(operation.map());
            return;
        }
        before = allowed(operation.map(), operation.key());
        if (mayStore(operation)) {
            final List<Value> values = new ArrayList<>(before);
            values.remove(operation.value());
            values.add(operation.value());
            allow(operation.map(), operation.key(), values);
        }
    }

    private boolean mayStore(final Operation operation) {
        return switch (operation.kind()) {
            case PUT, PUT_IN_PLACE, GET_AND_PUT, DELETE -> true;
            case PUT_IF_ABSENT -> before.contains(Value.ABSENT);
            case REPLACE, COMPARE_AND_SET -> before.stream().anyMatch(v -> !v.isAbsent());
            default -> false;
        };
    }

    /** The operation threw, and says that it has changed nothing. */
    void endWithoutEffect(final Operation operation) {
        inFlight = null;
        if (operation.kind() == Operation.Kind.CREATE_MAP) {
            possibleMaps.remove(operation.map());
            return;
        }
        final List<Value> seen = allowed(operation.map(), operation.key());
        final List<Value> left = new ArrayList<>(before);
        left.retainAll(seen);
        check(!left.isEmpty(), () -> operation + " has failed, but " + seen + " was read");
        allow(operation.map(), operation.key(), left);
    }

    /** The operation has returned; for a delete and a conditional put, with a result. */
    void end(final Operation operation, final boolean result) {
        inFlight = null;
        final String map = operation.map();
        final int key = operation.key();
        switch (operation.kind()) {
            case CREATE_MAP -> certainMaps.add(map);
            case PUT, PUT_IN_PLACE, GET_AND_PUT -> allow(map, key, List.of(operation.value()));
            case REPLACE, COMPARE_AND_SET -> {
                final boolean wasThere = before.stream().anyMatch(v -> !v.isAbsent());
                check(
                        result ? wasThere : before.contains(Value.ABSENT),
                        () -> operation + " returned " + result + ", but held " + before);
                allow(map, key, List.of(result ? operation.value() : Value.ABSENT));
            }
            case DELETE -> {
                final boolean wasThere = before.stream().anyMatch(v -> !v.isAbsent());
                final boolean wasAbsent = before.contains(Value.ABSENT);
                check(result ? wasThere : wasAbsent, () -> operation + " returned " + result + ", but held " + before);
                allow(map, key, List.of(Value.ABSENT));
            }
            case PUT_IF_ABSENT -> {
                final List<Value> others = new ArrayList<>(before);
                others.remove(Value.ABSENT);
                check(
                        result ? before.contains(Value.ABSENT) : !others.isEmpty(),
                        () -> operation + " returned " + result + ", but held " + before);
                allow(map, key, result ? List.of(operation.value()) : others);
            }
            case GET -> {}
        }
    }

    /** The operation in flight has told what it replaced. */
    void sawBefore(final byte @Nullable [] found) {
        final Operation running = inFlight;
        check(
                running != null
                        && before.stream()
                                .anyMatch(v ->
                                        found == null ? v.isAbsent() : v.matches(running.map(), running.key(), found)),
                () -> running + " replaced " + (found == null ? "nothing" : Value.describe(found)) + ", but held "
                        + before);
    }

    /** A map was found, or not found, after a crash. */
    void sawMap(final String map, final boolean found) {
        check(!found || possibleMaps.contains(map), () -> "there is a map " + map + " that nobody created");
        check(found || !certainMaps.contains(map), () -> "map " + map + " is gone");
        if (found) {
            certainMaps.add(map);
        } else {
            possibleMaps.remove(map);
        }
    }

    /**
     * Somebody read a key, and relies on it.
     *
     * @param found the value, null for none
     */
    void sawValue(final String map, final int key, final byte @Nullable [] found) {
        final List<Value> allowed = allowed(map, key);
        final List<Value> matching = allowed.stream()
                .filter(v -> found == null ? v.isAbsent() : v.matches(map, key, found))
                .toList();
        check(
                !matching.isEmpty(),
                () -> map + "/" + key + " is " + (found == null ? "absent" : Value.describe(found)) + ", expected "
                        + allowed);
        rely(map, key, allowed, matching);
    }

    /** Somebody was told that a key has a value, and relies on it. */
    void sawPresent(final String map, final int key) {
        final List<Value> allowed = allowed(map, key);
        final List<Value> present = allowed.stream().filter(v -> !v.isAbsent()).toList();
        check(!present.isEmpty(), () -> map + "/" + key + " is present, expected " + allowed);
        rely(map, key, allowed, present);
    }

    private void rely(final String map, final int key, final List<Value> allowed, final List<Value> matching) {
        final List<Value> left = new ArrayList<>(matching);
        final Operation running = inFlight;
        if (running != null
                && running.mayChange(map, key)
                && allowed.contains(running.value())
                && !matching.contains(running.value())) {
            // The old one, so far.
            left.add(running.value());
        }
        if (left.size() < allowed.size()) {
            allow(map, key, left);
        }
    }

    private static void check(final boolean condition, final Supplier<String> message) {
        if (!condition) {
            throw new AssertionError(message.get());
        }
    }
}
