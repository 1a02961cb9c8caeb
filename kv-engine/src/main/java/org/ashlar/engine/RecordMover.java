package org.ashlar.engine;

import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.index.IndexContext;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.Scratch;
import org.ashlar.engine.space.Evacuation;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.pmem.Memory;
import org.jspecify.annotations.Nullable;

/**
 * Moves records for an {@link Evacuation}: an update of the key with its own value, that is refused if anybody else was faster.
 *
 * <p>What it is pointed at may be a record that nothing refers to any more, or one that is just being written: nothing that is read there
 * counts before the index has said that it points at this very place.
 */
final class RecordMover implements Evacuation.Mover {
    private final Catalog catalog;
    private @Nullable Evacuation evacuation;

    /** The map of the record before, as records of a page mostly are of one map. */
    private @Nullable MapCore lastCore;

    RecordMover(final Catalog catalog) {
        this.catalog = catalog;
    }

    void bind(final Evacuation value) {
        evacuation = value;
    }

    @Override
    public void begin() {
        lastCore = null;
    }

    @Override
    public boolean move(final Participant participant, final long record, final long spaceBytes) {
        if (!Memory.isReadable(record, RecordHeader.BYTES)) {
            return false;
        }
        final int incarnation = RecordHeader.mapIncarnation(record);
        if (incarnation == IndexContext.CATALOG_INCARNATION || incarnation == IndexContext.ROOT_INCARNATION) {
            return false; // their addresses are known elsewhere too
        }
        final int keyLength = RecordHeader.keyLength(record);
        final int valueLength = RecordHeader.valueLength(record);
        if (valueLength < 0 || RecordHeader.size(keyLength, valueLength) > spaceBytes) {
            return false; // damaged, or not written yet
        }
        if (!Memory.isReadable(record, RecordHeader.size(keyLength, valueLength))) {
            return false;
        }
        final MapCore core;
        try {
            core = coreOf(incarnation);
        } catch (final CorruptStoreException e) {
            return false; // nobody can tell whose it is
        }
        final boolean isDead = core == null || core.find(null, record + RecordHeader.BYTES, keyLength) != record;
        Memory.settleFaults(); // of the index: before the verdict is relied on, and before the caller latches a page
        if (core == null || isDead) {
            return true; // dead: it goes by itself
        }
        final Evacuation e = evacuation;
        if (e == null || !Scratch.of(participant).isRecordIntact(record, 0, spaceBytes)) {
            return false; // a new checksum would make damage look sound
        }
        core.move(participant, record, keyLength, valueLength, e);
        return true;
    }

    /**
     * A map that is there. One that was dropped before this operation began is not found; one that is dropped meanwhile is not given back
     * before it has ended.
     */
    private @Nullable MapCore coreOf(final int incarnation) {
        final MapCore last = lastCore;
        if (last != null && last.incarnation() == incarnation) {
            return last;
        }
        lastCore = catalog.presentCore(incarnation);
        return lastCore;
    }
}
