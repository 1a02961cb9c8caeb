package org.ashlar.engine.jfr;

import java.nio.file.Path;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.ashlar.kv.DurabilityInfo;
import org.ashlar.kv.VerifyReport;
import org.jspecify.annotations.Nullable;

/** The events that have a duration. */
final class StoreEvents {
    private StoreEvents() {}

    // Each is begun when it is made, and null where no recording asks for it.

    private static <E extends Event> @Nullable E begun(final E event) {
        if (!event.isEnabled()) {
            return null;
        }
        event.begin();
        return event;
    }

    static EngineEvents.@Nullable Opening opening() {
        return begun(new Open());
    }

    static EngineEvents.@Nullable Closing closing() {
        return begun(new Close());
    }

    static EngineEvents.@Nullable Growth growth() {
        return begun(new PoolGrowth());
    }

    static EngineEvents.@Nullable Split split() {
        return begun(new PageSplit());
    }

    static EngineEvents.@Nullable Sweep sweep() {
        return begun(new SweepAll());
    }

    static EngineEvents.@Nullable MakingRoom makingRoom() {
        return begun(new Full());
    }

    static EngineEvents.@Nullable Verification verification() {
        return begun(new Verify());
    }

    static EngineEvents.@Nullable GivingBack givingBack() {
        return begun(new MapGivenBack());
    }

    /** What all of them say. */
    @Category("Ashlar")
    @StackTrace(false)
    abstract static class StoreEvent extends Event {
        @Label("Store")
        String path = "";

        final void tell(final Path pool) {
            if (shouldCommit()) {
                path = pool.toString();
                commit();
            }
        }
    }

    @Name("org.ashlar.StoreOpen")
    @Label("Store Opened")
    static final class Open extends StoreEvent implements EngineEvents.Opening {
        @Label("Created")
        boolean created;

        @Label("Recovered")
        @Description("The last open for writing did not end with a clean close")
        boolean recovered;

        @Label("Checked in Full")
        @Description("The machine had gone down under an open store without power-failure durability")
        boolean checked;

        @Label("Durability")
        String durability = "";

        @Label("Mechanism")
        String mechanism = "";

        @Override
        public void ends(
                final Path pool,
                final boolean isNew,
                final boolean wasRecovered,
                final boolean wasChecked,
                final DurabilityInfo info) {
            created = isNew;
            recovered = wasRecovered;
            checked = wasChecked;
            durability = info.obtained().name();
            mechanism = info.mechanism();
            tell(pool);
        }
    }

    @Name("org.ashlar.StoreClose")
    @Label("Store Closed")
    static final class Close extends StoreEvent implements EngineEvents.Closing {
        @Label("All Operations Ended")
        @Description("If not, the memory stays mapped until they have")
        boolean allEnded;

        @Override
        public void ends(final Path pool, final boolean haveAllEnded) {
            allEnded = haveAllEnded;
            tell(pool);
        }
    }

    @Name("org.ashlar.PoolGrowth")
    @Label("Pool Growth")
    static final class PoolGrowth extends StoreEvent implements EngineEvents.Growth {
        @Label("Size Before")
        @DataAmount
        long bytesBefore;

        @Label("Size After")
        @Description("The same as before where growth failed")
        @DataAmount
        long bytesAfter;

        @Override
        public void ends(final Path pool, final long before, final long after) {
            bytesBefore = before;
            bytesAfter = after;
            tell(pool);
        }
    }

    @Name("org.ashlar.PageSplit")
    @Label("Index Page Split")
    @Enabled(false)
    @Threshold("0 ns")
    static final class PageSplit extends StoreEvent implements EngineEvents.Split {
        @Label("Depth")
        @Description("Bits of the hash that all keys of the page share")
        int depth;

        @Override
        public void ends(final Path pool, final int before) {
            depth = before;
            tell(pool);
        }
    }

    @Name("org.ashlar.Sweep")
    @Label("Sweep")
    @Description("All that earlier opens left was judged")
    static final class SweepAll extends StoreEvent implements EngineEvents.Sweep {
        @Label("Pages")
        long pages;

        @Override
        public void ends(final Path pool, final long left) {
            pages = left;
            tell(pool);
        }
    }

    @Name("org.ashlar.StoreFull")
    @Label("Store Full")
    @Description("An operation found no room; the duration is that of the search for some")
    static final class Full extends StoreEvent implements EngineEvents.MakingRoom {
        @Label("Attempt")
        @Description("How often the same operation had found no room")
        int attempt;

        @Override
        public void ends(final Path pool, final int attempts) {
            attempt = attempts;
            tell(pool);
        }
    }

    @Name("org.ashlar.Verify")
    @Label("Verification")
    static final class Verify extends StoreEvent implements EngineEvents.Verification {
        @Label("Records")
        long records;

        @Label("Live Bytes")
        @DataAmount
        long liveBytes;

        @Label("Problems")
        int problems;

        @Override
        public void ends(final Path pool, final VerifyReport report) {
            records = report.records();
            liveBytes = report.liveBytes();
            problems = report.problems().size();
            tell(pool);
        }
    }

    @Name("org.ashlar.MapGivenBack")
    @Label("Map Given Back")
    @Description("From when a map was cleared or dropped until all of its space was given back")
    static final class MapGivenBack extends StoreEvent implements EngineEvents.GivingBack {
        @Label("Map")
        @Description("Number of the map among all that the store ever had")
        int map;

        @Override
        public void ends(final Path pool, final int incarnation) {
            map = incarnation;
            tell(pool);
        }
    }
}
