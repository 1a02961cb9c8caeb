package org.ashlar.engine.jfr;

import java.nio.file.Path;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.ashlar.kv.StoreStats;

/** The figures of one open store, told once a period. */
@Name("org.ashlar.StoreStats")
@Label("Store Figures")
@Category("Ashlar")
@Description("What an open store holds, and what it waits for")
@Period("10 s")
@StackTrace(false)
final class StoreStatsEvent extends Event {
    @Label("Store")
    String path = "";

    @Label("Durability")
    String durability = "";

    @Label("Pool Size")
    @DataAmount
    long poolBytes;

    @Label("Maximum Size")
    @DataAmount
    long maximumBytes;

    @Label("Live in Slots")
    @DataAmount
    long liveSlotBytes;

    @Label("Live in Runs")
    @DataAmount
    long liveRunBytes;

    @Label("Live in Index Pages")
    @DataAmount
    long liveIndexBytes;

    @Label("Free")
    @DataAmount
    long freeBytes;

    @Label("Reserved by Threads")
    @DataAmount
    long reservedBytes;

    @Label("Overhead")
    @DataAmount
    long overheadBytes;

    @Label("Quarantined")
    @DataAmount
    long quarantinedBytes;

    @Label("Not Judged Yet")
    @Description("In use since an earlier open, and not looked at by this one")
    @DataAmount
    long unjudgedBytes;

    @Label("Fresh Chunks")
    long freshChunks;

    @Label("Free Chunks")
    long freeChunks;

    @Label("Index Chunks")
    long indexChunks;

    @Label("Slot Chunks")
    long slotChunks;

    @Label("Run Chunks")
    long runChunks;

    @Label("Unswept Pages")
    long unsweptPages;

    @Label("Quarantined Places")
    long quarantined;

    @Label("Waiting for Readers")
    long retired;

    @Label("Oldest Reader")
    @Timespan(Timespan.MILLISECONDS)
    long oldestReader;

    @Label("Dropped Maps to Give Back")
    long droppedMaps;

    @Label("Growths")
    long growths;

    @Label("Splits")
    long splits;

    void fill(final Path pool, final StoreStats stats) {
        path = pool.toString();
        durability = stats.durability().obtained().name();
        poolBytes = stats.poolBytes();
        maximumBytes = stats.maximumBytes();
        final StoreStats.Bytes bytes = stats.bytes();
        liveSlotBytes = bytes.liveSlots();
        liveRunBytes = bytes.liveRuns();
        liveIndexBytes = bytes.liveIndex();
        freeBytes = bytes.free();
        reservedBytes = bytes.reserved();
        overheadBytes = bytes.overhead();
        quarantinedBytes = bytes.quarantined();
        unjudgedBytes = bytes.unjudged();
        final StoreStats.Chunks chunks = stats.chunksByState();
        freshChunks = chunks.fresh();
        freeChunks = chunks.free();
        indexChunks = chunks.index();
        slotChunks = chunks.slots();
        runChunks = chunks.runs() + chunks.large();
        unsweptPages = stats.unsweptPages();
        quarantined = stats.quarantinedSlots();
        retired = stats.retired();
        oldestReader = stats.oldestReaderMillis();
        droppedMaps = stats.background().droppedMaps();
        growths = stats.background().growths();
        splits = stats.splits();
    }
}
