package org.ashlar.kv;

/**
 * Figures of a store. Counts of records and bytes cover what this open has seen, as their names say; sizes are of the pool.
 *
 * @param poolBytes bytes of the file that have device blocks for data, index and tables (descriptors included)
 * @param dataBytes linear bytes that the mapped sections hold, used or not
 * @param maximumBytes linear bytes that the pool may grow to
 * @param chunks chunks with device blocks
 * @param freshChunks of those, never used so far
 * @param freeChunks of those, known to be free for any use
 * @param indexChunks of those, with index pages
 * @param slotChunks of those, with records in slots
 * @param runChunks of those, with records in page or chunk runs
 * @param unsweptPages pages in use since an earlier open that this one has not looked at yet
 * @param initialisedDescriptors core descriptors initialised since open
 * @param totalDescriptors core descriptors of the data bytes
 * @param quarantinedSlots slots that fail their check and are kept out of use
 * @param retired records and pages that are dead and wait for readers to end
 * @param oldestReaderMillis age of the oldest running read scope, 0 when there is none
 * @param splits index pages split since open
 * @param recordsReadBySplits records that those splits had to read
 * @param openNanos how long the open took
 */
public record StoreStats(
        long poolBytes,
        long dataBytes,
        long maximumBytes,
        long chunks,
        long freshChunks,
        long freeChunks,
        long indexChunks,
        long slotChunks,
        long runChunks,
        long unsweptPages,
        long initialisedDescriptors,
        long totalDescriptors,
        long quarantinedSlots,
        long retired,
        long oldestReaderMillis,
        long splits,
        long recordsReadBySplits,
        long openNanos) {}
