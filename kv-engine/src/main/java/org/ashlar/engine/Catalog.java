package org.ashlar.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.index.HashIndex;
import org.ashlar.engine.index.IndexContext;
import org.ashlar.engine.index.IndexJudge;
import org.ashlar.engine.record.Keys;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.Scratch;
import org.ashlar.engine.space.Liveness;
import org.ashlar.engine.space.Space;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.MapDroppedException;
import org.ashlar.kv.MapExistsException;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.StoreFullException;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.RecordedLock;
import org.jspecify.annotations.Nullable;

/**
 * The maps of a store, by name and by incarnation. Itself a map of the store, with two records for each map (see {@link
 * CatalogRecord}): {@code N name} with the incarnation and the {@link RootTail}, which is the map; and {@code I incarnation} with the name,
 * so that a record that is found in the space can be brought home. N is written first. A crash before I leaves a map, and its first leaf, that cannot be brought home by what
 * is found in the space; only the map of the last incarnation can be so, and {@link #bind} looks for it before anything is judged. No
 * other map is made until its I is written.
 */
final class Catalog implements Liveness {
    /** One that is not found may have a damaged entry. */
    private static final int RECORDS_TO_DOUBT_THE_SEED = 8;

    private final Pool pool;
    private final boolean trustCounts;
    private final RecordedLock lock = new RecordedLock();
    private final ConcurrentMap<Integer, MapCore> cores = new ConcurrentHashMap<>();

    /** By name. Under the lock. */
    private final Map<String, MapRef> refs = new HashMap<>();

    private final Superblock superblock;
    private @Nullable Parts parts;

    /** The name of the map whose record I is not written yet, if there is one. */
    private byte @Nullable [] unregistered;

    /**
     * Why this open cannot tell whether there is such a map, or which maps there are: damage. What there is is served then, no map is made or
     * goes, and what belongs to a map that is not found is kept.
     */
    private @Nullable StoreException undecided;

    /** Whether the hash seed is known to be that of the records. Under the lock. */
    private boolean isSeedSound;

    /** Whether a renaming has ended in a fault: the next open settles it. */
    private boolean cutOff;

    private record Parts(Space space, Keys keys, IndexContext context, MapCore catalog) {}

    Catalog(final Pool pool, final Superblock superblock, final boolean trustCounts) {
        this.pool = pool;
        this.superblock = superblock;
        this.trustCounts = trustCounts;
    }

    /** Second half of construction: the space asks this object, and this object needs the space. */
    void bind(final Space space, final Keys keys, final IndexContext context) {
        final MapCore catalog = new MapCore(
                pool, space, keys, context, IndexContext.CATALOG_INCARNATION, superblock.catalogTail(), trustCounts);
        parts = new Parts(space, keys, context, catalog);
        cores.put(IndexContext.CATALOG_INCARNATION, catalog);
        final int last = superblock.lastIncarnation();
        try {
            if (last >= IndexContext.FIRST_INCARNATION && !isRegistered(last)) {
                unregistered = findByIncarnation(last);
                if (unregistered == null) {
                    checkSeed(); // with a damaged one nothing is ever found
                }
            }
        } catch (final CorruptStoreException e) {
            undecided = e;
        }
    }

    /**
     * Puts the catalog in order after a crash that may have taken back any page that was written last, also such as had been written before others
     * that are there: a map may have its record N and not its record I, and the next incarnation may be one that a map has. Before anything
     * is judged: a map that nobody finds is nobody's.
     *
     * <p>A store that is only read gets to know its maps, and is not changed.
     */
    void settleLostWrites(final Participant participant) {
        lock.lock();
        try {
            forEachRecord(true, (record, key) -> {
                final int incarnation = CatalogRecord.isName(key)
                        ? CatalogRecord.incarnationOf(record)
                        : CatalogRecord.incarnationIn(key);
                if (!pool.readOnly()) {
                    superblock.noteUsed(incarnation);
                }
            });
            final List<byte[]> unregistered = unregisteredOf(names(true));
            forEachRecord(false, (record, key) -> {}); // a damaged one may be all there is of a map
            for (final byte[] name : pool.readOnly() ? List.<byte[]>of() : unregistered) {
                final MapCore core = Objects.requireNonNull(find(name));
                put(participant, CatalogRecord.incarnationKey(core.incarnation()), CatalogRecord.named(name));
            }
        } catch (final CorruptStoreException | StoreFullException e) {
            undecided = e;
        } finally {
            lock.unlock();
        }
    }

