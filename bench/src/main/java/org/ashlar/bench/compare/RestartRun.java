package org.ashlar.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.ashlar.bench.Child;
import org.ashlar.bench.Scratch;

/**
 * Kills the writer of each store with SIGKILL, opens the store in a fresh JVM, and reads; in turns. Those that measure, and are no stores,
 * are loaded and opened again, for their curve alone.
 */
final class RestartRun {
    private static final long WRITING_MILLIS = 500;

    private final CompareSettings settings;
    private final Comparison comparison;
    private final TextTables text;

    RestartRun(final CompareSettings settings, final Comparison comparison, final TextTables text) {
        this.settings = settings;
        this.comparison = comparison;
        this.text = text;
    }

    /** Those that this can be done to. */
    static List<Contender> able(final List<Contender> contenders) {
        return contenders.stream()
                .filter(contender -> contender.abilities().survivesKill()
                        || contender.abilities().isMeasure())
                .toList();
    }

    /**
     * All kills at one size.
     *
     * @param records how many
     */
    void run(final Scratch scratch, final int records) throws InterruptedException {
        final Shape shape = comparison.shape().withRecords(records);
        final Map<String, Restart> restarts = new LinkedHashMap<>();
        final List<Contender> left = new ArrayList<>(able(comparison.contenders()));
        for (int round = 0; round < settings.rounds; round++) {
            for (final Contender contender : List.copyOf(left)) {
                final Path folder = scratch.file(contender.name());
                try {
                    write(contender, folder, shape, round == 0);
                    try (Child child = StoreProcess.start(ReopenChild.class, contender, folder, shape)) {
                        restarts.computeIfAbsent(contender.name(), any -> new Restart())
                                .await(child);
                        child.awaitEnd();
                    }
                } catch (final IOException e) {
                    left.remove(contender);
                    restarts.remove(contender.name());
                    comparison.failures().put(contender.name(), "restart: " + e.getMessage());
                    text.failure(contender.name(), "restart: " + e.getMessage());
                }
            }
        }
        comparison.restarts().put(records, restarts);
        text.restarts(records, restarts, comparison);
    }

    private void write(final Contender contender, final Path folder, final Shape shape, final boolean first)
            throws IOException, InterruptedException {
        if (!first && !contender.abilities().survivesKill()) {
            return;
        }
        try (StoreProcess process = StoreProcess.open(contender, folder, shape, false)) {
            if (first) {
                process.load(0, shape.records());
            }
            if (contender.abilities().survivesKill()) {
                process.writeOn();
                TimeUnit.MILLISECONDS.sleep(WRITING_MILLIS);
                process.kill();
            } else {
                process.end();
            }
        }
    }
}
