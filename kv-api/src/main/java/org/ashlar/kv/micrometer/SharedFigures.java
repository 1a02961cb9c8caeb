package org.ashlar.kv.micrometer;

import io.micrometer.core.instrument.Clock;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.StoreStats;
import org.jspecify.annotations.Nullable;

/** Figures that all meters of a registry share while they are fresh. Does not know the store: whoever asks brings it. Thread-safe. */
final class SharedFigures {
    private final Clock clock;
    private final long freshNanos;

    // under this object's monitor
    private @Nullable StoreStats last;
    private long takenNanos;
    private boolean isTaken;

    SharedFigures(final Clock clock, final long freshNanos) {
        this.clock = clock;
        this.freshNanos = freshNanos;
    }

    /** NaN where the store is closed or its device fails. */
    ToDoubleFunction<Store> gauge(final ToLongFunction<StoreStats> figure) {
        return store -> {
            final StoreStats stats = of(store);
            return stats == null ? Double.NaN : figure.applyAsLong(stats);
        };
    }

    /** What it was last where the store is closed: a counter must not fall, nor become what is no number. */
    ToDoubleFunction<Store> counter(final ToLongFunction<StoreStats> figure) {
        return new ToDoubleFunction<>() {
            private volatile long before;

            @Override
            public double applyAsDouble(final Store store) {
                final StoreStats stats = of(store);
                if (stats != null) {
                    before = figure.applyAsLong(stats);
                }
                return before;
            }
        };
    }

    private synchronized @Nullable StoreStats of(final Store store) {
        final long now = clock.monotonicTime();
        if (!isTaken || now - takenNanos >= freshNanos) {
            last = take(store);
            takenNanos = now;
            isTaken = true;
        }
        return last;
    }

    private static @Nullable StoreStats take(final Store store) {
        try {
            return store.stats();
        } catch (final StoreException e) {
            return null;
        }
    }
}
