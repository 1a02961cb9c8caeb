package org.ashlar.engine.jfr;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import org.ashlar.kv.StoreStats;
import org.jspecify.annotations.Nullable;

/**
 * Tells Java Flight Recorder.
 *
 * <p>Nothing is registered before the recorder is in use: that would make it read its whole catalog of events, which takes longer than a
 * store takes to open.
 */
final class RecordedEvents extends EngineEvents implements FlightRecorderListener {
    private final Set<Observed> stores = ConcurrentHashMap.newKeySet();

    RecordedEvents() {
        FlightRecorder.addListener(this); // who comes late hears of it at once
    }

    @Override
    public void recorderInitialized(final FlightRecorder recorder) {
        stores.forEach(Observed::register);
    }

    @Override
    public boolean areRecorded() {
        return true;
    }

    // --------------------------------------------------------------------------------------------------- figures

    @Override
    public Observation observe(final Path path, final Supplier<@Nullable StoreStats> stats) {
        final Observed store = new Observed(path, stats);
        stores.add(store); // first: else neither would register where the recorder starts in between
        if (FlightRecorder.isInitialized()) {
            store.register();
        }
        return () -> {
            stores.remove(store);
            store.unregister();
        };
    }

    /** A store whose figures are told. Takes no lock: the recorder calls under locks of its own. */
    private static final class Observed implements Runnable {
        private final Path path;
        private final Supplier<@Nullable StoreStats> stats;
        private final AtomicBoolean registered = new AtomicBoolean();
        private volatile boolean ended;

        Observed(final Path path, final Supplier<@Nullable StoreStats> stats) {
            this.path = path;
            this.stats = stats;
        }

        void register() {
            if (!ended && registered.compareAndSet(false, true)) {
                FlightRecorder.addPeriodicEvent(StoreStatsEvent.class, this);
                if (ended) { // meanwhile, perhaps by who looked too early
                    FlightRecorder.removePeriodicEvent(this);
                }
            }
        }

        void unregister() {
            ended = true;
            if (registered.get()) {
                FlightRecorder.removePeriodicEvent(this);
            }
        }

        /** Called by the recorder, once a period. */
        @Override
        public void run() {
            final StoreStatsEvent event = new StoreStatsEvent();
            if (event.isEnabled()) {
                final StoreStats now = stats.get();
                if (now != null) {
                    event.fill(path, now);
                    event.commit();
                }
            }
        }
    }

    // --------------------------------------------------------------------------------------------------- durations

    private static <E extends Event> @Nullable E begun(final E event) {
        if (!event.isEnabled()) {
            return null;
        }
        event.begin();
        return event;
    }

    @Override
    public Opening openingBegins() {
        final Opening event = begun(new StoreEvents.Open());
        return event == null ? super.openingBegins() : event;
    }

    @Override
    public Closing closingBegins() {
        final Closing event = begun(new StoreEvents.Close());
        return event == null ? super.closingBegins() : event;
    }

    @Override
    public Growth growthBegins() {
        final Growth event = begun(new StoreEvents.PoolGrowth());
        return event == null ? super.growthBegins() : event;
    }

    @Override
    public Split splitBegins() {
        final Split event = begun(new StoreEvents.PageSplit());
        return event == null ? super.splitBegins() : event;
    }

    @Override
    public Sweep sweepBegins() {
        final Sweep event = begun(new StoreEvents.SweepAll());
        return event == null ? super.sweepBegins() : event;
    }

    @Override
    public MakingRoom makingRoomBegins() {
        final MakingRoom event = begun(new StoreEvents.Full());
        return event == null ? super.makingRoomBegins() : event;
    }

    @Override
    public Verification verificationBegins() {
        final Verification event = begun(new StoreEvents.Verify());
        return event == null ? super.verificationBegins() : event;
    }

    @Override
    public GivingBack givingBackBegins() {
        final GivingBack event = begun(new StoreEvents.MapGivenBack());
        return event == null ? super.givingBackBegins() : event;
    }
}
