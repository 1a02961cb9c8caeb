package org.ashlar.engine;

import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.index.IndexContext;
import org.ashlar.engine.space.Evacuation;
import org.ashlar.engine.space.Space;
import org.ashlar.engine.space.SpaceFigures;
import org.ashlar.kv.Durability;
import org.ashlar.kv.DurabilityInfo;
import org.ashlar.kv.Placement;
import org.ashlar.kv.StoreFullException;
import org.ashlar.kv.StoreStats;
import org.ashlar.pmem.CoreDescriptor;
import org.ashlar.pmem.DescriptorPlacement;
import org.ashlar.pmem.DurabilityReport;
import org.ashlar.pmem.DurabilityRequest;
import org.ashlar.pmem.Geometry;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolException;

/**
 * Makes the figures of a store. Nothing is counted for them on the way of an operation: they come from what the parts of the store keep for
 * their own use.
 */
final class StatsCollector {
    private static final int BYTES_PER_DESCRIPTOR_BYTE = Geometry.PAGE_BYTES / CoreDescriptor.BYTES;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Pool pool;
    private final Epochs epochs;
    private final Space space;
    private final IndexContext context;
    private final Catalog catalog;
    private final Reaper reaper;
    private final Evacuation evacuation;
    private final GrowthWatch growth;
    private final DurabilityInfo durability;

    StatsCollector(
            final Pool pool,
            final Epochs epochs,
            final Space space,
            final IndexContext context,
            final Catalog catalog,
            final Reaper reaper,
            final Evacuation evacuation,
            final GrowthWatch growth,
            final Durability requested) {
        this.pool = pool;
        this.epochs = epochs;
        this.space = space;
        this.context = context;
        this.catalog = catalog;
        this.reaper = reaper;
        this.evacuation = evacuation;
        this.growth = growth;
        durability = durabilityOf(pool.durability(), requested);
    }

    private static DurabilityInfo durabilityOf(final DurabilityReport report, final Durability requested) {
        final Durability obtained = report.survivesPowerFailure()
                ? Durability.POWER_FAILURE
                : report.requested() == DurabilityRequest.WRITE_BACK_FORCED
                        ? Durability.WRITE_BACK_FORCED
                        : Durability.PROCESS_CRASH;
        return new DurabilityInfo(requested, obtained, report.mode().name(), report.explanation());
    }

    DurabilityInfo durability() {
        return durability;
    }

    /**
     * What is told where there was no room: the same, with what is free in pieces of any size. Inside an operation, with no lock held. Takes as
     * long as {@link #collect}.
     */
    StoreFullException withAvailable(final StoreFullException e) {
        final String message;
        final boolean mayGrow;
        if (e.getCause() instanceof PoolException cause) {
            message = cause.getMessage();
            mayGrow = cause.reason() != PoolException.Reason.DEVICE_FULL;
        } else {
            message = "the index finds no room near its other pages; delete data";
            mayGrow = true;
        }
        return new StoreFullException(message, e.needed(), available(mayGrow), e.getCause());
    }

    private long available(final boolean mayGrow) {
        try {
            final SpaceFigures figures = space.figures(Space.PAGES_OF_FIGURES);
            final long more = figures.chunks().holes() + pool.maxChunks() - pool.allocatedChunks();
            Memory.settleFaults();
            return figures.bytes().free() + (mayGrow ? more * pool.geometry().chunkBytes() : 0);
        } catch (final InternalError e) {
            return 0; // what is told is that there is no room
        }
    }

    /** The figures as they are now; inside an operation. */
    StoreStats collect(final long openNanos) {
        final SpaceFigures figures = space.figures(Space.PAGES_OF_FIGURES);
        final Geometry geometry = pool.geometry();
        final long descriptors = figures.chunks().total() * geometry.chunkBytes() / BYTES_PER_DESCRIPTOR_BYTE;
        final boolean inPool = pool.placement() == DescriptorPlacement.POOL;
        return new StoreStats(
                figures.bytes().total() + (inPool ? descriptors : 0), // those of holes keep their blocks
                pool.dataBytes(),
                (long) pool.maxChunks() * geometry.chunkBytes(),
                figures.bytes(),
                figures.chunks(),
                space.sweep().unsweptPages(),
                pool.descriptors().initialisedPages(),
                pool.descriptors().totalPages(),
                Placement.valueOf(pool.placement().name()),
                space.quarantined(),
                epochs.waiting(),
                epochs.oldestOperationNanos() / NANOS_PER_MILLI,
                new StoreStats.Background(
                        growth.isGrowing(),
                        growth.growths(),
                        reaper.waiting(),
                        space.sweep().unreadableChunks(),
                        evacuation.emptied(),
                        space.givenBackBytes()),
                catalog.usedMaps(),
                context.splits(),
                context.recordsReadBySplits(),
                durability,
                openNanos);
    }
}
