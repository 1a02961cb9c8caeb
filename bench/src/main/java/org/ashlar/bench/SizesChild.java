package org.ashlar.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A JVM of {@link SizesPart}: one store of one size, so that none is measured by code that was compiled for another one. It warms up
 * on a small one, loads the large one, and lets store and floor take turns.
 */
final class SizesChild {
    private static final int MOST_WARM_RECORDS = 100_000;
    private static final long MOST_WARM_BYTES = 16 << 20;
    private static final int MOST_WARM_MAPS = 10;
    private static final int SLICES = 10;

    private final Meter meter;
    private final SizeKind kind;
    private final Path path;
    private final long nanosOfSlice;

    private SizesChild(final Meter meter, final SizeKind kind, final Path path, final long nanos) {
        this.meter = meter;
        this.kind = kind;
        this.path = path;
        nanosOfSlice = nanos / SLICES;
    }

    /**
     * Measures one size and tells the costs.
     *
     * @param args kind, size, records, directory, rounds, nanoseconds of a measurement, whether by CPU time
     */
    public static void main(final String[] args) throws IOException, InterruptedException {
        Child.endWithParent();
        final int size = Integer.parseInt(args[1]);
        final int records = Integer.parseInt(args[2]);
        try (Meter meter = new Meter(Boolean.parseBoolean(args[6]))) {
            final SizesChild child =
                    new SizesChild(meter, SizeKind.valueOf(args[0]), Path.of(args[3]), Long.parseLong(args[5]));
            child.warmUp(size, records);
            child.measure(size, records, Integer.parseInt(args[4]));
        }
    }

    private void warmUp(final int size, final int records) throws IOException, InterruptedException {
        final int most = (int) Math.min(MOST_WARM_RECORDS, MOST_WARM_BYTES / kind.valueBytes(size));
        final int few = Math.max(1, Math.min(records, most));
        final int smallSize = switch (kind) {
            case RECORDS -> few;
            case VALUES -> size;
            case MAPS -> Math.min(size, MOST_WARM_MAPS);
        };
        try (SizedStore store = SizedStore.create(path, kind, smallSize, few)) {
            load(store, few, new SizeCosts());
            round(store, new SizeCosts());
        }
    }

    private void measure(final int size, final int records, final int rounds) throws IOException, InterruptedException {
        try (SizedStore store = SizedStore.create(path, kind, size, records)) {
            final SizeCosts costs = new SizeCosts();
            load(store, records, costs);
            round(store, new SizeCosts()); // warms up
            for (int i = 0; i < rounds; i++) {
                round(store, costs);
            }
            costs.tell();
        }
    }

    private void load(final SizedStore store, final int records, final SizeCosts costs) throws InterruptedException {
        final double floor = meter.nanosPerOp(store.floor().insert(), records);
        costs.add(SizeCost.INSERT, meter.nanosPerOp(store.operations().insert(), records), floor);
    }

    private void round(final SizedStore store, final SizeCosts costs) throws InterruptedException {
        final SizedOperations operations = store.operations();
        final SizedOperations floor = store.floor();
        double get = 0;
        double floorGet = 0;
        double update = 0;
        double floorUpdate = 0;
        for (int i = 0; i < SLICES; i++) {
            floorGet += nanos(floor.get(), store.batch());
            get += nanos(operations.get(), store.batch());
            floorUpdate += nanos(floor.update(), store.batch());
            update += nanos(operations.update(), store.batch());
        }
        costs.add(SizeCost.GET, get / SLICES, floorGet / SLICES);
        costs.add(SizeCost.UPDATE, update / SLICES, floorUpdate / SLICES);
    }

    private double nanos(final Operation operation, final int batch) throws InterruptedException {
        return 1e9 / meter.opsPerSecond(List.of(operation), nanosOfSlice, batch);
    }
}
