package org.ashlar.engine;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.Predicate;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.ReadOnlyStoreException;
import org.ashlar.kv.StoreFullException;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolException;

/** The maps of a store as a user sees them: checks names, enters and leaves the epochs, makes room, translates errors. */
final class StoreMaps {
    private static final int ATTEMPTS_WHEN_FULL = 5;
    static final int MAX_NAME_BYTES = 1024;

    private final EngineStore store;
    private final Pool pool;
    private final Catalog catalog;
    private final Reaper reaper;
    private final Upkeep upkeep;
    private final PageWatch watch;
    private final boolean verifyReads;

    StoreMaps(
            final EngineStore store,
            final Pool pool,
            final Catalog catalog,
            final Reaper reaper,
            final Upkeep upkeep,
            final PageWatch watch,
            final boolean verifyReads) {
        this.store = store;
        this.pool = pool;
        this.catalog = catalog;
        this.reaper = reaper;
        this.upkeep = upkeep;
        this.watch = watch;
        this.verifyReads = verifyReads;
    }

    KvMap map(final String name) {
        final byte[] bytes = nameBytes(name);
        try {
            return mapOnce(name, bytes);
        } catch (final StoreFullException e) {
            upkeep.makeRoom(1);
            return mapOnce(name, bytes);
        }
    }

    private static byte[] nameBytes(final String name) {
        final byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException("the name of a map has 1 to " + MAX_NAME_BYTES
                    + " bytes in UTF-8, but this one has " + bytes.length);
        }
        return bytes;
    }

    private KvMap mapOnce(final String name, final byte[] bytes) {
        final Participant participant = store.enter();
        try {
            final MapRef map = pool.readOnly() ? catalog.findOnly(bytes) : catalog.findOrCreate(participant, bytes);
            if (map == null) {
                throw new ReadOnlyStoreException(
                        "there is no map '" + name + "' in " + pool.path() + ", and it was opened read-only");
            }
            return new EngineMap(store, map, verifyReads, watch);
        } catch (final StoreFullException e) {
            throw store.withAvailable(e);
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    boolean drop(final String name) {
        final byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return change(participant -> catalog.drop(participant, bytes, reaper));
    }

    boolean rename(final String from, final String to) {
        final byte[] bytes = nameBytes(to);
        return change(participant -> catalog.rename(participant, from.getBytes(StandardCharsets.UTF_8), bytes));
    }

    void clear(final MapRef map) {
        change(participant -> {
            catalog.clear(participant, map, reaper);
            return true;
        });
    }

    /** Changes the catalog, and tells the upkeep when that has left something to do. */
    boolean change(final Predicate<Participant> change) {
        for (int attempt = 1; ; attempt++) {
            final Participant participant = store.enterForWriting();
            try {
                final boolean changed = change.test(participant);
                upkeep.afterWrite(participant);
                if (changed) {
                    upkeep.workIsDue();
                }
                return changed;
            } catch (final StoreFullException e) {
                if (attempt == ATTEMPTS_WHEN_FULL) {
                    throw store.withAvailable(e);
                }
            } catch (final InternalError e) {
                throw Errors.mediaError(e);
            } catch (final PoolException e) {
                throw Errors.translate(e);
            } finally {
                Epochs.exit(participant);
            }
            upkeep.makeRoom(attempt);
        }
    }

    Set<String> names() {
        final Participant participant = store.enter();
        try {
            return catalog.names();
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }
}
