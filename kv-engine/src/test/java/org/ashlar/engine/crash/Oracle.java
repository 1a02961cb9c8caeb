package org.ashlar.engine.crash;

import java.util.ArrayList;
import java.util.Collection;
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

    /** The map that is being cleared, or may have been, and what it held before. */
    private @Nullable String clearing;

    private Map<Integer, List<Value>> beforeClearing = Map.of();

    /** Other names that maps go by, by the names that they had first. */
    private final Map<String, String> names = new TreeMap<>();

    /** The map that is being renamed, or may have been. */
    private @Nullable String renaming;

    Oracle copy() {
        final Oracle copy = new Oracle();
        maps.forEach((map, keys) -> copy.maps.put(map, new TreeMap<>(keys)));
        copy.certainMaps.addAll(certainMaps);
        copy.possibleMaps.addAll(possibleMaps);
        copy.lastVersion = lastVersion;
        copy.clearing = clearing;
        copy.beforeClearing = beforeClearing;
        copy.names.putAll(names);
        copy.renaming = renaming;
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

    /** The name that a map goes by. */
    String nameOf(final String map) {
        return names.getOrDefault(map, map);
    }

    /** The name that it gets next. */
    String nextNameOf(final String map) {
        return nameOf(map).equals(map) ? map + "'" : map;
    }

    private void renamed(final String map) {
        names.put(map, nextNameOf(map));
        renaming = null;
    }

    /** Whether a crash has left it open by which of two names a map goes. */
    boolean isNameUnsure() {
        return renaming != null && inFlight == null;
    }

    /** The names that were found after a crash; returns those that the maps had first. */
    Set<String> sawNames(final Set<String> found) {
        final String unsure = renaming;
        if (unsure != null) {
            final boolean old = found.contains(nameOf(unsure));
            final boolean fresh = found.contains(nextNameOf(unsure));
            check(old != fresh, () -> "of " + unsure + ", which was being renamed, there is " + found);
            if (fresh) {
                renamed(unsure);
            }
            renaming = null;
        }
        final Set<String> first = new TreeSet<>();
        for (final String name : found) {
            final String map = name.endsWith("'") ? name.substring(0, name.length() - 1) : name;
            check(nameOf(map).equals(name), () -> map + " goes by " + nameOf(map) + ", but there is " + name);
            first.add(map);
        }
        return first;
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

    /** A key of a map that others look after holds one of these. */
    void mayBe(final String map, final int key, final Collection<Value> values) {
        allow(map, key, List.copyOf(values));
    }

    /** There is such a map. */
    void certain(final String map) {
        possibleMaps.add(map);
        certainMaps.add(map);
    }

    // ------------------------------------------------------------------------------------------------ operations

    void begin(final Operation operation) {
        inFlight = operation;
        if (operation.kind() == Operation.Kind.CREATE_MAP) {
            possibleMaps.add(operation.map());
            return;
        }
        if (operation.kind() == Operation.Kind.DROP) {
            certainMaps.remove(operation.map());
            return;
        }
        if (operation.kind() == Operation.Kind.RENAME) {
            renaming = operation.map();
            return;
        }
        if (operation.kind() == Operation.Kind.CLEAR) {
            clearing = operation.map();
            beforeClearing = new TreeMap<>(maps.getOrDefault(operation.map(), Map.of()));
            return;
        }
        if (operation.kind() == Operation.Kind.COMPACT) {
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
        if (operation.kind() == Operation.Kind.DROP) {
            certainMaps.add(operation.map());
            return;
        }
        if (operation.kind() == Operation.Kind.RENAME) {
            renaming = null;
            return;
        }
        if (operation.kind() == Operation.Kind.CLEAR) {
            check(clearing != null, () -> operation + " has failed, but somebody saw the map empty");
            clearing = null;
            return;
        }
        if (operation.kind() == Operation.Kind.COMPACT) {
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
            case DROP -> dropped(map);
            case RENAME -> renamed(map);
            case CLEAR -> cleared(map);
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
            case GET, COMPACT -> {}
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
            dropped(map);
        }
    }

    private void dropped(final String map) {
        possibleMaps.remove(map);
        maps.remove(map);
        if (map.equals(clearing)) {
            clearing = null;
        }
    }

    private void cleared(final String map) {
        maps.remove(map);
        clearing = null;
    }

    /** The map of which nobody knows whether a crash was before it was cleared, if there is one. */
    @Nullable String unsureMap() {
        return inFlight == null ? clearing : null;
    }

    /** The keys by which that can be told. */
    Set<Integer> keysToTellBy() {
        return Set.copyOf(beforeClearing.keySet());
    }

    /** They were looked at, and may all have been absent before. */
    void cannotTell() {
        clearing = null;
    }

    /** What is allowed, now that a key of a map that may have been cleared is seen: all of it was, or nothing. */
    private List<Value> allowedNow(final String map, final int key, final boolean found) {
        if (!map.equals(clearing)) {
            return allowed(map, key);
        }
        final List<Value> held = beforeClearing.getOrDefault(key, List.of(Value.ABSENT));
        if (!found && !held.contains(Value.ABSENT)) {
            cleared(map);
            return List.of(Value.ABSENT);
        }
        if (found && inFlight == null) {
            clearing = null; // a crash was before it
        }
        return held;
    }

    /**
     * Somebody read a key, and relies on it.
     *
     * @param found the value, null for none
     */
    void sawValue(final String map, final int key, final byte @Nullable [] found) {
        final List<Value> allowed = allowedNow(map, key, found != null);
        if (allowed.size() == 1 && isLike(allowed.get(0), map, key, found)) {
            return; // as nearly always: nothing is ruled out
        }
        final List<Value> matching =
                allowed.stream().filter(v -> isLike(v, map, key, found)).toList();
        check(
                !matching.isEmpty(),
                () -> map + "/" + key + " is " + (found == null ? "absent" : Value.describe(found)) + ", expected "
                        + allowed);
        rely(map, key, allowed, matching);
    }

    private static boolean isLike(final Value value, final String map, final int key, final byte @Nullable [] found) {
        return found == null ? value.isAbsent() : value.matches(map, key, found);
    }

    /** Somebody was told that a key has a value, and relies on it. */
    void sawPresent(final String map, final int key) {
        final List<Value> allowed = allowedNow(map, key, true);
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
