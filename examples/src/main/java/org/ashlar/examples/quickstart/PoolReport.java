package org.ashlar.examples.quickstart;

import org.ashlar.kv.DurabilityInfo;
import org.ashlar.kv.StoreStats;
import org.ashlar.kv.VerifyReport;

/** The pool's numbers, in groups. */
final class PoolReport {
    private static final long CHUNK_BYTES = 2 << 20;

    private final NumberTable space = new NumberTable();
    private final NumberTable opening = new NumberTable();
    private final NumberTable durability = new NumberTable();
    private final NumberTable descriptors = new NumberTable();
    private final NumberTable chunks = new NumberTable();

    /** The table of the pool as it was loaded, with nothing overwritten so far. */
    void loaded(final long userBytes, final StoreStats then) {
        space.row("after loading", "", "");
        space.row("  user bytes", userBytes, "of all keys and values");
        space.row("  pool bytes", then.poolBytes(), "with device blocks: data, index, tables, spare chunks");
        space.row(
                "  space per user byte",
                Figures.ratio(then.poolBytes(), userBytes),
                "pool bytes / user bytes; " + withoutSpare(userBytes, then) + " without the spare chunks");
    }

    /** The same for the pool as it is at the end. */
    void space(final long records, final long userBytes, final StoreStats now, final VerifyReport verified) {
        space.row("at the end", "", "");
        space.row("  records", records, "the files, and what the killed processes wrote");
        space.row("  user bytes", userBytes, "");
        space.row("  pool bytes", now.poolBytes(), "");
        space.row(
                "  space per user byte",
                Figures.ratio(now.poolBytes(), userBytes),
                withoutSpare(userBytes, now) + " without the spare chunks");
        space.row("  live bytes", verified.liveBytes(), "of records and index pages, with headers and padding");
        space.row(
                "  reusable bytes", verified.freeBytes(), "left by overwritten values, or never used, in used chunks");
    }

    private static String withoutSpare(final long userBytes, final StoreStats stats) {
        return Figures.ratio(stats.poolBytes() - stats.freshChunks() * CHUNK_BYTES, userBytes);
    }

    void durability(final DurabilityInfo info) {
        final String obtained = info.obtained().toString();
        final String how = obtained.equals(info.mechanism()) ? "" : "by " + info.mechanism() + ": ";
        durability.row("durability", obtained, how + info.reason());
    }

    void openedBy(final Child.Life child, final boolean isAfterKill) {
        opening.row(
                isAfterKill ? "open after a kill, cold" : "open after a clean close, cold",
                Figures.millis(child.openNanos()),
                "first get " + Figures.millis(child.firstGetNanos()) + "; the first open in its JVM");
    }

    void openedHere(final Opening opened) {
        opening.row(
                "open after a kill, warm",
                Figures.millis(opened.openNanos()),
                "first get " + Figures.millis(opened.firstGetNanos()) + "; this JVM had opened a store before");
    }

    void descriptors(final StoreStats reopened, final StoreStats read, final StoreStats verified) {
        final String ofHowMany = "of " + Figures.number(reopened.totalDescriptors());
        descriptors.row(
                "descriptors initialised",
                reopened.initialisedDescriptors(),
                ofHowMany + "; each waits for the first write that needs it");
        descriptors.row(
                "  after reading all",
                read.initialisedDescriptors(),
                "a read looks at none; counting the entries after a kill locks index pages");
        descriptors.row("  after verify", verified.initialisedDescriptors(), "");
    }

    void chunks(final StoreStats now) {
        final StoreStats.Chunks states = now.chunksByState();
        chunks.row("chunks", now.chunks(), "of 2 MiB with device blocks");
        chunks.row("  with slots", states.slots(), "small records, in size classes");
        chunks.row("  with runs", states.runs() + states.large(), "large records, in runs of pages");
        chunks.row("  with index pages", states.index(), "");
        chunks.row("  fresh", states.fresh(), "spare: allocated ahead of need, never used so far");
        chunks.row("  free", states.free(), "used before, known to be free");
        chunks.row("holes", states.holes(), "chunks whose blocks were given back to the file system");
        if (states.damaged() != 0) {
            chunks.row("  damaged", states.damaged(), "");
        }
        chunks.row("quarantined slots", now.quarantinedSlots(), "records that fail their check");
    }

    void print(final Console console) {
        for (final NumberTable table : new NumberTable[] {space, opening, durability, descriptors, chunks}) {
            console.line("");
            table.print(console);
        }
    }
}
