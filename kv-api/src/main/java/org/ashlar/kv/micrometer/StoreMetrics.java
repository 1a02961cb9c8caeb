package org.ashlar.kv.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.ashlar.kv.DurabilityInfo;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreStats;

/**
 * Binds the figures of an open store ({@link Store#stats}) to meters whose names begin with {@code ashlar.store}.
 *
 * <table>
 * <caption>Meters; all have the tag {@code store}</caption>
 * <tr><th>name</th><th>base unit</th><th>further tags</th></tr>
 * <tr><td>{@code ashlar.store.space}</td><td>bytes</td><td>{@code state}: live, free, reserved, overhead, quarantined, unjudged; {@code
 * kind}: slots, runs, index, chunks, fresh, all. Their sum is the bytes of all chunks with device blocks</td></tr>
 * <tr><td>{@code ashlar.store.pool}</td><td>bytes</td><td></td></tr>
 * <tr><td>{@code ashlar.store.pool.max}</td><td>bytes</td><td></td></tr>
 * <tr><td>{@code ashlar.store.chunks}</td><td>chunks</td><td>{@code state}: fresh, free, holes, index, slots, runs, large, damaged</td></tr>
 * <tr><td>{@code ashlar.store.unswept}</td><td>pages</td><td></td></tr>
 * <tr><td>{@code ashlar.store.quarantined}</td><td>places</td><td></td></tr>
 * <tr><td>{@code ashlar.store.retired}</td><td>places</td><td></td></tr>
 * <tr><td>{@code ashlar.store.reader.oldest}</td><td>that of times in the registry</td><td></td></tr>
 * <tr><td>{@code ashlar.store.maps.dropped}</td><td>maps</td><td></td></tr>
 * <tr><td>{@code ashlar.store.splits}, a counter</td><td>pages</td><td></td></tr>
 * <tr><td>{@code ashlar.store.growths}, a counter</td><td></td><td></td></tr>
 * <tr><td>{@code ashlar.store.evacuations}, a counter</td><td></td><td></td></tr>
 * <tr><td>{@code ashlar.store.given.back}, a counter</td><td>bytes</td><td></td></tr>
 * <tr><td>{@code ashlar.store.durability}, always 1</td><td></td><td>{@code obtained}, {@code mechanism}</td></tr>
 * </table>
 *
 * <p><b>A closed store</b>: its gauges say NaN and its counters what they said last; nothing throws. Neither this object nor a registry keeps
 * a store reachable. {@link #close} takes the meters off their registries: needed before a store that is opened again is bound under the same
 * tags, as a registry keeps the meter that it has.
 *
 * <p><b>Cost</b>: one {@link Store#stats} for all meters of a registry that are read within {@value #FRESH_MILLIS} milliseconds, by the
 * registry's clock. Thread-safe.
 */
@SuppressWarnings("exports") // not transitive: else every module that uses stores would need Micrometer to be compiled
public final class StoreMetrics implements MeterBinder, AutoCloseable {
    /** How long figures are used again, in milliseconds: longer than it takes to read all meters, shorter than the time between two scrapes. */
    static final long FRESH_MILLIS = 500;

    private static final String PREFIX = "ashlar.store.";

    private final WeakReference<Store> store;
    private final Tags tags;
    private final List<Bound> bound = new ArrayList<>(); // under this object's monitor

    private record Bound(MeterRegistry registry, Meter meter) {}

    /**
     * Prepares meters with one tag, {@code store}.
     *
     * @param store an open store; not kept reachable
     * @param name value of the tag: tells the stores of a process apart
     */
    public StoreMetrics(final Store store, final String name) {
        this(store, name, Tags.empty());
    }

    /**
     * Prepares meters with the tag {@code store} and others.
     *
     * @param store an open store; not kept reachable
     * @param name value of the tag: tells the stores of a process apart
     * @param more further tags of all meters
     */
    public StoreMetrics(final Store store, final String name, final Iterable<Tag> more) {
        this.store = new WeakReference<>(store);
        tags = Tags.of("store", name).and(more);
    }

    /**
     * Registers all meters; does nothing where the store is not reachable any more.
     *
     * @param registry gets the meters; kept reachable until {@link #close}
     */
    @Override
    public void bindTo(final MeterRegistry registry) {
        final Store open = store.get();
        if (open != null) {
            new Binding(registry, open).bindAll();
        }
    }

    /** Removes all meters from the registries that they were bound to. */
    @Override
    public synchronized void close() {
        bound.forEach(b -> b.registry.remove(b.meter));
        bound.clear();
    }

    private synchronized void keep(final MeterRegistry registry, final Meter meter) {
        bound.add(new Bound(registry, meter));
    }

    /** The meters of one registry. Short-lived: what the meters keep are the figures, and weakly the store. */
    private final class Binding {
        private final MeterRegistry registry;
        private final Store open;
        private final SharedFigures figures;

        Binding(final MeterRegistry registry, final Store open) {
            this.registry = registry;
            this.open = open;
            figures = new SharedFigures(registry.config().clock(), TimeUnit.MILLISECONDS.toNanos(FRESH_MILLIS));
        }

