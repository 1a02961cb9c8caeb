package org.ashlar.bench.ycsb;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.ashlar.bench.Child;
import org.ashlar.bench.Scratch;
import org.ashlar.kv.Durability;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the YCSB client on a new pool: its load, then a workload, each in a JVM of its own. What it prints is the client's own. */
@Command(
        name = "RunYcsb",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Loads a new pool with the YCSB client, and runs one of its core workloads on it.")
public final class RunYcsb implements Callable<Integer> {
    private static final int RECORD_BYTES = 1200;
    private static final String RETURN = ", Return=";
    private static final String CLIENT = "site.ycsb.Client";

    /** The core workloads, by the properties of the client's {@code CoreWorkload}. E scans, and waits for ordered maps. */
    enum Workload {
        A(0.5, 0.5, 0, 0, "zipfian"),
        B(0.95, 0.05, 0, 0, "zipfian"),
        C(1, 0, 0, 0, "zipfian"),
        D(0.95, 0, 0.05, 0, "latest"),
        F(0.5, 0, 0, 0.5, "zipfian");

        private final double reads;
        private final double updates;
        private final double inserts;
        private final double readModifyWrites;
        private final String distribution;

        Workload(
                final double reads,
                final double updates,
                final double inserts,
                final double readModifyWrites,
                final String distribution) {
            this.reads = reads;
            this.updates = updates;
            this.inserts = inserts;
            this.readModifyWrites = readModifyWrites;
            this.distribution = distribution;
        }

        private List<String> properties() {
            return List.of(
                    "readproportion=" + reads,
                    "updateproportion=" + updates,
                    "insertproportion=" + inserts,
                    "readmodifywriteproportion=" + readModifyWrites,
                    "scanproportion=0",
                    "requestdistribution=" + distribution);
        }
    }

    @Option(
            names = "--workload",
            defaultValue = "A",
            description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Workload workload = Workload.A;

    @Option(names = "--records", defaultValue = "1000000", description = "Records. Default: ${DEFAULT-VALUE}.")
    private int records = 1_000_000;

    @Option(names = "--operations", defaultValue = "3000000", description = "Operations. Default: ${DEFAULT-VALUE}.")
    private int operations = 3_000_000;

    @Option(names = "--threads", defaultValue = "1", description = "Threads. Default: ${DEFAULT-VALUE}.")
    private int threads = 1;

    @Option(
            names = "--path",
            defaultValue = "/dev/shm",
            description = "Directory for the pool. Default: ${DEFAULT-VALUE}.")
    private Path path = Path.of("/dev/shm");

    @Option(
            names = "--durability",
            defaultValue = "WRITE_BACK_FORCED",
            description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Durability durability = Durability.WRITE_BACK_FORCED;

    @Parameters(
            paramLabel = "NAME=VALUE",
            description = "Further properties of the client, such as fieldcount=1 fieldlength=100.")
    private List<String> properties = List.of();

    private RunYcsb() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (Scratch scratch = Scratch.in(path, Scratch.poolBytes(records, RECORD_BYTES))) {
            final Path pool = scratch.file("pool");
            return client("-load", pool) && client("-t", pool) ? 0 : 1;
        }
    }

    /** Whether all that it did went well: the client itself ends with exit code 0 where operations failed, too. */
    private boolean client(final String what, final Path pool) throws IOException, InterruptedException {
        final List<String> args =
                new ArrayList<>(List.of(what, "-db", AshlarDb.class.getName(), "-threads", Integer.toString(threads)));
        final List<String> all = new ArrayList<>(List.of(
                "workload=site.ycsb.workloads.CoreWorkload",
                "recordcount=" + records,
                "operationcount=" + operations,
                "measurementtype=hdrhistogram",
                AshlarDb.PATH + "=" + pool,
                AshlarDb.DURABILITY + "=" + durability));
        all.addAll(workload.properties());
        all.addAll(properties);
        for (final String property : all) {
            args.add("-p");
            args.add(property);
        }
        try (Child child = Child.start(CLIENT, List.of(), args.toArray(String[]::new))) {
            final boolean[] allWell = {true};
            child.forEachLine(line -> {
                System.out.println(line);
                allWell[0] &= !line.contains(RETURN) || line.contains(RETURN + "OK");
            });
            child.awaitEnd();
            return allWell[0];
        }
    }

    /**
     * Runs what the arguments say.
     *
     * @param args as {@code --help} tells
     * @return the exit code: 0, 1 after a failure, of an operation too, 2 for wrong arguments
     */
    static int execute(final String... args) {
        return new CommandLine(new RunYcsb())
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
