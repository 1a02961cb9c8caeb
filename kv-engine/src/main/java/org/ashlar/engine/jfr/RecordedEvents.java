package org.ashlar.engine.jfr;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import org.ashlar.kv.StoreStats;
import org.jspecify.annotations.Nullable;

/**
 * Tells Java Flight Recorder.
 *
 * <p>No event is registered, nor its class loaded, before the recorder is in use: that would make it read its whole catalog of events, which
 * takes a tenth of a second, many times as long as a store takes to open.
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
        return store;
    }

    /** A store whose figures are told. Takes no lock: the recorder calls under locks of its own. */
    private final class Observed implements Runnable, Observation {
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

        @Override
        public void end() {
            stores.remove(this);
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

    @Override
    public Opening openingBegins() {
        final Opening event = FlightRecorder.isInitialized() ? StoreEvents.opening() : null;
        return event == null ? super.openingBegins() : event;
    }

    @Override
    public Closing closingBegins() {
        final Closing event = FlightRecorder.isInitialized() ? StoreEvents.closing() : null;
        return event == null ? super.closingBegins() : event;
    }

    @Override
    public Growth growthBegins() {
        final Growth event = FlightRecorder.isInitialized() ? StoreEvents.growth() : null;
        return event == null ? super.growthBegins() : event;
    }

    @Override
    public Split splitBegins() {
        final Split event = FlightRecorder.isInitialized() ? StoreEvents.split() : null;
        return event == null ? super.splitBegins() : event;
    }

    @Override
    public Sweep sweepBegins() {
        final Sweep event = FlightRecorder.isInitialized() ? StoreEvents.sweep() : null;
        return event == null ? super.sweepBegins() : event;
    }

    @Override
    public MakingRoom makingRoomBegins() {
        final MakingRoom event = FlightRecorder.isInitialized() ? StoreEvents.makingRoom() : null;
        return event == null ? super.makingRoomBegins() : event;
    }

    @Override
    public Verification verificationBegins() {
        final Verification event = FlightRecorder.isInitialized() ? StoreEvents.verification() : null;
        return event == null ? super.verificationBegins() : event;
    }

    @Override
    public GivingBack givingBackBegins() {
        final GivingBack event = FlightRecorder.isInitialized() ? StoreEvents.givingBack() : null;
        return event == null ? super.givingBackBegins() : event;
    }
}
