package org.ashlar.bench;

import java.io.IOException;
import java.util.List;

/** Very many small maps: what creating them takes of time and space, and opening a store that has them. */
final class NamesPart {
    /** Of device space; a map has an index page and a catalog record. */
    private static final long MOST_BYTES_OF_MAP = 8192;

    /** A page of the index, and two records of the catalog with their entries. */
    private static final double MOST_POOL_BYTES = 4096 + 256;

    private static final long FIXED_BYTES = 256L << 20;

    private NamesPart() {}

    static void run(final Settings settings, final Report report) throws IOException, InterruptedException {
        report.section("Names");
        report.note(settings.maps + " maps without records, names of " + NamesChild.LEAST_NAME_BYTES + " to "
                + NamesChild.MOST_NAME_BYTES + " bytes; memory after GC; then another JVM opens the store");
        try (Scratch scratch = Scratch.in(settings.path, settings.maps * MOST_BYTES_OF_MAP + FIXED_BYTES)) {
            final String pool = scratch.file("store.pool").toString();
            final String maps = Integer.toString(settings.maps);
            try (Child child = Child.start(NamesChild.class, List.of(), NamesChild.CREATE, pool, maps)) {
                report.figure("maps created", child.await(NamesChild.CREATED_PER_SECOND), "maps/s");
                report.figure("  the last tenth of them", child.await(NamesChild.LAST_PER_SECOND), "maps/s");
                report.figure(
                        "pool bytes for each map",
                        child.await(NamesChild.POOL_BYTES),
                        "B",
                        Target.atMost(MOST_POOL_BYTES));
                report.figure("  bytes of chunks in use", child.await(NamesChild.USED_BYTES), "B");
                report.figure("heap for each map, handles not kept", child.await(NamesChild.HEAP_BYTES), "B");
                report.figure("private memory for each map", child.await(NamesChild.PRIVATE_BYTES), "B");
                report.figure("close", child.await(NamesChild.CLOSE_MILLIS), "ms");
                child.awaitEnd();
            }
            try (Child child = Child.start(NamesChild.class, List.of(), NamesChild.OPEN, pool, maps)) {
                report.figure("open", child.await(NamesChild.OPEN_MILLIS), "ms");
                report.figure("first map of an existing name", child.await(NamesChild.FIRST_MAP_MILLIS), "ms");
                report.figure(
                        "map and first put, " + NamesChild.usedMaps(settings.maps) + " maps",
                        child.await(NamesChild.PUTS_PER_SECOND),
                        "maps/s");
                report.figure("  pool bytes for each", child.await(NamesChild.POOL_BYTES), "B");
                report.figure("list of all names", child.await(NamesChild.LIST_MILLIS), "ms");
                child.awaitEnd();
            }
        }
    }
}
