package org.ashlar.examples.quickstart;

import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.ValueView;

/** The map that the children wrote, held to what they acknowledged: key by key, and by an iteration. */
final class ChildWrites {
    private static final int NO_KEY = -1;

    private final Acknowledged acknowledged;
    private final Map<Integer, Long> found = new HashMap<>();
    private long userBytes;
    private int compared;

    ChildWrites(final Acknowledged acknowledged) {
        this.acknowledged = acknowledged;
    }

    /** Bytes of all keys and values that the iteration found. */
    long userBytes() {
        return userBytes;
    }

    /** Entries that the iteration found. */
    int count() {
        return found.size();
    }

    /** Acknowledged keys that were looked up and had a value that they may have. */
    int compared() {
        return compared;
    }

    /** What became of the writes that were under way at the kills, in words. */
    String fates() {
        return acknowledged.fates(found);
    }

    void compare(final Store store, final Findings findings) {
        final KvMap map = store.map(ChildWriter.MAP);
        lookUp(map, findings);
        iterate(map, findings);
        if (map.size() != found.size()) {
            findings.add("map " + ChildWriter.MAP + " says that it has " + Figures.number(map.size())
                    + " entries, but an iteration finds " + Figures.number(found.size()));
        }
    }

    private void lookUp(final KvMap map, final Findings findings) {
        acknowledged.lastByKey().forEach((key, last) -> {
            final byte[] value = map.get(ChildRecord.keyBytes(key));
            if (value == null) {
                findings.add("the child's key " + key + " is not there, though write " + last + " was acknowledged");
                return;
            }
            final long sequence = ChildRecord.sequenceOf(value);
            if (!acknowledged.allows(key, sequence)) {
                findings.add("the child's key " + key + " has " + describe(sequence) + ", though write " + last
                        + " was acknowledged");
                return;
            }
            compared++;
        });
    }

    private void iterate(final KvMap map, final Findings findings) {
        map.forEach((keyView, valueView) -> {
            final int key = keyOf(keyView);
            final long sequence = ChildRecord.sequenceOf(valueView.toByteArray());
            userBytes += keyView.capacity() + valueView.capacity();
            if (sequence == Acknowledged.NO_WRITE || !acknowledged.allows(key, sequence)) {
                findings.add("an iteration finds the child's key " + key + " with " + describe(sequence));
            }
            if (found.put(key, sequence) != null) {
                findings.add("an iteration finds the child's key " + key + " twice");
            }
            return true;
        });
        for (final int key : acknowledged.lastByKey().keySet()) {
            if (!found.containsKey(key)) {
                findings.add("an iteration does not find the child's key " + key);
            }
        }
    }

    private static int keyOf(final ValueView key) {
        return key.capacity() == Long.BYTES ? (int) key.getLong(0, ByteOrder.BIG_ENDIAN) : NO_KEY;
    }

    private static String describe(final long sequence) {
        return sequence == Acknowledged.NO_WRITE ? "a value that no write made" : "the value of write " + sequence;
    }
}
