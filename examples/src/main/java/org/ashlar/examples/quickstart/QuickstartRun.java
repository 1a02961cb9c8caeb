package org.ashlar.examples.quickstart;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.ashlar.examples.quickstart.JdkFiles.JdkFile;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreStats;
import org.ashlar.kv.VerifyReport;

/** The steps, in their order. */
final class QuickstartRun {
    private final Console console;
    private final Path pool;
    private final LoadedFiles files;
    private final Findings findings;
    private final Acknowledged acknowledged = new Acknowledged();
    private final PoolReport report = new PoolReport();

    QuickstartRun(final Console console, final Path pool, final List<JdkFile> files, final Findings findings) {
        this.console = console;
        this.pool = pool;
        this.files = new LoadedFiles(files);
        this.findings = findings;
    }

    void run(final int kills, final Duration killAfter) throws IOException, InterruptedException {
        console.step("pool", pool.toString());
        console.step("input", Figures.count(files.count(), "file", "files") + " of this JDK, " + Runtime.version());
        load();
        for (int kill = 0; kill < kills; kill++) {
            letWriteAndKill(killAfter, kill > 0);
        }
        reopen();
        report.print(console);
    }

    /** The pool is closed at the end: a process that writes to it wants it for itself. */
    private void load() throws IOException {
        try (Store store = Store.open(pool)) {
            final long start = System.nanoTime();
            files.load(store, console);
            final long nanos = System.nanoTime() - start;
            console.step(
                    "load",
                    Figures.number(files.userBytes()) + " bytes of keys and values put, in " + Figures.seconds(nanos)
                            + " with the reading of the JDK");
            report.loaded(files.userBytes(), store.stats());
            compareFiles(store);
        }
    }

    private void letWriteAndKill(final Duration killAfter, final boolean isAfterKill)
            throws IOException, InterruptedException {
        final Child.Life child = Child.runAndKill(pool, files.anyKey(), acknowledged, killAfter);
        console.step(
                "kill",
                "process " + child.pid() + " acknowledged " + Figures.count(child.puts(), "write", "writes")
                        + ", then SIGKILL ended it (exit status " + child.status() + ")");
        report.openedBy(child, isAfterKill);
    }

    private void reopen() throws IOException {
        try (Opening opening = Opening.of(pool, files.anyKey())) {
            final Store store = opening.store();
            final StoreStats reopened = store.stats();
            report.openedHere(opening);
            console.step(
                    "reopen",
                    "open " + Figures.millis(opening.openNanos()) + ", first get "
                            + Figures.millis(opening.firstGetNanos()));
            compareFiles(store);
            final ChildWrites writes = compareWrites(store);
            final StoreStats read = store.stats();
            final VerifyReport verified = verify(store);

            report.descriptors(reopened, read, store.stats());
            report.chunks(store.stats());
            report.space(
                    files.count() + writes.count(), files.userBytes() + writes.userBytes(), store.stats(), verified);
            report.durability(store.durability());
        }
    }

    private void compareFiles(final Store store) throws IOException {
        final long problemsBefore = findings.count();
        final long start = System.nanoTime();
        final long equalBytes = files.compare(store, console, findings);
        console.step(
                "compare",
                Figures.count(files.count(), "value", "values") + " read in place, "
                        + Figures.number(equalBytes) + " bytes, " + verdict(problemsBefore) + ", in "
                        + Figures.seconds(System.nanoTime() - start));
    }

    private ChildWrites compareWrites(final Store store) {
        final long problemsBefore = findings.count();
        final ChildWrites writes = new ChildWrites(acknowledged);
        writes.compare(store, findings);
        console.step(
                "compare",
                Figures.count(writes.compared(), "key", "keys") + " of the killed processes, " + verdict(problemsBefore)
                        + "; writes in flight: " + writes.fates());
        return writes;
    }

    private VerifyReport verify(final Store store) {
        final long start = System.nanoTime();
        final VerifyReport verified = store.verify();
        verified.problems().forEach(problem -> findings.add("verify: " + problem));
        console.step(
                "verify",
                Figures.count(verified.records(), "record", "records") + " and "
                        + Figures.count(verified.indexPages(), "index page", "index pages") + ", "
                        + (verified.isSound()
                                ? "sound"
                                : Figures.count(verified.problems().size(), "PROBLEM", "PROBLEMS"))
                        + ", in "
                        + Figures.seconds(System.nanoTime() - start));
        return verified;
    }

    private String verdict(final long problemsBefore) {
        final long problems = findings.count() - problemsBefore;
        return problems == 0 ? "every byte equal" : Figures.number(problems) + " NOT EQUAL";
    }
}
