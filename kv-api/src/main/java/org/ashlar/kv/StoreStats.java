package org.ashlar.kv;

/**
 * Figures of an open store, as an operator asks for them. An immutable value; {@link #toString} is a text to read.
 *
 * <p><b>Exact</b>: the sizes, the counts of chunks, splits, growths and descriptors, the durability. <b>Racy</b>, that is, of slightly
 * different instants where others write at the same time: bytes by kind, {@link #retired}, {@link #oldestReaderMillis}. <b>As far as is
 * known</b>: after an open, what it found in use is judged page by page, when it is first needed or swept. Until then such space is neither
 * live nor free here, but {@link Bytes#unjudged}; {@code verify()} judges all.
 *
 * @param poolBytes bytes of the file that have device blocks for data, index and descriptors; falls when chunks are given back to the device
 * @param dataBytes linear bytes that the mapped sections hold, used or not
 * @param maximumBytes linear bytes that the pool may grow to
 * @param bytes what the chunks with device blocks hold
 * @param chunksByState what all chunks are used for
 * @param unsweptPages pages in use since an earlier open that this one has not looked at yet
 * @param initialisedDescriptors core descriptors initialised since open
 * @param totalDescriptors core descriptors of all chunks, holes included, of 64 bytes each
 * @param descriptorPlacement where they live; not {@link Placement#AUTO}
 * @param quarantinedSlots records and index pages that fail their check and are kept out of use
 * @param retired records and pages that are dead and wait for readers to end
 * @param oldestReaderMillis age of the oldest running operation, which is what they wait for; 0 when there is none
 * @param background what is done behind the operations
 * @param usedMaps maps that this open has looked at, dropped ones that are not given back yet included; {@code mapNames()} lists all
 * @param splits index pages split since open
 * @param recordsReadBySplits records that those splits had to read
 * @param durability what was obtained
 * @param openNanos how long the open took
 */
public record StoreStats(
        long poolBytes,
        long dataBytes,
        long maximumBytes,
        Bytes bytes,
        Chunks chunksByState,
        long unsweptPages,
        long initialisedDescriptors,
        long totalDescriptors,
        Placement descriptorPlacement,
        long quarantinedSlots,
        long retired,
        long oldestReaderMillis,
        Background background,
        long usedMaps,
        long splits,
        long recordsReadBySplits,
        DurabilityInfo durability,
        long openNanos) {

    /**
     * What the chunks with device blocks hold, in bytes: each byte of theirs is counted once. Records count with the whole place that they
     * have, a slot or a run of pages or chunks, and until their place is taken back: overwritten and deleted ones are live until no reader can
     * hold them (see {@link StoreStats#retired}).
     *
     * @param liveSlots of records in slots
     * @param liveRuns of records in runs of pages or chunks
     * @param liveIndex of index pages
     * @param freeSlots of free slots and spans of slots
     * @param freeRuns of free pages for runs
     * @param freeIndex of free index pages
     * @param freeChunks of chunks that were used before and are free for any use
     * @param freshChunks of chunks that were never used, allocated ahead of need
     * @param reserved of free slots that threads hold in reserve for their next writes
     * @param overhead of tables, and of remainders in which no slot fits
     * @param quarantined of what fails its check and is kept out of use
     * @param unjudged of what an earlier open left and this one has not looked at: live, free, or both
     * @param sampledPages 1 where slots and index pages were counted one and all; k where one page in k was looked at, as there are many:
     *     then their figures are estimates, with a standard error of some 0.2% of the bytes of their chunks, below 1% with the largest slots
     */
    public record Bytes(
            long liveSlots,
            long liveRuns,
            long liveIndex,
            long freeSlots,
            long freeRuns,
            long freeIndex,
            long freeChunks,
            long freshChunks,
            long reserved,
            long overhead,
            long quarantined,
            long unjudged,
            int sampledPages) {

        /**
         * Bytes of records and index pages.
         *
         * @return the sum
         */
        public long live() {
            return liveSlots + liveRuns + liveIndex;
        }

        /**
         * Bytes that can be used without growing, fresh ones included. Free slots serve records of their own size only, until their span of
         * 64 KiB is empty.
         *
         * @return the sum
         */
        public long free() {
            return freeSlots + freeRuns + freeIndex + freeChunks + freshChunks;
        }

        /**
         * Bytes of all kinds.
         *
         * @return the sum: the bytes of all chunks with device blocks
         */
        public long total() {
            return live() + free() + reserved + overhead + quarantined + unjudged;
        }
    }

    /**
     * How many chunks are in which state: each is counted once. All but the holes have device blocks.
     *
     * @param fresh never used so far, allocated ahead of need
     * @param free used before, known to be free for any use
     * @param holes used before, free for any use, and given back to the device, which is asked for blocks when they are needed again; a
     *     file system that cannot punch holes keeps their blocks
     * @param index with index pages
     * @param slots with records in slots
     * @param runs with records in runs of pages
     * @param large in runs of chunks for one record each
     * @param damaged whose table word says nothing that is known
     */
    public record Chunks(
            long fresh, long free, long holes, long index, long slots, long runs, long large, long damaged) {

        /**
         * Chunks in any state.
         *
         * @return the sum
         */
        public long total() {
            return fresh + free + holes + index + slots + runs + large + damaged;
        }
    }

    /**
     * What is done behind the operations.
     *
     * @param growing whether the pool is growing now, by a thread of its own or by who needs the space
     * @param growths how often it has grown since open
     * @param droppedMaps maps that were cleared or dropped and whose space is not all given back yet
     * @param unreadableChunks chunks that the sweep gave up because of faults under the mapping
     * @param evacuations spans of slots and chunks that were so sparse, since open, that their records were moved out, or begun to be
     * @param givenBackBytes bytes of chunks given back to the device since open, those that it was asked for again included
     */
    public record Background(
            boolean growing,
            long growths,
            long droppedMaps,
            long unreadableChunks,
            long evacuations,
            long givenBackBytes) {}

    /**
     * Chunks with device blocks.
     *
     * @return number
     */
    public long chunks() {
        return chunksByState.total() - chunksByState.holes();
    }

    /**
     * Of those, never used so far.
     *
     * @return number
     */
    public long freshChunks() {
        return chunksByState.fresh();
    }

    /**
     * Of those, used before and known to be free for any use.
     *
     * @return number
     */
    public long freeChunks() {
        return chunksByState.free();
    }

    /**
     * All figures, for people: a few lines, without a line break at the end. The form may change.
     *
     * @return the text
     */
    @Override
    public String toString() {
        return StatsText.of(this);
    }
}