    /** Which names stand for a map without a record I; from here on all of the maps are known by their incarnation. */
    private List<byte[]> unregisteredOf(final Set<String> names) {
        final List<byte[]> found = new ArrayList<>();
        for (final String name : names) {
            final byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            try {
                final MapCore core = find(bytes);
                if (core != null && !isRegistered(core.incarnation())) {
                    found.add(bytes);
                }
            } catch (final CorruptStoreException e) {
                undecided = e;
            }
        }
        return found;
    }

    /** Whether a map's record I is there. */
    private boolean isRegistered(final int incarnation) {
        return record(CatalogRecord.incarnationKey(incarnation)) != 0;
    }

    /** The record of a key, whole; 0 where there is none. */
    private long record(final byte[] key) {
        final MapCore catalog = parts().catalog;
        final long record = catalog.find(key, Memory.ARRAY_BASE, key.length);
        if (record != 0 && !CatalogRecord.isIntact(record, catalog.readableBytes(record))) {
            throw damaged(record);
        }
        return record;
    }

    private CorruptStoreException damaged(final long record) {
        return new CorruptStoreException("the catalog's record at linear offset " + (record - pool.dataAddress())
                + " fails its checksum; verify the store, or salvage it");
    }

    /** Sees a record of the catalog that is whole. */
    @FunctionalInterface
    private interface RecordVisitor {
        void visit(long record, byte[] key);
    }

    /** Walks the records; one that is damaged is passed over, or ends it. */
    private void forEachRecord(final boolean passesOverDamage, final RecordVisitor visitor) {
        final MapCore catalog = parts().catalog;
        catalog.index().walk((page, records, count) -> {
            for (int i = 0; i < count; i++) {
                if (CatalogRecord.isIntact(records[i], catalog.readableBytes(records[i]))) {
                    visitor.visit(records[i], CatalogRecord.keyOf(records[i]));
                } else if (!passesOverDamage) {
                    throw damaged(records[i]);
                }
            }
            return true;
        });
    }

    /** The name of the map of an incarnation, among all names; from here on the map is known by its incarnation. */
    private byte @Nullable [] findByIncarnation(final int incarnation) {
        CorruptStoreException trouble = null;
        for (final String name : soundNames()) {
            final byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            try {
                final MapCore core = find(bytes);
                if (core != null && core.incarnation() == incarnation) {
                    return bytes;
                }
            } catch (final CorruptStoreException e) {
                trouble = e;
            }
        }
        if (trouble != null) {
            throw trouble;
        }
        forEachRecord(false, (record, key) -> {}); // a damaged one may be what is looked for
        return null;
    }

    private Parts parts() {
        final Parts p = parts;
        if (p == null) {
            throw new IllegalStateException("the catalog is not bound yet");
        }
        return p;
    }

    // ------------------------------------------------------------------------------------------------------ by name

    /** The map of a name, or null when there is none. */
    @Nullable MapCore find(final byte[] name) {
        final long home = record(CatalogRecord.nameKey(name));
        return home == 0 || isLeftByMove(home, new String(name, StandardCharsets.UTF_8)) ? null : coreOf(home);
    }