        void bindAll() {
            bindSpace();
            bindChunks();
            bindWork();
            bindCounters();
            bindDurability();
        }

        private void bindSpace() {
            gauge("pool", BaseUnits.BYTES, "Bytes of the file that have device blocks", StoreStats::poolBytes);
            gauge("pool.max", BaseUnits.BYTES, "Bytes that the pool may grow to", StoreStats::maximumBytes);
            space("live", "slots", StoreStats.Bytes::liveSlots);
            space("live", "runs", StoreStats.Bytes::liveRuns);
            space("live", "index", StoreStats.Bytes::liveIndex);
            space("free", "slots", StoreStats.Bytes::freeSlots);
            space("free", "runs", StoreStats.Bytes::freeRuns);
            space("free", "index", StoreStats.Bytes::freeIndex);
            space("free", "chunks", StoreStats.Bytes::freeChunks);
            space("free", "fresh", StoreStats.Bytes::freshChunks);
            space("reserved", "all", StoreStats.Bytes::reserved);
            space("overhead", "all", StoreStats.Bytes::overhead);
            space("quarantined", "all", StoreStats.Bytes::quarantined);
            space("unjudged", "all", StoreStats.Bytes::unjudged);
        }

        private void space(final String state, final String kind, final ToLongFunction<StoreStats.Bytes> figure) {
            gauge(
                    "space",
                    BaseUnits.BYTES,
                    "Bytes of the chunks with device blocks, by what they hold",
                    stats -> figure.applyAsLong(stats.bytes()),
                    Tag.of("state", state),
                    Tag.of("kind", kind));
        }

        private void bindChunks() {
            chunks("fresh", StoreStats.Chunks::fresh);
            chunks("free", StoreStats.Chunks::free);
            chunks("holes", StoreStats.Chunks::holes);
            chunks("index", StoreStats.Chunks::index);
            chunks("slots", StoreStats.Chunks::slots);
            chunks("runs", StoreStats.Chunks::runs);
            chunks("large", StoreStats.Chunks::large);
            chunks("damaged", StoreStats.Chunks::damaged);
        }

        private void chunks(final String state, final ToLongFunction<StoreStats.Chunks> figure) {
            gauge(
                    "chunks",
                    "chunks",
                    "Chunks, by what they are used for; all but holes have device blocks",
                    stats -> figure.applyAsLong(stats.chunksByState()),
                    Tag.of("state", state));
        }

        private void bindWork() {
            gauge("unswept", "pages", "Pages that this open has not looked at yet", StoreStats::unsweptPages);
            gauge("quarantined", "places", "Places kept out of use, failing their check", StoreStats::quarantinedSlots);
            gauge("retired", "places", "Dead records and pages that wait for readers", StoreStats::retired);
            gauge(
                    "maps.dropped",
                    "maps",
                    "Dropped maps whose space is not given back yet",
                    stats -> stats.background().droppedMaps());
            final ToDoubleFunction<Store> age = figures.gauge(StoreStats::oldestReaderMillis);
            keep(
                    registry,
                    TimeGauge.builder(PREFIX + "reader.oldest", open, TimeUnit.MILLISECONDS, age)
                            .description("Age of the oldest running operation")
                            .tags(tags)
                            .register(registry));
        }

        private void gauge(
                final String name,
                final String unit,
                final String description,
                final ToLongFunction<StoreStats> figure,
                final Tag... more) {
            keep(
                    registry,
                    Gauge.builder(PREFIX + name, open, figures.gauge(figure))
                            .baseUnit(unit)
                            .description(description)
                            .tags(tags.and(more))
                            .register(registry));
        }

        private void bindCounters() {
            keep(
                    registry,
                    FunctionCounter.builder(PREFIX + "splits", open, figures.counter(StoreStats::splits))
                            .baseUnit("pages")
                            .description("Index pages split since the open")
                            .tags(tags)
                            .register(registry));
            keep(
                    registry,
                    FunctionCounter.builder(
                                    PREFIX + "growths",
                                    open,
                                    figures.counter(s -> s.background().growths()))
                            .description("Growths of the pool since the open")
                            .tags(tags)
                            .register(registry));
            keep(
                    registry,
                    FunctionCounter.builder(
                                    PREFIX + "evacuations",
                                    open,
                                    figures.counter(s -> s.background().evacuations()))
                            .description("Sparse spans and chunks that records were moved out of since the open")
                            .tags(tags)
                            .register(registry));
            keep(
                    registry,
                    FunctionCounter.builder(
                                    PREFIX + "given.back",
                                    open,
                                    figures.counter(s -> s.background().givenBackBytes()))
                            .baseUnit(BaseUnits.BYTES)
                            .description("Bytes given back to the device since the open")
                            .tags(tags)
                            .register(registry));
        }

        private void bindDurability() {
            final DurabilityInfo info = open.durability(); // is decided at open, and does not change
            keep(
                    registry,
                    Gauge.builder(PREFIX + "durability", open, figures.gauge(stats -> 1))
                            .description("The durability obtained, in tags")
                            .tags(tags.and("obtained", info.obtained().name(), "mechanism", info.mechanism()))
                            .register(registry));
        }
    }
}
