package org.ashlar.bench.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.ashlar.bench.Scratch;

/** Takes all contenders through the phases, in turns. A contender that fails is told and left out of the rest. */
final class ComparisonRun implements AutoCloseable {
    private static final int VERIFIED_RECORDS = 10_000;
    private static final String SERVICE_TIME = "service time at full speed: a stall delays one operation here";

    /** What a contender does in a turn. */
    @FunctionalInterface
    private interface Turn {
        void take(StoreProcess process, Outcome outcome) throws IOException, InterruptedException;
    }

    private final CompareSettings settings;
    private final Comparison comparison;
    private final TextTables text;
    private final Map<Contender, StoreProcess> running = new LinkedHashMap<>();

    ComparisonRun(final CompareSettings settings, final Comparison comparison, final TextTables text) {
        this.settings = settings;
        this.comparison = comparison;
        this.text = text;
    }

    /** Runs all phases. */
    void run(final Scratch scratch) throws InterruptedException {
        for (final Contender contender : comparison.contenders()) {
            try {
                running.put(
                        contender,
                        StoreProcess.open(
                                contender, scratch.file(contender.name()), comparison.shape(), settings.cpuTime));
            } catch (final IOException e) {
                fail(contender, "open", e);
            }
        }
        load();
        footprint("after the load");
        for (int round = 0; round < settings.ageRounds; round++) {
            age(round);
        }
        for (final Mix mix : settings.mixes()) {
            workload(mix);
        }
        footprint("after the workloads");
        delete();
    }

    private void load() throws InterruptedException {
        final Phase phase = new Phase(Phase.LOAD, SERVICE_TIME);
        for (int round = 0; round < settings.rounds; round++) {
            final long from = part(round);
            final long to = part(round + 1);
            round(phase, ComparisonRun::loads, (process, outcome) -> add(outcome, process.load(from, to)));
        }
        done(phase);
    }

    private void age(final int round) throws InterruptedException {
        final Phase phase = new Phase("Ageing, round " + (round + 1), "none");
        round(phase, ComparisonRun::inserts, (process, outcome) -> outcome.addRate(process.age(round)));
        done(phase);
    }

    private void workload(final Mix mix) throws InterruptedException {
        final Phase fewest = new Phase(mix, settings.latencyKind(), settings.threads.first());
        final List<Phase> phases = new ArrayList<>(List.of(fewest));
        settings.threads.stream().skip(1).map(fewest::besideWith).forEach(phases::add);
        final Predicate<Contender> able = mix.workload().hasInserts() ? ComparisonRun::inserts : ComparisonRun::any;
        for (final Phase phase : phases) {
            round(phase, able, (process, outcome) -> process.flatOut(mix, phase.threads(), settings.warmUpNanos()));
        }
        for (int round = 0; round < settings.rounds; round++) {
            for (final Phase phase : phases) {
                round(phase, able, (process, outcome) -> turn(process, outcome, mix, phase.threads()));
            }
        }
        for (final Phase phase : phases) {
            comparison.failures().keySet().forEach(phase::forget); // of one that failed with other threads too
            done(phase);
        }
    }

    private void turn(final StoreProcess process, final Outcome outcome, final Mix mix, final int threads)
            throws IOException {
        outcome.addRate(process.flatOut(mix, threads, settings.turnNanos()));
        outcome.addLatency(
                settings.rate > 0
                        ? process.paced(mix, threads, settings.turnNanos(), settings.rate)
                        : process.timed(mix, threads, settings.turnNanos()));
    }

    private void delete() throws InterruptedException {
        final Phase check = new Phase("Check", "none");
        final int verified = Math.min(settings.records, VERIFIED_RECORDS);
        round(check, ComparisonRun::any, (process, outcome) -> process.verify(verified, true));
        final Phase phase = new Phase(Phase.DELETE, SERVICE_TIME);
        for (int round = 0; round < settings.rounds; round++) {
            final long from = part(round);
            final long to = part(round + 1);
            round(phase, ComparisonRun::loads, (process, outcome) -> add(outcome, process.delete(from, to)));
        }
        done(phase);
        round(check, ComparisonRun::isStore, (process, outcome) -> process.verify(verified, false));
        final Phase end = new Phase("Close", "none");
        round(end, ComparisonRun::any, (process, outcome) -> process.end());
    }

    private static boolean any(final Contender contender) {
        return true;
    }

    private static boolean loads(final Contender contender) {
        return contender.abilities().loads();
    }

    private static boolean inserts(final Contender contender) {
        return contender.abilities().inserts();
    }

    private static boolean isStore(final Contender contender) {
        return !contender.abilities().isMeasure();
    }

    private long part(final int round) {
        return (long) settings.records * round / settings.rounds;
    }

    private static void add(final Outcome outcome, final Slice slice) {
        outcome.addRate(slice);
        outcome.addLatency(slice);
    }

    private void footprint(final String moment) throws InterruptedException {
        final Map<String, Footprint> footprints = new LinkedHashMap<>();
        final Phase phase = new Phase("Memory " + moment, "none");
        final Map<StoreProcess, String> names = new LinkedHashMap<>();
        running.forEach((contender, process) -> names.put(process, contender.name()));
        round(phase, ComparisonRun::any, (process, outcome) -> footprints.put(names.get(process), process.footprint()));
        comparison.footprints().put(moment, footprints);
        text.footprints(moment, footprints, comparison);
    }

    private void round(final Phase phase, final Predicate<Contender> able, final Turn turn)
            throws InterruptedException {
        for (final Map.Entry<Contender, StoreProcess> entry : List.copyOf(running.entrySet())) {
            final Contender contender = entry.getKey();
            if (able.test(contender)) {
                try {
                    turn.take(entry.getValue(), phase.outcomeOf(contender.name()));
                } catch (final IOException e) {
                    phase.forget(contender.name());
                    fail(contender, phase.title(), e);
                }
            }
        }
    }

    private void fail(final Contender contender, final String phase, final IOException cause) {
        comparison.failures().put(contender.name(), phase + ": " + cause.getMessage());
        text.failure(contender.name(), phase + ": " + cause.getMessage());
        final StoreProcess process = running.remove(contender);
        if (process != null) {
            process.close();
        }
    }

    private void done(final Phase phase) {
        comparison.phases().add(phase);
        text.phase(phase);
    }

    @Override
    public void close() {
        new ArrayList<>(running.values()).forEach(StoreProcess::close);
    }
}
