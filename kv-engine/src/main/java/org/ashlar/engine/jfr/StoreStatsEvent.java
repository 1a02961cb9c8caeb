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

    @Label("Mapped for Data")
    @DataAmount
    long dataBytes;

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

    @Label("Free in Slots")
    @DataAmount
    long freeSlotBytes;

    @Label("Free for Runs")
    @DataAmount
    long freeRunBytes;

    @Label("Free in Index Pages")
    @DataAmount
    long freeIndexBytes;

    @Label("Free in Chunks")
    @DataAmount
    long freeChunkBytes;

    @Label("Fresh")
    @DataAmount
    long freshChunkBytes;

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

    @Label("Sampled Pages")
    @Description("One page in so many was looked at for the bytes in slots and index pages")
    int sampledPages;

    @Label("Fresh Chunks")
    long freshChunks;

    @Label("Free Chunks")
    long freeChunks;

    @Label("Holes")
    @Description("Free chunks whose blocks were given back to the device")
    long holeChunks;

    @Label("Index Chunks")
    long indexChunks;

    @Label("Slot Chunks")
    long slotChunks;

    @Label("Run Chunks")
    long runChunks;

    @Label("Large Chunks")
    @Description("In runs of chunks for one record each")
    long largeChunks;

    @Label("Damaged Chunks")
    long damagedChunks;

    @Label("Unswept Pages")
    long unsweptPages;

    @Label("Initialised Descriptors")
    long initialisedDescriptors;

    @Label("Descriptors")
    long totalDescriptors;

    @Label("Descriptor Placement")
    String descriptorPlacement = "";

    @Label("Quarantined Places")
    long quarantined;

    @Label("Waiting for Readers")
    long retired;

    @Label("Oldest Reader")
    @Timespan(Timespan.MILLISECONDS)
    long oldestReader;

    @Label("Growing Now")
    boolean growing;

    @Label("Growths")
    long growths;

    @Label("Dropped Maps to Give Back")
    long droppedMaps;

    @Label("Unreadable Chunks")
    @Description("Given up by the sweep because of faults under the mapping")
    long unreadableChunks;

    @Label("Evacuations")
    @Description("Sparse spans and chunks whose records were moved out since the open")
    long evacuations;

    @Label("Given Back to the Device")
    @Description("Since the open")
    @DataAmount
    long givenBackBytes;

    @Label("Used Maps")
    long usedMaps;

    @Label("Splits")
    long splits;

    @Label("Records Read by Splits")
    long recordsReadBySplits;

    @Label("Time of the Open")
    @Timespan(Timespan.NANOSECONDS)
    long openTime;

    void fill(final Path pool, final StoreStats stats) {
        path = pool.toString();
        durability = stats.durability().obtained().name();
        poolBytes = stats.poolBytes();
        dataBytes = stats.dataBytes();
        maximumBytes = stats.maximumBytes();
        unsweptPages = stats.unsweptPages();
        initialisedDescriptors = stats.initialisedDescriptors();
        totalDescriptors = stats.totalDescriptors();
        descriptorPlacement = stats.descriptorPlacement().name();
        quarantined = stats.quarantinedSlots();
        retired = stats.retired();
        oldestReader = stats.oldestReaderMillis();
        usedMaps = stats.usedMaps();
        splits = stats.splits();
        recordsReadBySplits = stats.recordsReadBySplits();
        openTime = stats.openNanos();
        fill(stats.bytes());
        fill(stats.chunksByState());
        fill(stats.background());
    }

    private void fill(final StoreStats.Bytes bytes) {
        liveSlotBytes = bytes.liveSlots();
        liveRunBytes = bytes.liveRuns();
        liveIndexBytes = bytes.liveIndex();
        freeSlotBytes = bytes.freeSlots();
        freeRunBytes = bytes.freeRuns();
        freeIndexBytes = bytes.freeIndex();
        freeChunkBytes = bytes.freeChunks();
        freshChunkBytes = bytes.freshChunks();
        reservedBytes = bytes.reserved();
        overheadBytes = bytes.overhead();
        quarantinedBytes = bytes.quarantined();
        unjudgedBytes = bytes.unjudged();
        sampledPages = bytes.sampledPages();
    }

    private void fill(final StoreStats.Chunks chunks) {
        freshChunks = chunks.fresh();
        freeChunks = chunks.free();
        holeChunks = chunks.holes();
        indexChunks = chunks.index();
        slotChunks = chunks.slots();
        runChunks = chunks.runs();
        largeChunks = chunks.large();
        damagedChunks = chunks.damaged();
    }

    private void fill(final StoreStats.Background background) {
        growing = background.growing();
        growths = background.growths();
        droppedMaps = background.droppedMaps();
        unreadableChunks = background.unreadableChunks();
        evacuations = background.evacuations();
        givenBackBytes = background.givenBackBytes();
    }
}
