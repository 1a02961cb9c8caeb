package org.ashlar.examples.tutorial;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.ashlar.kv.Store;
import org.ashlar.kv.micrometer.StoreMetrics;

/** What the README shows of Micrometer. */
final class Watch {
    private Watch() {}

    static void bind(final Store store, final MeterRegistry registry, final Runnable whileBound) {
        // tag::watch[]
        final StoreMetrics metrics = new StoreMetrics(store, "users", Tags.of("region", "north"));
        metrics.bindTo(registry);
        // end::watch[]
        whileBound.run();
        metrics.close();
    }
}
