package org.ashlar.bench;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the benchmarks of the core operations and prints each figure, beside its target where it has one. */
@Command(
        name = "CoreBench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Measures the store: speed beside a raw probe, restart, memory, a large pool, space, group commit, churn,"
                        + " large values, many maps, growth of cost with size, huge pages.")
public final class CoreBench implements Callable<Integer> {
    /** One benchmark that can be chosen. */
    enum Part {
        SPEED,
        RESTART,
        MEMORY,
        LARGE,
        SPACE,
        SYNC,
        CHURN,
        VALUES,
        NAMES,
        SIZES,
        PAGES
    }

    @Mixin
    private final Settings settings = new Settings();

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "PART",
            description = "Which parts to run: ${COMPLETION-CANDIDATES}. All by default.")
    private final Set<Part> only = EnumSet.allOf(Part.class);

    private CoreBench() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        final Report report = new Report(System.out);
        Machine.describe(report, settings.path);
        settings.describe(report);
        for (final Part part : only) {
            switch (part) {
                case SPEED -> SpeedPart.run(settings, report);
                case RESTART -> RestartPart.run(settings, report);
                case MEMORY -> MemoryPart.run(settings, report);
                case LARGE -> LargePart.run(settings, report);
                case SPACE -> SpacePart.run(settings, report);
                case SYNC -> SyncPart.run(settings, report);
                case CHURN -> ChurnPart.run(settings, report);
                case VALUES -> ValuesPart.run(settings, report);
                case NAMES -> NamesPart.run(settings, report);
                case SIZES -> SizesPart.run(settings, report);
                case PAGES -> PagesPart.run(settings, report);
            }
        }
        report.summarise();
        if (settings.json != null) {
            report.writeJson(settings.json);
        }
        return settings.strict && report.shortfalls() > 0 ? 1 : 0;
    }

    /**
     * Runs the parts that the arguments name.
     *
     * @param args as {@code --help} tells
     * @return the exit code: 0, 1 after a failure (with {@code --strict} after a missed target too), 2 for wrong arguments
     */
    static int execute(final String... args) {
        return new CommandLine(new CoreBench())
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
