package org.ashlar.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What happened to one key, and whether it is linearizable: whether there is an order of the operations that respects who ended
 * before whom began and in which each returns what a sequential map would. After "Testing and verifying concurrent objects",
 * J. M. Wing and C. Gong, 1993, with the memory of visited states of G. Lowe, 2017.
 */
final class History {
    static final long ABSENT = -1;

    private final AtomicLong clock = new AtomicLong();
    private final Queue<Event> events = new ConcurrentLinkedQueue<>();

    enum Kind {
        PUT,
        PUT_IF_ABSENT,
        GET,
        CONTAINS,
        DELETE,
        REPLACE,
        REPLACE_EXPECTED,
        DELETE_EXPECTED,
        GET_AND_PUT,
        GET_AND_REPLACE,
        GET_AND_DELETE,
        COMPUTE_IF_PRESENT,
        COMPUTE_IF_ABSENT,
        CLEAR
    }

    /**
     * One operation.
     *
     * @param argument value that was to be stored
     * @param expected value that the key was to have, where the operation compares
     * @param result value that was read; 1 for true and 0 for false
     */
    record Event(Kind kind, long argument, long expected, long result, long began, long ended) {
        /** The state after it, or {@link Long#MIN_VALUE} when it cannot have returned this in that state. */
        long apply(final long state) {
            final boolean present = state != ABSENT;
            return switch (kind) {
                case PUT -> argument;
                case PUT_IF_ABSENT -> result == (present ? 0 : 1) ? present ? state : argument : Long.MIN_VALUE;
                case GET -> result == state ? state : Long.MIN_VALUE;
                case CONTAINS -> result == (present ? 1 : 0) ? state : Long.MIN_VALUE;
                case DELETE -> result == (present ? 1 : 0) ? ABSENT : Long.MIN_VALUE;
                case REPLACE -> result == (present ? 1 : 0) ? present ? argument : state : Long.MIN_VALUE;
                case REPLACE_EXPECTED -> compared(state, argument);
                case DELETE_EXPECTED -> compared(state, ABSENT);
                case GET_AND_PUT -> result == state ? argument : Long.MIN_VALUE;
                case GET_AND_REPLACE, COMPUTE_IF_PRESENT ->
                    result == state ? present ? argument : state : Long.MIN_VALUE;
                case COMPUTE_IF_ABSENT -> {
                    final long after = present ? state : argument;
                    yield result == after ? after : Long.MIN_VALUE;
                }
                case CLEAR -> ABSENT;
                case GET_AND_DELETE -> result == state ? ABSENT : Long.MIN_VALUE;
            };
        }

        private long compared(final long state, final long after) {
            final boolean isMet = state == expected && state != ABSENT;
            return result != (isMet ? 1 : 0) ? Long.MIN_VALUE : isMet ? after : state;
        }
    }

    private record Visited(long done, long state) {}

    long tick() {
        return clock.incrementAndGet();
    }

    void add(final Kind kind, final long argument, final long result, final long began) {
        add(kind, argument, ABSENT, result, began);
    }

    void add(final Kind kind, final long argument, final long expected, final long result, final long began) {
        events.add(new Event(kind, argument, expected, result, began, clock.incrementAndGet()));
    }

    int size() {
        return events.size();
    }

    /** Says what is wrong, or nothing when all is well. At most 63 operations. */
    String problemFrom(final long initial) {
        final List<Event> all = new ArrayList<>(events);
        all.sort(Comparator.comparingLong(Event::began));
        if (all.size() > 63) {
            throw new IllegalArgumentException(all.size() + " operations are too many to check");
        }
        return search(all, 0, initial, new HashSet<>())
                ? ""
                : "from " + initial + " no order explains "
                        + String.join("\n", all.stream().map(Event::toString).toList());
    }

    private static boolean search(
            final List<Event> all, final long done, final long state, final Set<Visited> visited) {
        if (Long.bitCount(done) == all.size()) {
            return true;
        }
        if (!visited.add(new Visited(done, state))) {
            return false;
        }
        long firstEnd = Long.MAX_VALUE;
        for (int i = 0; i < all.size(); i++) {
            if ((done & 1L << i) == 0) {
                firstEnd = Math.min(firstEnd, all.get(i).ended());
            }
        }
        for (int i = 0; i < all.size(); i++) {
            final Event event = all.get(i);
            if ((done & 1L << i) == 0 && event.began() < firstEnd) {
                final long next = event.apply(state);
                if (next != Long.MIN_VALUE && search(all, done | 1L << i, next, visited)) {
                    return true;
                }
            }
        }
        return false;
    }
}
