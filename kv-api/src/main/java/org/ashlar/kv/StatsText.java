package org.ashlar.kv;

import java.util.Locale;

/** {@link StoreStats} as lines to read. */
final class StatsText {
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB"};
    private static final long UNIT = 1024;

    private final StringBuilder text = new StringBuilder();

    private StatsText() {}

    static String of(final StoreStats stats) {
        return new StatsText()
                .sizes(stats)
                .chunks(stats)
                .work(stats)
                .open(stats)
                .text
                .toString();
    }

    private StatsText sizes(final StoreStats s) {
        final StoreStats.Bytes b = s.bytes();
        line("pool        ", bytes(s.poolBytes()), " of at most ", bytes(s.maximumBytes()));
        line(
                "live        ",
                (b.sampledPages() > 1 ? "about " : "") + bytes(b.live()),
                ": records in slots ",
                bytes(b.liveSlots()) + ", in runs " + bytes(b.liveRuns()) + ", index " + bytes(b.liveIndex()));
        line(
                "free        ",
                bytes(b.free()),
                ": slots " + bytes(b.freeSlots()) + ", runs " + bytes(b.freeRuns()) + ", index " + bytes(b.freeIndex()),
                ", chunks " + bytes(b.freeChunks()) + ", fresh " + bytes(b.freshChunks()));
        line(
                "other       ",
                "not judged yet " + bytes(b.unjudged()),
                ", quarantined " + bytes(b.quarantined()),
                ", reserved " + bytes(b.reserved()) + ", overhead " + bytes(b.overhead()));
        return this;
    }

    private StatsText chunks(final StoreStats s) {
        final StoreStats.Chunks c = s.chunksByState();
        line(
                "chunks      ",
                c.total() + ": fresh " + c.fresh() + ", free " + c.free() + ", holes " + c.holes(),
                ", index " + c.index() + ", slots " + c.slots() + ", runs " + c.runs() + ", large " + c.large(),
                c.damaged() == 0 ? "" : ", damaged " + c.damaged());
        line(
                "descriptors ",
                s.initialisedDescriptors() + " of " + s.totalDescriptors() + " initialised",
                ", in " + s.descriptorPlacement(),
                "; pages not swept yet " + s.unsweptPages());
        return this;
    }

    private StatsText work(final StoreStats s) {
        final StoreStats.Background b = s.background();
        line("readers     ", "oldest " + s.oldestReaderMillis() + " ms", ", waiting for readers " + s.retired(), "");
        line(
                "background  ",
                "grown " + b.growths() + " times" + (b.growing() ? ", growing now" : ""),
                ", dropped maps to give back " + b.droppedMaps(),
                b.unreadableChunks() == 0 ? "" : ", unreadable chunks " + b.unreadableChunks());
        line(
                "compaction  ",
                "evacuations " + b.evacuations(),
                ", given back to the device " + bytes(b.givenBackBytes()),
                "");
        line(
                "index       ",
                "maps used " + s.usedMaps(),
                ", splits " + s.splits() + ", records read by them " + s.recordsReadBySplits(),
                s.quarantinedSlots() == 0 ? "" : ", in quarantine " + s.quarantinedSlots());
        return this;
    }

    private StatsText open(final StoreStats s) {
        final DurabilityInfo d = s.durability();
        line("durability  ", d.obtained() + " by " + d.mechanism(), ", opened in ", s.openNanos() / 1_000 + " µs");
        text.setLength(text.length() - 1);
        return this;
    }

    private void line(final String label, final String first, final String second, final String third) {
        text.append(label).append(first).append(second).append(third).append('\n');
    }

    /** A number of bytes in a unit of which there are a few. */
    static String bytes(final long bytes) {
        if (bytes < UNIT) {
            return bytes + " B";
        }
        double value = (double) bytes / UNIT;
        int unit = 0;
        while (value >= UNIT && unit < UNITS.length - 1) {
            value /= UNIT;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }
}
