package org.ashlar.engine.crash;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What several threads do to the keys of one map, and what each key may hold: after each order of the operations that respects who ended
 * before whom began, in which each returned what a sequential map would. Operations that have not returned may have happened or not; so
 * what is left after a crash, with what was read before it, is as durable linearizability wants it.
 *
 * <p>For threads that take turns. After "Testing and verifying concurrent objects", J. M. Wing and C. Gong, 1993; the definition is that
 * of J. Izraelevitz, H. Mendes and M. L. Scott, 2016.
 */
final class Histories {
    private static final long IN_FLIGHT = Long.MAX_VALUE;
    private static final int MOST = 63;

    private final String map;
    private final Map<Integer, Key> keys = new TreeMap<>();
    private long clock;

    /** What happened to one key, since nobody was at it and only one value was possible. */
    private static final class Key {
        Value initial = Value.ABSENT;
        final List<Call> calls = new ArrayList<>();
    }

    /** One operation on one key. */
    static final class Call {
        private final Operation operation;
        private final Value expected;
        private final long began;
        private long ended = IN_FLIGHT;
        private boolean hasSeen;
        private byte @Nullable [] seen;
        private @Nullable Boolean result;

        private Call(final Operation operation, final Value expected, final long began) {
            this.operation = operation;
            this.expected = expected;
            this.began = began;
        }

        Operation operation() {
            return operation;
        }

        /** What the key holds afterwards; null when this cannot have returned what it did. */
        private @Nullable Value apply(final Value state) {
            final boolean changes = switch (operation.kind()) {
                case PUT_IF_ABSENT -> state.isAbsent();
                case REPLACE, DELETE -> !state.isAbsent();
                case COMPARE_AND_SET -> !state.isAbsent() && isLike(state, expected);
                default -> true;
            };
            if ((result != null && result != changes) || (hasSeen && !saw(state))) {
                return null;
            }
            return changes && operation.kind() != Operation.Kind.GET ? operation.value() : state;
        }

        /** Short values of different versions may have the same bytes. */
        private boolean isLike(final Value state, final Value other) {
            return !other.isAbsent()
                    && state.matches(operation.map(), operation.key(), other.bytes(operation.map(), operation.key()));
        }

        private boolean saw(final Value state) {
            final byte[] found = seen;
            return found == null
                    ? state.isAbsent()
                    : !state.isAbsent() && state.matches(operation.map(), operation.key(), found);
        }

        @Override
        public String toString() {
            final byte[] found = seen;
            return operation + " from " + began + (ended == IN_FLIGHT ? " on" : " to " + ended)
                    + (result == null ? "" : " returned " + result)
                    + (hasSeen ? " saw " + (found == null ? "nothing" : Value.describe(found)) : "");
        }
    }

    private record State(long done, Value value) {}

    Histories(final String map) {
        this.map = map;
    }

    /** A key that was stored before all this. */
    void was(final int key, final Value value) {
        key(key).initial = value;
    }

    private Key key(final int key) {
        return keys.computeIfAbsent(key, k -> new Key());
    }

    /** A value that a key may hold; for a comparison. */
    Value someValue(final int key) {
        return possible(key).iterator().next();
    }

    /** Whether a key's history can take one more. */
    boolean hasRoom(final int key) {
        return key(key).calls.size() < MOST - 8;
    }

    Call begin(final Operation operation, final Value expected) {
        final Call call = new Call(operation, expected, ++clock);
        key(operation.key()).calls.add(call);
        return call;
    }

    /** The operation has changed nothing, and says so. */
    void withdraw(final Call call) {
        key(call.operation.key()).calls.remove(call);
    }

    /** The operation has returned, with nothing that matters. */
    void end(final Call call) {
        call.ended = ++clock;
        settle(call.operation.key());
    }

    void endWith(final Call call, final boolean result) {
        call.result = result;
        end(call);
    }

    void endHavingSeen(final Call call, final byte @Nullable [] found) {
        call.hasSeen = true;
        call.seen = found;
        end(call);
    }

    /** Checks the history of a key, and forgets it where it cannot matter any more. */
    private void settle(final int number) {
        final Key key = key(number);
        final Collection<Value> possible = possible(number);
        if (possible.size() == 1 && key.calls.stream().noneMatch(c -> c.ended == IN_FLIGHT)) {
            key.initial = possible.iterator().next();
            key.calls.clear();
        }
    }

    /** What a key may hold now. */
    private Set<Value> possible(final int number) {
        final Key key = key(number);
        final Set<Value> found = new LinkedHashSet<>();
        long toDo = 0;
        for (int i = 0; i < key.calls.size(); i++) {
            toDo |= key.calls.get(i).ended == IN_FLIGHT ? 0 : 1L << i;
        }
        search(key.calls, toDo, new State(0, key.initial), new HashSet<>(), found);
        if (found.isEmpty()) {
            throw new AssertionError("no order explains what happened to " + map + "/" + number + ", which was "
                    + key.initial + ": " + key.calls);
        }
        return found;
    }

    private static void search(
            final List<Call> calls,
            final long toDo,
            final State state,
            final Set<State> visited,
            final Set<Value> found) {
        if (!visited.add(state)) {
            return;
        }
        if ((toDo & ~state.done) == 0) {
            found.add(state.value);
        }
        long firstEnd = IN_FLIGHT;
        for (int i = 0; i < calls.size(); i++) {
            if ((state.done & 1L << i) == 0) {
                firstEnd = Math.min(firstEnd, calls.get(i).ended);
            }
        }
        for (int i = 0; i < calls.size(); i++) {
            final Call call = calls.get(i);
            if ((state.done & 1L << i) == 0 && call.began < firstEnd) {
                final Value next = call.apply(state.value);
                if (next != null) {
                    search(calls, toDo, new State(state.done | 1L << i, next), visited, found);
                }
            }
        }
    }

    /** Tells an oracle what is possible now. */
    void tell(final Oracle oracle) {
        for (final int key : keys.keySet()) {
            oracle.mayBe(map, key, possible(key));
        }
    }

    /** What has not returned. */
    List<Call> inFlight() {
        return keys.values().stream()
                .flatMap(k -> k.calls.stream())
                .filter(c -> c.ended == IN_FLIGHT)
                .toList();
    }
}
