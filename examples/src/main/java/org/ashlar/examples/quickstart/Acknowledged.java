package org.ashlar.examples.quickstart;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the children have acknowledged, and so what must be there: for each key the value of its last acknowledged write. At a
 * kill one more write may have been under way, and a value of that one is right as well, if it is whole.
 */
final class Acknowledged {
    /** Stands for a value that is not there, or that no write made. */
    static final long NO_WRITE = -1;

    private final Map<Integer, Long> lastByKey = new HashMap<>();
    private final List<Long> inFlight = new ArrayList<>();
    private long nextSequence;

    /** The number of the next write. */
    long nextSequence() {
        return nextSequence;
    }

    /** The keys that must be there, each with its last acknowledged write. */
    Map<Integer, Long> lastByKey() {
        return Collections.unmodifiableMap(lastByKey);
    }

    void acknowledge(final long sequence) {
        if (sequence != nextSequence) {
            throw new QuickstartException(
                    "the child acknowledged write " + sequence + " where " + nextSequence + " was the next");
        }
        lastByKey.put(ChildRecord.keyOf(sequence), sequence);
        nextSequence++;
    }

    /** The child is dead; the write after the last acknowledged one may have been done. */
    void killed() {
        inFlight.add(nextSequence);
        nextSequence++;
    }

    /** Whether a key may have the value of a write. */
    boolean allows(final int key, final long sequence) {
        final long last = lastByKey.getOrDefault(key, NO_WRITE);
        final boolean isInFlight = inFlight.contains(sequence) && ChildRecord.keyOf(sequence) == key;
        return sequence == last || (sequence > last && isInFlight);
    }

    /** What became of the writes in flight, in words. */
    String fates(final Map<Integer, Long> found) {
        final Map<String, Long> fates = inFlight.stream()
                .collect(Collectors.groupingBy(
                        sequence -> fate(sequence, found), LinkedHashMap::new, Collectors.counting()));
        return fates.entrySet().stream()
                .map(fate -> Figures.number(fate.getValue()) + " " + fate.getKey())
                .collect(Collectors.joining(", "));
    }

    private String fate(final long sequence, final Map<Integer, Long> found) {
        final int key = ChildRecord.keyOf(sequence);
        if (lastByKey.getOrDefault(key, NO_WRITE) > sequence) {
            return "overwritten since";
        }
        return found.getOrDefault(key, NO_WRITE) == sequence ? "there and whole" : "not there";
    }
}
