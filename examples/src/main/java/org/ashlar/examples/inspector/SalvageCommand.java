package org.ashlar.examples.inspector;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.ashlar.kv.SalvageReport;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.StoreOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Copies what can be read of a damaged pool to a new one. */
@Command(
        name = "salvage",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Copies every readable record of a damaged pool to a new one. The damaged pool is not written. Where its index is damaged,"
                    + " nothing tells whether a record was deleted or replaced: it is copied, and listed as doubtful.",
            ""
        },
        footer = {
            "",
            "The exit status is 0 when nothing is lost or doubtful, 1 when something is, 2 when the pool cannot be read or the"
                    + " target cannot be written."
        })
final class SalvageCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "DAMAGED", description = "The pool file to read.")
    private @Nullable Path damaged;

    @Parameters(index = "1", paramLabel = "TARGET", description = "The pool file to create.")
    private @Nullable Path target;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(
            names = "--maximum",
            paramLabel = "BYTES",
            description =
                    "What the new pool may grow to; where both headers of the damaged pool are gone, what that was"
                            + " created with. Default: ${DEFAULT-VALUE}.")
    private long maximum = StoreOptions.defaults().maximumBytes();

    @Spec
    private @Nullable CommandSpec spec;

    SalvageCommand() {}

    @Override
    public Integer call() {
        final CommandSpec command = Objects.requireNonNull(spec);
        if (maximum <= 0) {
            throw new ParameterException(command.commandLine(), "--maximum must be more than 0, but is " + maximum);
        }
        final Path from = Objects.requireNonNull(damaged);
        final Path to = Objects.requireNonNull(target);
        final Report report = new Report().say("pool", from.toString()).say("target", to.toString());
        final int status = salvage(from, to, report);
        report.print(command.commandLine().getOut(), json);
        return status;
    }

    private int salvage(final Path from, final Path to, final Report report) {
        try {
            final SalvageReport found =
                    Store.salvage(from, to, StoreOptions.defaults().withMaximumBytes(maximum));
            final List<String> lines = new ArrayList<>();
            found.copied().forEach((map, count) -> lines.add("copied: map " + map + ", " + count + " records"));
            final List<Map<String, Object>> doubtful = new ArrayList<>();
            found.doubtful().forEach(d -> {
                final String key = HexFormat.of().formatHex(d.key());
                lines.add("doubtful: map " + d.map() + ", key 0x" + key + ": " + d.reason());
                doubtful.add(Map.of("map", d.map(), "keyHex", key, "reason", d.reason()));
            });
            final List<Map<String, Object>> lost = new ArrayList<>();
            found.lost().forEach(l -> {
                lines.add("damaged: " + l.where() + ": " + l.reason());
                lost.add(Map.of("where", l.where(), "reason", l.reason()));
            });
            report.say("complete", found.isComplete())
                    .say("records", found.records())
                    .put("copied", found.copied())
                    .put("doubtful", doubtful)
                    .put("lost", lost)
                    .lines(lines);
            return found.isComplete() ? Status.SOUND : Status.PROBLEMS;
        } catch (final StoreException e) {
            report.say("error", String.valueOf(e.getMessage()));
            return Status.UNREADABLE;
        }
    }
}
