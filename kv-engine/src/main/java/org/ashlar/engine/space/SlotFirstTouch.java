package org.ashlar.engine.space;

import java.util.function.IntConsumer;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.pmem.CoreDescriptor;
import org.ashlar.pmem.Descriptors;
import org.ashlar.pmem.Memory;

/** The first touch, in each open, of chunks and pages of slots that earlier opens left: what is in them is told by the index. */
final class SlotFirstTouch {
    private final Chunks chunks;
    private final Descriptors descriptors;
    private final SlotLayout layout;
    private final SparseSpans sparse;
    private final Epochs epochs;
    private final Liveness liveness;
    private final Quarantine quarantine;

    SlotFirstTouch(
            final Chunks chunks,
            final Descriptors descriptors,
            final SlotLayout layout,
            final SparseSpans sparse,
            final Epochs epochs,
            final Liveness liveness,
            final Quarantine quarantine) {
        this.chunks = chunks;
        this.descriptors = descriptors;
        this.layout = layout;
        this.sparse = sparse;
        this.epochs = epochs;
        this.liveness = liveness;
        this.quarantine = quarantine;
    }

    /**
     * First touch of a slot chunk that an earlier open left: marks its spans that are not in use in its header, and has them listed, if there are
     * any, under the chunk's latch. Once the chunk counts as touched, others take it off that list and put it back.
     */
    void initialiseChunk(final int chunk, final IntConsumer list) {
        if (!descriptors.beginChunkInitialisation(chunk)) {
            return;
        }
        try {
            boolean isAnyUnused = false;
            final long header = descriptors.chunkHeader(chunk);
            chunks.settle(chunks.addressOf(chunk), (long) layout.spansPerChunk * SpanWord.BYTES);
            for (int span = 0; span < layout.spansPerChunk; span++) {
                if (layout.spanWord(chunk, span) == 0) {
                    PageBitmap.set(header, span, 1);
                    isAnyUnused = true;
                }
            }
            Memory.settleFaults(); // before spans are given out because their words seemed to say so
            if (isAnyUnused) {
                list.accept(chunk);
            }
        } catch (final RuntimeException | Error e) {
            descriptors.abandonChunkInitialisation(chunk);
            throw e;
        }
        descriptors.endChunkInitialisation(chunk);
    }

    /**
     * First touch of a page that an earlier open left: judges each slot that begins in it, under the page's latch. What is dead
     * becomes free, but the page is offered for allocation only after an epoch.
     */
    void initialisePage(final Participant participant, final long page) {
        final int chunk = layout.chunkOfPage(page);
        final int span = layout.spanOf(chunk, page);
        Memory.settleFaults(); // what was read before must not show between the taking of the latch and the try block
        if (!descriptors.beginInitialisation(page)) {
            return;
        }
        boolean room = false;
        try {
            final long word = layout.spanWord(chunk, span);
            final long descriptor = descriptors.core(page);
            if (word != 0) {
                room = judgeSlots(
                        participant, page, descriptor, word, layout.shape(page, chunk, span, SpanWord.sizeClass(word)));
            }
        } catch (final RuntimeException | Error e) {
            descriptors.abandonInitialisation(page);
            throw e;
        }
        descriptors.endInitialisation(page);
        if (room) {
            epochs.retire(participant, Space.offerPageCode(layout.addressOfPage(page)));
        }
    }

    private boolean judgeSlots(
            final Participant participant, final long page, final long descriptor, final long word, final long shape) {
        int kept;
        try {
            touchEach(participant, page, word, shape);
            kept = judgeEach(participant, page, descriptor, word, shape, false);
            Memory.settleFaults(); // once for the page, before anything found is relied on
        } catch (final InternalError e) {
            // The page is bad, or one of the index: each slot by itself, as most may still be told.
            kept = judgeEach(participant, page, descriptor, word, shape, true);
        }
        quarantine.addSlots(kept, (long) kept * layout.classes.bytesOf(SpanWord.sizeClass(word)));
        int taken = 0;
        for (int i = 0; i < CoreDescriptor.BITMAP_WORDS; i++) {
            taken += Long.bitCount(Memory.getLong(descriptor + CoreDescriptor.BITMAP_OFFSET + (long) i * Long.BYTES));
        }
        final int capacity = (int) (shape >>> SlotPage.CAPACITY_SHIFT);
        Memory.putInt(descriptor + CoreDescriptor.COUNT_OFFSET, taken);
        Memory.putLong(descriptor + CoreDescriptor.RESERVED_OFFSET, shape);
        final int size = layout.classes.bytesOf(SpanWord.sizeClass(word));
        sparse.noteTaken((long) taken * size);
        sparse.noteCapacity((long) capacity * size);
        sparse.noteFoundDead((long) (capacity - taken) * size);
        final boolean room = taken < capacity || capacity == 0;
        SlotPage.setFlags(
                descriptor,
                SlotPage.flagsOf(SpanWord.sizeClass(word), SpanWord.incarnation(word)) | (room ? SlotPage.PENDING : 0));
        return room;
    }

    /** Loads what the judging of a page's slots will read, side by side. */
    private void touchEach(final Participant participant, final long page, final long word, final long shape) {
        final int size = layout.classes.bytesOf(SpanWord.sizeClass(word));
        final int capacity = (int) (shape >>> SlotPage.CAPACITY_SHIFT);
        long touched = 0;
        for (int slot = 0; slot < capacity; slot++) {
            final long address = layout.addressOfPage(page) + (shape & SlotPage.FIRST_MASK) + (long) slot * size;
            if (RecordHeader.spaceIncarnation(address) == SpanWord.incarnation(word)
                    && RecordHeader.size(RecordHeader.keyLength(address), 0) <= size) {
                touched += liveness.touch(address);
            }
        }
        participant.keep(touched);
    }

    /** Sets the bitmap of a page to the slots that are not dead; how many of them are quarantined. */
    private int judgeEach(
            final Participant participant,
            final long page,
            final long descriptor,
            final long word,
            final long shape,
            final boolean despiteFaults) {
        final int size = layout.classes.bytesOf(SpanWord.sizeClass(word));
        final int incarnation = SpanWord.incarnation(word);
        final int capacity = (int) (shape >>> SlotPage.CAPACITY_SHIFT);
        int kept = 0;
        for (int slot = 0; slot < capacity; slot++) {
            final long address = layout.addressOfPage(page) + (shape & SlotPage.FIRST_MASK) + (long) slot * size;
            final RecordJudge.Verdict verdict = despiteFaults
                    ? RecordJudge.judgeDespiteFaults(participant, liveness, address, size, incarnation)
                    : RecordJudge.judge(participant, liveness, address, size, incarnation);
            kept += verdict == RecordJudge.Verdict.QUARANTINED ? 1 : 0;
            final long place = descriptor + CoreDescriptor.BITMAP_OFFSET + (long) (slot >>> 6) * Long.BYTES;
            final long bits = Memory.getLong(place);
            Memory.putLong(place, verdict == RecordJudge.Verdict.DEAD ? bits & ~(1L << slot) : bits | 1L << slot);
        }
        return kept;
    }
}