    /** Whether a record N is not the map's: one of a map that is being renamed, or was when a crash came, is not. */
    private boolean isLeftByMove(final long home, final String name) {
        final int incarnation = CatalogRecord.incarnationOf(home);
        if (incarnation != superblock.moving()) {
            return false;
        }
        final long arbiter = record(CatalogRecord.incarnationKey(incarnation));
        return arbiter == 0 || !name.equals(new String(CatalogRecord.nameOf(arbiter), StandardCharsets.UTF_8));
    }

    /** The map of a name, made when there is none; both its records are durable when this returns. */
    MapRef findOrCreate(final Participant participant, final byte[] name) {
        lock.lock();
        try {
            if (undecided == null) {
                register(participant);
            }
            MapCore core = find(name);
            if (core == null) {
                checkDecided();
                checkSeed();
                create(participant, name);
                core = find(name);
            }
            if (core == null) {
                throw new IllegalStateException("a map that was just created is not there");
            }
            if (undecided == null) {
                register(participant);
            }
            return refOf(name, core);
        } finally {
            lock.unlock();
        }
    }

    /** The map of a name, for a store that is only read; null when there is none. */
    @Nullable MapRef findOnly(final byte[] name) {
        lock.lock();
        try {
            final MapCore core = find(name);
            if (core == null) {
                checkSeed();
                return null;
            }
            return refOf(name, core);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Before a name counts as absent for the first time: with a hash seed that was damaged, which has no checksum, every look-up would end like
     * that. Some of the catalog's records that pass their own checksums are looked up; one that is found vouches for the seed.
     */
    private void checkSeed() {
        if (isSeedSound) {
            return;
        }
        final MapCore catalog = parts().catalog;
        final Scratch scratch = new Scratch(0);
        final int[] lost = new int[1];
        catalog.index().walk((page, records, count) -> {
            for (int i = 0; i < count; i++) {
                final long record = records[i];
                catalog.checkBounds(record);
                if (scratch.isRecordIntact(record, RecordHeader.TAIL_BYTES, catalog.readableBytes(record))) {
                    final byte[] key = CatalogRecord.keyOf(record);
                    if (catalog.find(key, Memory.ARRAY_BASE, key.length) == record) {
                        lost[0] = 0;
                        return false;
                    }
                    lost[0]++;
                }
            }
            return lost[0] < RECORDS_TO_DOUBT_THE_SEED;
        });
        if (lost[0] > 0) {
            throw new CorruptStoreException("no look-up finds any of the first " + lost[0]
                    + " intact records of the catalog: the hash seed in the superblock, 0x"
                    + Long.toHexString(superblock.seed())
                    + ", is not the one that the store was written with; salvage the store");
        }
        isSeedSound = true;
    }

    private MapRef refOf(final byte[] bytes, final MapCore core) {
        return refs.computeIfAbsent(new String(bytes, StandardCharsets.UTF_8), name -> new MapRef(name, core));
    }

    // ------------------------------------------------------------------------------------------------ going away

    /**
     * Drops a map. The commit is the removal of its record N; record I goes when the map's space has been given back, and after a crash
     * before that, it names a map that there is not, or that has another incarnation: {@link #removeStale}.
     *
     * @return whether there was one
     */
    boolean drop(final Participant participant, final byte[] name, final Reaper reaper) {
        lock.lock();
        try {
            register(participant);
            final MapCore core = find(name);
            if (core == null) {
                return false;
            }
            final byte[] key = CatalogRecord.nameKey(name);
            final long home =
                    parts().catalog.unlink(participant, key, Memory.ARRAY_BASE, key.length, HashIndex.ANYTHING);
            final MapRef ref = refs.remove(new String(name, StandardCharsets.UTF_8));
            if (ref != null) {
                ref.set(null);
            }
            reaper.add(core, home);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Clears a map: its name stands for a new, empty one from here on. The commit is the replacement of its record N.
     *
     * @throws MapDroppedException when it was dropped, even if its name stands for another map by now
     */
    void clear(final Participant participant, final MapRef map, final Reaper reaper) {
        lock.lock();
        try {
            register(participant);
            final MapCore core = map.core();
            final byte[] name = map.name().getBytes(StandardCharsets.UTF_8);
            final long home = create(participant, name);
            final MapCore fresh = find(name);
            if (fresh == null || fresh == core) {
                throw new IllegalStateException("a map that was just created is not there");
            }
            map.set(fresh);
            reaper.add(core, home);
            try {
                register(participant);
            } catch (final StoreFullException e) {
                // The map is cleared all the same; what is missing is written before the next map is made, or after the
                // next open.
            }
        } finally {
            lock.unlock();
        }
    }

    // --------------------------------------------------------------------------------------------------- renaming

    /**
     * Renames a map. It has two records N for a moment, and its record I tells which of them is the map: its replacement is the commit.
     * The steps: (1) the superblock says that the map is on its way; (2) the new N, with a root word that is held still; (3) the commit; (4)
     * the old N goes; (5) the superblock's word goes. A crash between leaves a record N to be removed before the next change.
     *
     * @return whether there was such a map
     * @throws MapExistsException when there is a map of the new name
     */
    boolean rename(final Participant participant, final byte[] from, final byte[] to) {
        lock.lock();
        try {
            register(participant);
            final MapCore core = find(from);
            if (core == null) {
                return false;
            }
            final String name = new String(to, StandardCharsets.UTF_8);
            if (find(to) != null) {
                throw new MapExistsException(
                        "there is a map '" + name + "' already; drop it first, or choose another name");
            }
            superblock.setMoving(core.incarnation()); // 1
            try {
                core.moveTail(root -> {
                    final byte[] key = CatalogRecord.nameKey(to);
                    put(participant, key, CatalogRecord.map(to, core.incarnation(), root, 0)); // 2
                    final byte[] arbiter = CatalogRecord.incarnationKey(core.incarnation());
                    put(participant, arbiter, CatalogRecord.named(to)); // 3
                    return CatalogRecord.tailOf(record(key));
                });
            } catch (final StoreFullException e) {
                endMove(participant);
                throw e;
            } catch (final RuntimeException | Error e) {
                cutOff = true; // nobody knows which of the two records is the map's by now
                throw e;
            }
            final MapRef ref = refs.remove(new String(from, StandardCharsets.UTF_8));
            if (ref != null) {
                ref.rename(name);
                refs.put(name, ref);
            }
            removeName(participant, from); // 4
            superblock.setMoving(0); // 5
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void removeName(final Participant participant, final byte[] name) {
        final byte[] key = CatalogRecord.nameKey(name);
        parts().catalog.delete(participant, key, Memory.ARRAY_BASE, key.length, HashIndex.ANYTHING);
    }

    /** Removes the record N that is not the map's, of a renaming that did not come to its end. */
    private void endMove(final Participant participant) {
        final List<byte[]> left = new ArrayList<>();
        forEachRecord(true, (record, key) -> {
            if (CatalogRecord.isName(key) && isLeftByMove(record, CatalogRecord.nameIn(key))) {
                left.add(CatalogRecord.nameIn(key).getBytes(StandardCharsets.UTF_8));
            }
        });
        left.forEach(name -> removeName(participant, name));
        superblock.setMoving(0);
    }

    /** No judge finds a map that is gone from here on: all that its index referred to has been judged. */
    void forgetCore(final int incarnation) {
        cores.remove(incarnation);
    }

    /** Removes the record I of a map that is gone. */
    void forget(final Participant participant, final int incarnation) {
        final byte[] key = CatalogRecord.incarnationKey(incarnation);
        parts().catalog.delete(participant, key, Memory.ARRAY_BASE, key.length, HashIndex.ANYTHING);
    }

    /** Removes the records I that a crash left of maps that were on their way out. */
    boolean removeStale(final Participant participant) {
        lock.lock();
        try {
            final List<Integer> stale = new ArrayList<>();
            try {
                forEachRecord(true, (record, key) -> {
                    if (!CatalogRecord.isName(key) && byIncarnation(CatalogRecord.incarnationIn(key)) == null) {
                        stale.add(CatalogRecord.incarnationIn(key));
                    }
                });
                Memory.settleFaults(); // before what is missing counts as gone
            } catch (final CorruptStoreException | InternalError e) {
                return false; // what a damaged record or page does not lead to any more need not be gone
            }
            stale.forEach(incarnation -> forget(participant, incarnation));
            return false; // nothing that a reaper would have to do
        } finally {
            lock.unlock();
        }
    }

    // ------------------------------------------------------------------------------------------------------ making

    /** Ends what a crash has cut off: writes the record I that is missing, removes the record N that is left. */
    private void register(final Participant participant) {
        if (cutOff) {
            throw new StoreException(
                    "the renaming of a map was cut off by a fault; close the store, check the device, and open it again");
        }
        checkDecided();
        final byte[] name = unregistered;
        if (name != null) {
            final MapCore core = find(name);
            if (core == null) {
                unregistered = null; // its creation has failed
                return;
            }
            put(participant, CatalogRecord.incarnationKey(core.incarnation()), CatalogRecord.named(name));
            unregistered = null;
        }
        if (superblock.moving() != 0) {
            endMove(participant);
        }
    }

    private void checkDecided() {
        final StoreException why = undecided;
        if (why != null) {
            throw new CorruptStoreException(
                    "maps can be used, and none can be made, cleared, dropped or renamed: " + why.getMessage(), why);
        }
    }

    /** Makes a new map of a name; returns the record N that it replaced, not retired, or 0. */
    private long create(final Participant participant, final byte[] name) {
        final int incarnation = superblock.takeIncarnation();
        if (isRegistered(incarnation)) {
            throw new CorruptStoreException("the superblock says that map incarnation " + incarnation
                    + " was never used, but it was; salvage the store");
        }
        final long root = HashIndex.plantLeaf(parts().context, participant, incarnation);
        final byte[] key = CatalogRecord.nameKey(name);
        final byte[] value = CatalogRecord.map(name, incarnation, root, RootTail.COUNT_VALID); // no entries
        unregistered = name; // before the commit: after a fault in it, the record I is written all the same
        try {
            return exchange(participant, key, value);
        } catch (final StoreFullException e) {
            parts().context.releaseUnpublishedLeaf(root);
            throw e;
        }
    }

    /** Stores a record of the catalog; returns the one that it replaced, not retired, or 0. */
    private long exchange(final Participant participant, final byte[] key, final byte[] value) {
        return parts().catalog
                .exchange(
                        participant,
                        key,
                        Memory.ARRAY_BASE,
                        key.length,
                        value,
                        Memory.ARRAY_BASE,
                        value.length,
                        HashIndex.ANYTHING);
    }

    private void put(final Participant participant, final byte[] key, final byte[] value) {
        final long old = exchange(participant, key, value);
        if (old != 0) {
            parts().space.retireRecord(participant, old);
        }
    }

    private MapCore coreOf(final long home) {
        final int incarnation = CatalogRecord.incarnationOf(home);
        final MapCore known = cores.get(incarnation);
        if (known != null) {
            return known;
        }
        final Parts p = parts();
        final MapCore core =
                new MapCore(pool, p.space, p.keys, p.context, incarnation, CatalogRecord.tailOf(home), trustCounts);
        final MapCore raced = cores.putIfAbsent(incarnation, core);
        return raced == null ? core : raced;
    }

    Set<String> names() {
        lock.lock();
        try {
            return names(false);
        } finally {
            lock.unlock();
        }
    }

    /** The names whose records are whole. */
    Set<String> soundNames() {
        lock.lock();
        try {
            return names(true);
        } finally {
            lock.unlock();
        }
    }

    private Set<String> names(final boolean passesOverDamage) {
        final Set<String> names = new TreeSet<>();
        forEachRecord(passesOverDamage, (record, key) -> {
            if (CatalogRecord.isName(key) && !isLeftByMove(record, CatalogRecord.nameIn(key))) {
                names.add(CatalogRecord.nameIn(key));
            }
        });
        return names;
    }

    /** How many maps this open has looked at; those that are being given back included. */
    int usedMaps() {
        return cores.size() - 1; // the catalog is none
    }

    /** The catalog itself. */
    MapCore catalog() {
        return parts().catalog;
    }

    /** Maps that this open has met. */
    Collection<MapCore> loaded() {
        return cores.values();
    }

    // ----------------------------------------------------------------------------------------------- by incarnation

    private @Nullable MapCore byIncarnation(final int incarnation) {
        final MapCore known = cores.get(incarnation);
        if (known != null || parts == null) {
            return known;
        }
        final long home = record(CatalogRecord.incarnationKey(incarnation));
        if (home == 0) {
            checkDecided(); // its name may not be known
            return null;
        }
        final MapCore core = find(CatalogRecord.nameOf(home));
        // Where it went meanwhile, it is here, and its index tells what is live until all of that was given back.
        return core != null && core.incarnation() == incarnation ? core : cores.get(incarnation);
    }

    /** The name of a map; null when there is none of that incarnation, or it is the store's own. */
    @Nullable String nameOf(final int incarnation) {
        if (incarnation < IndexContext.FIRST_INCARNATION) {
            return null;
        }
        final long arbiter = record(CatalogRecord.incarnationKey(incarnation));
        return arbiter == 0 || presentCore(incarnation) == null
                ? null
                : new String(CatalogRecord.nameOf(arbiter), StandardCharsets.UTF_8);
    }

    /** The map of an incarnation, if its name stands for it; not one that is being given back. */
    @Nullable MapCore presentCore(final int incarnation) {
        final long arbiter = record(CatalogRecord.incarnationKey(incarnation));
        if (arbiter == 0) {
            checkDecided();
        }
        final MapCore core = arbiter == 0 ? null : find(CatalogRecord.nameOf(arbiter));
        return core != null && core.incarnation() == incarnation ? core : null;
    }

    @Override
    public boolean isLiveRecord(final Participant participant, final long record) {
        final int incarnation = RecordHeader.mapIncarnation(record);
        if (incarnation == IndexContext.ROOT_INCARNATION) {
            if (RecordHeader.keyLength(record) != Integer.BYTES) {
                return false;
            }
            final MapCore owner = byIncarnation(Memory.getInt(record + RecordHeader.BYTES));
            return owner != null && owner.index().judge().refersToRoot(record);
        }
        if (incarnation == IndexContext.CATALOG_INCARNATION) {
            checkDecided(); // the look-up may be what is wrong
        }
        final MapCore core = byIncarnation(incarnation);
        return core != null && core.index().judge().refersTo(parts().keys.hashOf(record), record);
    }

    @Override
    public long touch(final long record) {
        final MapCore core = cores.get(RecordHeader.mapIncarnation(record));
        return core == null ? 0 : core.index().touch(parts().keys.hashOf(record));
    }

    @Override
    public int tailBytes(final long record) {
        return RecordHeader.mapIncarnation(record) == IndexContext.CATALOG_INCARNATION ? RecordHeader.TAIL_BYTES : 0;
    }

    @Override
    public Verdict judgeIndexPage(final Participant participant, final long page) {
        if (IndexJudge.isBlank(page)) {
            return Verdict.DEAD;
        }
        if (!IndexJudge.isIntact(pool.dataAddress(), page)) {
            return Verdict.SUSPECT;
        }
        final MapCore core = byIncarnation(IndexJudge.incarnationOf(page));
        return core != null && core.index().judge().reaches(page) ? Verdict.LIVE : Verdict.DEAD;
    }
}
