package org.ashlar.engine;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.engine.epoch.Entrance;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.index.HashIndex;
import org.ashlar.engine.index.IndexContext;
import org.ashlar.engine.jfr.EngineEvents;
import org.ashlar.engine.record.Keys;
import org.ashlar.engine.record.Scratch;
import org.ashlar.engine.space.Space;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.DurabilityInfo;
import org.ashlar.kv.Granule;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.MediaErrorException;
import org.ashlar.kv.PageInfo;
import org.ashlar.kv.ReadOnlyStoreException;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreClosedException;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.StoreFullException;
import org.ashlar.kv.StoreOptions;
import org.ashlar.kv.StoreStats;
import org.ashlar.kv.UnsupportedFormatException;
import org.ashlar.kv.Verification;
import org.ashlar.kv.VerifyReport;
import org.ashlar.pmem.DescriptorPlacement;
import org.ashlar.pmem.DurabilityRequest;
import org.ashlar.pmem.Geometry;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Persistence;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolException;
import org.ashlar.pmem.PoolOptions;
import org.jspecify.annotations.Nullable;

/**
 * An open store.
 *
 * <p><b>Closing.</b> Every operation announces itself in the epochs first and looks at whether they are open then; {@link #close(Duration)}
 * closes them first and looks at who is in then. So either the operation sees that the store is closed, or close sees the
 * operation and waits for it; memory is unmapped only when nobody is in.
 */
final class EngineStore implements Store {
    private static final System.Logger LOG = System.getLogger(EngineStore.class.getName());
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
    private static final long CLOSE_POLL_NANOS = 50_000;

    private final Pool pool;
    private final Epochs epochs;
    private final Space space;
    private final Keys keys;
    private final IndexContext context;
    private final Catalog catalog;
    private final long openNanos;
    private final ReentrantLock verifyLock = new ReentrantLock();
    private final Reaper reaper;
    private final Upkeep upkeep;
    private final StoreMaps maps;
    private final PageWatch watch;
    private final StatsCollector stats;
    private final EngineEvents.Observation observation;
    private final AsyncLanes lanes;
    private final AtomicBoolean unmapped = new AtomicBoolean();

