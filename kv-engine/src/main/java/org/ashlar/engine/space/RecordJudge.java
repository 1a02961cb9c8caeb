package org.ashlar.engine.space;

import java.util.concurrent.atomic.LongAdder;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.Scratch;
import org.ashlar.kv.CorruptStoreException;

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
         * or damage: only a walk of the whole index can tell, so it is kept out of use until {@code verify} has told). Its
         * lengths mean nothing.
         */
        QUARANTINED
    }

    static Verdict judge(
            final Participant participant,
            final Liveness liveness,
            final long address,
            final long spaceBytes,
            final int incarnation,
            final LongAdder quarantined) {
        if (RecordHeader.spaceIncarnation(address) != incarnation) {
            return Verdict.DEAD; // not written since the space was formatted
        }
        final int valueLength = RecordHeader.valueLength(address);
        if (valueLength < 0 || RecordHeader.size(RecordHeader.keyLength(address), valueLength) > spaceBytes) {
            quarantined.increment();
            return Verdict.QUARANTINED;
        }
        try {
            if (liveness.isLiveRecord(participant, address)) {
                return Verdict.LIVE;
            }
        } catch (final CorruptStoreException e) {
            quarantined.increment(); // the index is damaged where this record would be: nobody can tell
            return Verdict.QUARANTINED;
        }
        if (Scratch.of(participant).isRecordIntact(address, liveness.tailBytes(address))) {
            return Verdict.DEAD;
        }
        quarantined.increment();
        return Verdict.QUARANTINED;
    }
}
