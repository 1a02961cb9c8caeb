package org.ashlar.engine.space;

import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.Scratch;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.pmem.Memory;

/** Decides what the bytes at a place that an earlier open left are. */
final class RecordJudge {
    private RecordJudge() {}

    /** What a place holds. */
    enum Verdict {
        /** A record that an entry points at. */
        LIVE,
        /** Nothing, or what nothing refers to. */
        DEAD,
        /**
         * A record that fails its check although it was written since the place was last formatted (a write that a crash cut in half,
         * or damage: only a walk of the whole index can tell, so it is kept out of use until {@code verify} has told), or one that
         * cannot be read. Its lengths mean nothing.
         */
        QUARANTINED
    }

    /**
     * Judges a place on media that may be read. The caller must {@linkplain Memory#settleFaults settle} before it relies on any verdict,
     * and judge with {@link #judgeDespiteFaults} where there was a fault: what is read from a bad page may pass for anything until then.
     */
    static Verdict judge(
            final Participant participant,
            final Liveness liveness,
            final long address,
            final long spaceBytes,
            final int incarnation) {
        if (RecordHeader.spaceIncarnation(address) != incarnation) {
            // Not written since the space was formatted; or damaged just there, and then it must not be given away.
            return isReferredTo(participant, liveness, address, spaceBytes) ? Verdict.LIVE : Verdict.DEAD;
        }
        final int valueLength = RecordHeader.valueLength(address);
        if (valueLength < 0 || RecordHeader.size(RecordHeader.keyLength(address), valueLength) > spaceBytes) {
            return Verdict.QUARANTINED;
        }
        try {
            if (liveness.isLiveRecord(participant, address)) {
                return Verdict.LIVE;
            }
        } catch (final CorruptStoreException e) {
            return Verdict.QUARANTINED; // the index is damaged where this record would be: nobody can tell
        }
        return Scratch.of(participant).isRecordIntact(address, liveness.tailBytes(address), spaceBytes)
                ? Verdict.DEAD
                : Verdict.QUARANTINED;
    }

    /** Whether the index points at what bears another incarnation. Most such places were never written, or hold a whole record of before. */
    private static boolean isReferredTo(
            final Participant participant, final Liveness liveness, final long address, final long spaceBytes) {
        if ((Memory.getLong(address) | Memory.getLong(address + Long.BYTES)) == 0
                || RecordHeader.size(RecordHeader.keyLength(address), 0) > spaceBytes
                || Scratch.of(participant).isRecordIntact(address, liveness.tailBytes(address), spaceBytes)) {
            return false;
        }
        try {
            return liveness.isLiveRecord(participant, address);
        } catch (final CorruptStoreException e) {
            return false; // what is left of something else leads nowhere
        }
    }

    /** As {@link #judge}, and settles: where the record or what the index says of it cannot be read, nobody can tell what it is. */
    static Verdict judgeDespiteFaults(
            final Participant participant,
            final Liveness liveness,
            final long address,
            final long spaceBytes,
            final int incarnation) {
        try {
            final Verdict verdict = judge(participant, liveness, address, spaceBytes, incarnation);
            Memory.settleFaults();
            return verdict;
        } catch (final InternalError e) {
            return Verdict.QUARANTINED;
        }
    }
}