    private EngineStore(final Pool pool, final StoreOptions options, final Tuning tuning, final long beganNanos) {
        this.pool = pool;
        final GrowthWatch growth = new GrowthWatch(pool.path(), pool.geometry().chunkBytes());
        pool.setGrowthListener(growth);
        if (pool.headerRepaired()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a copy of the header of {0} failed its check or could not be read, as after a crash that came while it was "
                            + "written, or by damage; it was written anew",
                    pool.path());
        }
        final boolean suspect = pool.mayHaveLostWrites();
        final Superblock superblock = new Superblock(pool.engineArea(), pool.persistence());
        checkVersion(superblock);
        final int classes = Space.sizeClasses(pool.geometry().pagesPerChunk());
        epochs = new Epochs(() -> new Scratch(classes));
        catalog = new Catalog(pool, superblock, !suspect);
        space = new Space(pool, epochs, catalog);
        if (!superblock.isFormatted()) {
            superblock.begin(
                    tuning.hashSeed() != 0 ? tuning.hashSeed() : new SecureRandom().nextLong(),
                    IndexContext.FIRST_INCARNATION);
        }
        keys = new Keys(superblock.seed());
        context = new IndexContext(pool, space, keys);
        if (!superblock.isFormatted()) {
            final Participant participant = epochs.enter();
            try {
                superblock.finish(HashIndex.plantLeaf(context, participant, IndexContext.CATALOG_INCARNATION));
            } finally {
                Epochs.exit(participant);
            }
        }
        catalog.bind(space, keys, context);
        if (suspect) {
            settleLostWrites();
        }
        reaper = new Reaper(epochs, space, catalog);
        upkeep = new Upkeep(
                this, pool, epochs, space, catalog, reaper, options.backgroundWork(), tuning.mostPaidNanos());
        watch = new PageWatch(pool, space, catalog);
        final boolean verifyReads = options.verifyReads() || suspect;
        if (verifyReads || watch.isOn()) {
            context.findNothingAtOnce();
        }
        maps = new StoreMaps(this, pool, catalog, reaper, upkeep, watch, verifyReads);
        stats = new StatsCollector(
                pool, epochs, space, context, catalog, reaper, upkeep.evacuation(), growth, options.durability());
        lanes = new AsyncLanes(pool.persistence().mode() != Persistence.Mode.MSYNC);
        openNanos = System.nanoTime() - beganNanos;
        if (suspect) {
            final VerifyReport report = verify();
            LOG.log(
                    report.isSound() ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
                    "{0} was open without power-failure durability when the machine went down. All of it was checked: {1} "
                            + "records, {2} problems; reads are verified in this open. Completed writes may be missing.",
                    pool.path(),
                    report.records(),
                    report.problems().size());
        }
        observation = EngineEvents.get().observe(pool.path(), this::statsWhileOpen);
    }

    private void settleLostWrites() {
        final Participant participant = epochs.enter();
        try {
            catalog.settleLostWrites(participant);
        } finally {
            Epochs.exit(participant);
        }
    }

    static EngineStore open(final Path path, final StoreOptions options, final Tuning tuning) {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(options, "options");
        final long began = System.nanoTime();
        final EngineEvents.Opening opening = EngineEvents.get().openingBegins();
        final Pool pool;
        try {
            pool = Pool.open(path, poolOptions(options, tuning));
        } catch (final PoolException e) {
            throw Errors.translate(e);
        }
        try {
            final EngineStore store = new EngineStore(pool, options, tuning, began);
            opening.ends(
                    pool.path(),
                    pool.created(),
                    !pool.cleanlyClosed(),
                    pool.mayHaveLostWrites(),
                    store.stats.durability());
            return store;
        } catch (final PoolException e) {
            pool.close();
            throw Errors.translate(e);
        } catch (final InternalError e) {
            pool.close();
            throw Errors.mediaError(e);
        } catch (final RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    private static PoolOptions poolOptions(final StoreOptions o, final Tuning tuning) {
        return PoolOptions.builder()
                .openMode(
                        o.createIfMissing() && !o.readOnly()
                                ? PoolOptions.OpenMode.CREATE_IF_ABSENT
                                : PoolOptions.OpenMode.OPEN_ONLY)
                .initialBytes(Math.min(o.initialBytes(), o.maximumBytes()))
                .maximumBytes(o.maximumBytes())
                .geometry(geometry(o, tuning))
                .placement(DescriptorPlacement.valueOf(o.placement().name()))
                .descriptorFile(o.descriptorFile())
                .extendedDescriptors(o.extendedDescriptors())
                .readOnly(o.readOnly())
                .durability(DurabilityRequest.valueOf(o.durability().name()))
                .backgroundGrowth(o.backgroundWork())
                .build();
    }

    private static @Nullable Geometry geometry(final StoreOptions o, final Tuning tuning) {
        if (tuning.geometry() != null || o.granule() == Granule.AUTO) {
            return tuning.geometry();
        }
        return geometry(o);
    }

    /** The geometry of a pool that is created with these options. */
    static Geometry geometry(final StoreOptions o) {
        final Geometry bySize = Geometry.standard(o.initialBytes(), Math.max(o.initialBytes(), o.maximumBytes()));
        if (o.granule() == Granule.AUTO) {
            return bySize;
        }
        final long sectionBytes = o.granule() == Granule.GIB_1 ? Geometry.LARGE_SECTION_BYTES : Geometry.SECTION_BYTES;
        return new Geometry(bySize.chunkBytes(), sectionBytes, bySize.maxChunks());
    }

    private void checkVersion(final Superblock superblock) {
        if (superblock.isFormatted()) {
            if (superblock.version() != Superblock.VERSION) {
                throw new UnsupportedFormatException("the engine format of " + pool.path() + " is version "
                        + superblock.version() + "; this engine reads version " + Superblock.VERSION);
            }
        } else if (!superblock.isBlank()) {
            throw new UnsupportedFormatException(
                    pool.path() + " is a pool of another engine, or its engine area is damaged");
        } else if (pool.readOnly()) {
            throw new UnsupportedFormatException(
                    "the creation of the store in " + pool.path() + " was not finished; open it for writing once");
        }
    }

    // ------------------------------------------------------------------------------------------------- operations

    /** Begins an operation; everything that touches mapped memory lies between this and {@link Epochs#exit}. */
    Participant enter() {
        return epochs.enter();
    }

    /** A way in for what is called often. */
    Entrance entrance() {
        return new Entrance(epochs);
    }

    void checkOpen() {
        if (!epochs.isOpen()) {
            throw closedException();
        }
    }

    void checkWritable() {
        checkOpen();
        if (pool.readOnly()) {
            throw new ReadOnlyStoreException("the store in " + pool.path() + " was opened read-only");
        }
    }

    Participant enterForWriting() {
        if (pool.readOnly()) {
            checkWritable();
        }
        return enter();
    }

    /** What keeps the space of the store in shape. */
    Upkeep upkeep() {
        return upkeep;
    }

    @Override
    public long compact() {
        return upkeep.compact();
    }

    private StoreClosedException closedException() {
        return new StoreClosedException("the store in " + pool.path() + " is closed");
    }

    // ------------------------------------------------------------------------------------------------------- maps

    @Override
    public KvMap map(final String name) {
        Objects.requireNonNull(name, "name");
        return maps.map(name);
    }

    @Override
    public boolean dropMap(final String name) {
        Objects.requireNonNull(name, "name");
        return maps.drop(name);
    }

    @Override
    public boolean renameMap(final String from, final String to) {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
        return maps.rename(from, to);
    }

    @Override
    public Set<String> mapNames() {
        return maps.names();
    }

    StoreMaps maps() {
        return maps;
    }

    @Override
    public void sync() {
        final Participant participant = enter();
        try {
            pool.sync();
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    // ---------------------------------------------------------------------------------------------------- figures

    @Override
    public DurabilityInfo durability() {
        return stats.durability();
    }

    @Override
    public StoreStats stats() {
        final Participant participant = enter();
        try {
            final StoreStats figures = stats.collect(openNanos);
            Memory.settleFaults(); // else one that was met shows in what the caller does next
            return figures;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    /** As {@link StatsCollector#withAvailable}. */
    StoreFullException withAvailable(final StoreFullException e) {
        return stats.withAvailable(e);
    }

    /** As {@link #stats()}; null where that fails, as it does once the store is closed. */
    private @Nullable StoreStats statsWhileOpen() {
        try {
            return stats();
        } catch (final StoreException e) {
            return null;
        }
    }

    @Override
    public List<PageInfo> hottestPages(final int limit) {
        final Participant participant = enter();
        try {
            return watch.hottest(limit);
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    @Override
    public VerifyReport verify() {
        verifyLock.lock(); // what one frees another must not find
        try {
            return verifyLocked();
        } finally {
            verifyLock.unlock();
        }
    }

    @Override
    public Verification verification() {
        checkOpen();
        return new SteppedVerification(
                this,
                pool,
                space,
                maps,
                catalog,
                upkeep,
                verifyLock,
                new Verifier(pool, epochs, space, catalog, reaper));
    }

    private VerifyReport verifyLocked() {
        final Verifier verifier = new Verifier(pool, epochs, space, catalog, reaper);
        if (!pool.readOnly()) {
            try {
                maps.change(catalog::removeStale); // an operation of its own: what it retires is taken back below
                upkeep.judgeAll();
            } catch (final CorruptStoreException | MediaErrorException e) {
                verifier.tell(e);
            }
        }
        final Participant participant = enter();
        try {
            final EngineEvents.Verification event = EngineEvents.get().verificationBegins();
            final VerifyReport report = verifier.run(participant);
            event.ends(pool.path(), report);
            return report;
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    // ------------------------------------------------------------------------------------------------------ close

    @Override
    public void close() {
        close(CLOSE_LIMIT);
    }

    @Override
    public boolean close(final Duration limit) {
        Objects.requireNonNull(limit, "limit");
        if (epochs.isInScope(Thread.currentThread())) {
            throw new IllegalStateException("a store cannot be closed from inside one of its read scopes");
        }
        final EngineEvents.Closing event = EngineEvents.get().closingBegins();
        final long deadline = System.nanoTime() + limit.toNanos();
        lanes.close(deadline);
        epochs.close(this::closedException);
        observation.end();
        boolean isQuiet = epochs.isQuiet(); // once is enough: who comes later is refused, though in for a moment
        while (!isQuiet && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(CLOSE_POLL_NANOS);
            isQuiet = epochs.isQuiet();
        }
        if (isQuiet) {
            unmap();
            event.ends(pool.path(), true);
            return true;
        }
        final Thread closer = new Thread(this::unmapWhenQuiet, "ashlar-closer");
        closer.setDaemon(true);
        closer.start();
        event.ends(pool.path(), false);
        return false;
    }

    private void unmapWhenQuiet() {
        while (!epochs.isQuiet()) {
            LockSupport.parkNanos(CLOSE_POLL_NANOS * 100);
        }
        unmap();
    }

    private void unmap() {
        if (!unmapped.compareAndSet(false, true)) {
            return;
        }
        try {
            if (!pool.readOnly()) {
                catalog.loaded().forEach(MapCore::saveCount);
            }
            pool.closeCleanly();
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } finally {
            pool.close();
        }
    }

    /** For tests. */
    Catalog catalog() {
        return catalog;
    }

    /** For tests. */
    Space space() {
        return space;
    }

    AsyncLanes lanes() {
        return lanes;
    }

    /** For tests: ends the open as a kill would, without a clean mark. */
    void abandon() {
        epochs.close(this::closedException);
        observation.end();
        if (unmapped.compareAndSet(false, true)) {
            pool.close();
        }
    }
}
