package org.ashlar.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.ashlar.bench.Machine;
import org.ashlar.bench.Report;
import org.ashlar.bench.Scratch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Measures stores side by side. */
@Command(
        name = "CompareStores",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Measures stores side by side, in the manner of YCSB: load, workloads, delete; in turns, each in a JVM of"
                        + " its own.")
public final class CompareStores implements Callable<Integer> {
    /** The contender that others are compared with. */
    static final String REFERENCE = "ashlar";

    /** The contender that is the floor under the others. */
    static final String RAW = "raw-memory";

    /** The contender that shows what the driver takes. */
    static final String NOTHING = "nothing";

    @Mixin
    private final CompareSettings settings = new CompareSettings();

    private CompareStores() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        final Shape shape = settings.shape();
        final List<Contender> contenders = chosen(shape);
        final Report report = new Report(System.out);
        Machine.describe(report, settings.path);
        settings.describe(report);
        final TextTables text = new TextTables(System.out);
        text.contenders(contenders);
        final Comparison comparison = new Comparison(report.facts(), shape, contenders);
        if (!settings.onlyRestart) {
            try (Scratch scratch = scratch(contenders, shape);
                    ComparisonRun run = new ComparisonRun(settings, comparison, text)) {
                run.run(scratch);
            }
        }
        for (final int records : settings.restartRecords) {
            try (Scratch scratch = scratch(RestartRun.able(contenders), shape.withRecords(records))) {
                new RestartRun(settings, comparison, text).run(scratch, records);
            }
        }
        final List<Targets.Row> targets = Targets.of(comparison);
        text.targets(targets);
        if (settings.json != null) {
            ComparisonJson.write(settings.json, comparison, targets);
        }
        if (settings.html != null) {
            ComparisonHtml.write(settings.html, comparison, targets);
        }
        final boolean isShort = settings.strict && targets.stream().anyMatch(target -> !target.isMet());
        return comparison.failures().isEmpty() && !isShort ? 0 : 1;
    }

    private Scratch scratch(final List<Contender> contenders, final Shape shape) throws IOException {
        return Scratch.in(
                settings.path,
                contenders.stream()
                        .mapToLong(contender -> contender.mostFileBytes(shape))
                        .sum());
    }

    private List<Contender> chosen(final Shape shape) throws IOException {
        final List<Contender> chosen = new ArrayList<>();
        if (settings.stores == null) {
            Contenders.all().values().stream()
                    .filter(contender -> !contender.isOptional() && contender.takes(shape))
                    .forEach(chosen::add);
        } else {
            for (final String name : settings.stores) {
                final Contender contender = Contenders.named(name);
                if (!contender.takes(shape)) {
                    throw new IllegalArgumentException(name + " does not take " + shape);
                }
                chosen.add(contender);
            }
        }
        for (final Path javaHome : settings.javaHomes) {
            final int place = chosen.stream().map(Contender::name).toList().indexOf(REFERENCE) + 1;
            chosen.add(place, JdkContender.of(Contenders.named(REFERENCE), javaHome));
        }
        return chosen;
    }

    /**
     * Runs what the arguments say.
     *
     * @param args as {@code --help} tells
     * @return the exit code: 0, 1 after a failure, of a store too (with {@code --strict} after a missed target too), 2 for wrong arguments
     */
    static int execute(final String... args) {
        return new CommandLine(new CompareStores())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args);
    }

    /**
     * Runs the program.
     *
     * @param args as {@code --help} tells
     */
    public static void main(final String[] args) {
        System.exit(execute(args));
    }
}
