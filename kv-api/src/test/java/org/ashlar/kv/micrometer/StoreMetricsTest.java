package org.ashlar.kv.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.kv.Durability;
import org.ashlar.kv.DurabilityInfo;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreClosedException;
import org.ashlar.kv.StoreStats;
import org.junit.jupiter.api.Test;

final class StoreMetricsTest {
    private static final DurabilityInfo DURABILITY =
            new DurabilityInfo(Durability.BEST, Durability.PROCESS_CRASH, "PROCESS_CRASH", "a stub");

    private final MockClock clock = new MockClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean isClosed;

    /** A registry keeps no store. */
    private final List<Store> kept = new ArrayList<>();

    private Store kept() {
        final Store store = stub();
        kept.add(store);
        return store;
    }

    /** Answers what is asked here, and fails at anything else. */
    private Store stub() {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    return switch (method.getName()) {
                        case "durability" -> DURABILITY;
                        case "stats" -> statsWhileOpen();
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                });
    }

    private StoreStats statsWhileOpen() {
        asked.incrementAndGet();
        if (isClosed) {
            throw new StoreClosedException("closed");
        }
        return stats();
    }

    /** Every figure is another one. */
    private static StoreStats stats() {
        return new StoreStats(
                1_000,
                2_000,
                3_000,
                new StoreStats.Bytes(4097, 4098, 4099, 4100, 4101, 4102, 4103, 4104, 4105, 4106, 4107, 4108, 1),
                new StoreStats.Chunks(11, 12, 18, 13, 14, 15, 16, 17),
                21,
                22,
                23,
                Placement.POOL,
                24,
                25,
                2_600,
                new StoreStats.Background(true, 31, 32, 33, 34, 35),
                41,
                42,
                43,
                DURABILITY,
                44);
    }

    private double gauge(final String name, final String... tags) {
        return registry.get("ashlar.store." + name).tags(tags).gauge().value();
    }

    @Test
    void eachFigureHasItsMeter() {
        final Store store = kept();
        new StoreMetrics(store, "users", Tags.of("region", "north")).bindTo(registry);
        assertEquals(1_000, gauge("pool"));
        assertEquals(3_000, gauge("pool.max"));
        assertEquals(4097, gauge("space", "state", "live", "kind", "slots"));
        assertEquals(4104, gauge("space", "state", "free", "kind", "fresh"));
        assertEquals(4108, gauge("space", "state", "unjudged"));
        assertEquals(14, gauge("chunks", "state", "slots"));
        assertEquals(18, gauge("chunks", "state", "holes"));
        assertEquals(21, gauge("unswept"));
        assertEquals(24, gauge("quarantined"));
        assertEquals(25, gauge("retired"));
        assertEquals(32, gauge("maps.dropped"));
        assertEquals(1, gauge("durability", "obtained", "PROCESS_CRASH", "mechanism", "PROCESS_CRASH"));
        final TimeGauge oldest = registry.get("ashlar.store.reader.oldest").timeGauge();
        assertEquals(2.6, oldest.value(TimeUnit.SECONDS), 1e-9);
        assertEquals(42, registry.get("ashlar.store.splits").functionCounter().count());
        assertEquals(31, registry.get("ashlar.store.growths").functionCounter().count());
        assertEquals(
                34, registry.get("ashlar.store.evacuations").functionCounter().count());
        assertEquals(
                35, registry.get("ashlar.store.given.back").functionCounter().count());
        assertFalse(isClosed); // keeps it reachable to here
    }

    @Test
    void theBytesByStateAddUpToAllBytes() {
        final Store store = kept();
        new StoreMetrics(store, "users").bindTo(registry);
        final double sum = registry.get("ashlar.store.space").gauges().stream()
                .mapToDouble(Gauge::value)
                .sum();
        assertEquals((double) store.stats().bytes().total(), sum);
        final double chunks = registry.get("ashlar.store.chunks").gauges().stream()
                .mapToDouble(Gauge::value)
                .sum();
        assertEquals((double) store.stats().chunksByState().total(), chunks);
    }

    @Test
    void namesUnitsTagsAndDescriptionsFollowTheConventions() {
        final Store store = kept();
        new StoreMetrics(store, "users", Tags.of("region", "north")).bindTo(registry);
        for (final Meter meter : registry.getMeters()) {
            final Meter.Id id = meter.getId();
            assertTrue(id.getName().matches("ashlar\\.store(\\.[a-z]+)+"), id::getName);
            assertTrue(id.getTags().contains(Tag.of("store", "users")), id::toString);
            assertTrue(id.getTags().contains(Tag.of("region", "north")), id::toString);
            final String description = id.getDescription();
            assertTrue(description != null && !description.isEmpty(), id::toString);
        }
        assertEquals("bytes", registry.get("ashlar.store.pool").meter().getId().getBaseUnit());
        assertEquals(1, gauge("durability"));
    }

    @Test
    void oneScrapeAsksTheStoreOnce() {
        final Store store = kept();
        new StoreMetrics(store, "users").bindTo(registry);
        for (int scrape = 1; scrape <= 3; scrape++) {
            for (final Meter meter : registry.getMeters()) {
                meter.measure().forEach(measurement -> assertFalse(Double.isNaN(measurement.getValue())));
            }
            assertEquals(scrape, asked.get());
            clock.add(StoreMetrics.FRESH_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Test
    void theGaugesOfAClosedStoreAreNoNumbersAndItsCountersStay() {
        final Store store = kept();
        new StoreMetrics(store, "users").bindTo(registry);
        final FunctionCounter splits = registry.get("ashlar.store.splits").functionCounter();
        assertEquals(42, splits.count());
        isClosed = true;
        clock.add(StoreMetrics.FRESH_MILLIS, TimeUnit.MILLISECONDS);
        assertEquals(Double.NaN, gauge("pool"));
        assertEquals(Double.NaN, gauge("durability"));
        assertEquals(
                Double.NaN,
                registry.get("ashlar.store.reader.oldest").timeGauge().value());
        assertEquals(42, splits.count());
    }

    @Test
    void aStoreThatNobodyUsesIsCollectedThoughItIsBound() {
        final List<StoreMetrics> metrics = new ArrayList<>();
        final WeakReference<Store> forgotten = bindAndForget(metrics);
        for (int i = 0; forgotten.get() != null && i < 100; i++) {
            System.gc();
        }
        assertNull(forgotten.get());
        assertEquals(Double.NaN, gauge("pool"));
        final SimpleMeterRegistry other = new SimpleMeterRegistry();
        metrics.get(0).bindTo(other);
        assertTrue(other.getMeters().isEmpty());
    }

    /** In a method of its own, so that no variable keeps the store. */
    private WeakReference<Store> bindAndForget(final List<StoreMetrics> metrics) {
        final Store store = stub();
        metrics.add(new StoreMetrics(store, "users"));
        metrics.get(0).bindTo(registry);
        return new WeakReference<>(store);
    }

    @Test
    void closingTakesTheMetersOffSoThatAReopenedStoreCanBeBound() {
        final Store first = kept();
        try (StoreMetrics metrics = new StoreMetrics(first, "users")) {
            metrics.bindTo(registry);
            assertFalse(registry.getMeters().isEmpty());
        }
        assertTrue(registry.getMeters().isEmpty());
        final Store second = kept();
        new StoreMetrics(second, "users").bindTo(registry);
        assertEquals(1_000, gauge("pool"));
    }
}
