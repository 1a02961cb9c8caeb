package org.ashlar.bench;

import java.io.IOException;
import java.util.List;

/** Memory: what a JVM with a heap of 32 MiB takes, with few records and with many, its descriptors in the pool. */
final class MemoryPart {
    private static final double GROWTH_MIB = 64;
    private static final double ABOVE_EMPTY_MIB = 100;
    private static final String HEAP = "-Xmx32m";

    private MemoryPart() {}

    static void run(final Settings settings, final Report report) throws IOException, InterruptedException {
        report.section("Memory");
        report.note("a JVM with " + HEAP
                + " and descriptors in the pool; private: clean and dirty, heap, stacks, code, libraries;");
        report.note("not counted: the pool's own pages, which are the page cache; page tables counted apart");
        try (Scratch scratch = Scratch.in(settings.path, Scratch.poolBytes(settings.records));
                Child child = Child.start(
                        MemoryChild.class,
                        List.of(HEAP),
                        scratch.file("store.pool").toString(),
                        Integer.toString(settings.smallRecords),
                        Integer.toString(settings.records))) {
            final double empty = child.await(MemoryChild.EMPTY);
            report.figure("private memory of the JVM before it opens a store", empty, "MiB");
            final double small = measured(report, child, settings.smallRecords);
            final double large = measured(report, child, settings.records);
            report.figure("growth of private memory", large - small, "MiB", Target.lessThan(GROWTH_MIB));
            report.figure(
                    "private memory above that, " + settings.records + " records",
                    large - empty,
                    "MiB",
                    Target.lessThan(ABOVE_EMPTY_MIB));
            child.awaitEnd();
        }
    }

    private static double measured(final Report report, final Child child, final int records) throws IOException {
        final String suffix = ", " + records + " records";
        report.figure("heap used after GC" + suffix, child.await(MemoryChild.HEAP_USED), "MiB");
        final double privateMib = child.await(MemoryChild.PRIVATE);
        report.figure("private memory" + suffix, privateMib, "MiB");
        report.figure("page tables" + suffix, child.await(MemoryChild.PAGE_TABLES), "MiB");
        report.figure("pool pages mapped" + suffix, child.await(MemoryChild.POOL_RESIDENT), "MiB");
        return privateMib;
    }
}
