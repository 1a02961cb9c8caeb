package org.ashlar.engine;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.index.HashIndex;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.PoolException;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the keys of a map a leaf at a time: copies the keys of one, and leaves the epochs before it hands them out, so that an
 * iteration that is never finished holds nothing back. A key that is there throughout is in exactly one of the leaves, however they are
 * split meanwhile: the next leaf is the one that covers the hash where the last one ended.
 */
final class KeyIterator implements Iterator<byte[]> {
    private static final byte[][] NONE = new byte[0][];

    private final EngineStore store;
    private final EngineMap map;
    private byte[][] keys = NONE;
    private int next;
    private long position;
    private boolean isLastLeaf;
    private byte @Nullable [] last;

    KeyIterator(final EngineStore store, final EngineMap map) {
        this.store = store;
        this.map = map;
    }

    @Override
    public boolean hasNext() {
        while (next == keys.length && !isLastLeaf) {
            readLeaf();
        }
        return next < keys.length;
    }

    private void readLeaf() {
        final Participant participant = store.enter();
        try {
            final MapCore core = map.core(); // where the map was cleared meanwhile, the rest of the new one
            position = core.index().visitLeaf(position, (page, records, count) -> {
                keys = new byte[count][];
                for (int i = 0; i < count; i++) {
                    core.checkOwn(records[i]);
                    keys[i] = new byte[RecordHeader.keyLength(records[i])];
                    Memory.copyToHeap(null, records[i] + RecordHeader.BYTES, keys[i], 0, keys[i].length);
                }
                return true;
            });
            next = 0;
            isLastLeaf = position == 0 || position == HashIndex.ENDED;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    @Override
    public byte[] next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        final byte[] key = keys[next++];
        last = key;
        return key;
    }

    @Override
    public void remove() {
        final byte[] key = last;
        if (key == null) {
            throw new IllegalStateException("next has not been called, or what it returned was removed");
        }
        last = null;
        map.delete(key);
    }
}
