package org.ashlar.engine;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.agrona.collections.Int2ObjectHashMap;
import org.ashlar.engine.SalvageCatalog.FoundMap;
import org.ashlar.engine.index.IndexContext;
import org.ashlar.engine.record.RecordImage;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.SalvageReport;
import org.ashlar.kv.SalvageReport.Doubtful;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreOptions;
import org.ashlar.kv.StoreUnavailableException;
import org.ashlar.pmem.Geometry;
import org.ashlar.pmem.PoolException;
import org.ashlar.pmem.PoolImage;
import org.jspecify.annotations.Nullable;

/**
 * Copies what can be read of a damaged pool to a new one.
 *
 * <p>The problem: a record that was deleted or replaced stays in the space, checksum and all, until its place is used again. Only the index
 * tells it from a live one. So what a sound way through the index leads to comes first, and is certain; what is found in the space itself
 * is looked at only where the index is damaged, comes after it, never replaces it, and is reported as doubtful. In order:
 *
 * <ol>
 *   <li>the catalog, which tells the maps; where it is damaged, maps are doubtful as a whole;
 *   <li>each map's index, from its root word;
 *   <li>leaves that only a damaged directory led to;
 *   <li>the space.
 * </ol>
 *
 * <p>The pool is read by system calls into the heap: nothing of it is mapped, so no bad page can end the JVM, and nothing is written.
 */
final class Salvage {
    private static final int SMALL_VALUE_BYTES = 1 << 20;
    private static final int SHOWN_KEY_BYTES = 32;

    private final DamagedPool pool;
    private final Store target;
    private final RecordImage record;
    private final Int2ObjectHashMap<MapWalk> walks = new Int2ObjectHashMap<>();
    private final Int2ObjectHashMap<TargetMap> maps = new Int2ObjectHashMap<>();
    private final List<Doubtful> doubtful = new ArrayList<>();

    /** A map of the new pool. */
    private static final class TargetMap {
        final FoundMap found;
        final KvMap map;
        long copied;

        TargetMap(final FoundMap found, final KvMap map) {
            this.found = found;
            this.map = map;
        }
    }

    /** What was read as it was copied failed its checksum. */
    private static final class BrokenRecordException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BrokenRecordException() {
            super("the record fails its checksum", null, false, false);
        }
    }

    private Salvage(final DamagedPool pool, final Store target) {
        this.pool = pool;
        this.target = target;
        record = new RecordImage(pool.source());
    }

    /**
     * Salvages a pool.
     *
     * @param given the geometry of the damaged pool, for when no header tells it
     */
    static SalvageReport run(
            final Path damaged,
            final Path target,
            final StoreOptions options,
            final Tuning tuning,
            final @Nullable Geometry given) {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new StoreUnavailableException(target + " exists already; salvage needs a name that is free");
        }
        try (PoolImage image = PoolImage.open(damaged, given)) {
            final DamagedPool pool = new DamagedPool(image);
            final StoreOptions creating = options.withReadOnly(false).withCreateIfMissing(true);
            try (Store store = EngineStore.open(target, creating, tuning)) {
                return new Salvage(pool, store).copyAll();
            }
        } catch (final PoolException e) {
            throw Errors.translate(e);
        }
    }

    private SalvageReport copyAll() {
        final SalvageCatalog catalog = new SalvageCatalog(pool);
        for (final FoundMap found : catalog.maps()) {
            addMap(found).walk(found.root());
        }
        final Int2ObjectHashMap<MapWalk> damaged = new Int2ObjectHashMap<>();
        walks.forEach((incarnation, walk) -> {
            if (walk.isDamaged()) {
                damaged.put((int) incarnation, walk);
            }
        });
        if (!damaged.isEmpty()) {
            pool.findOrphans(damaged);
        }
        if (!damaged.isEmpty() || catalog.isDamaged()) {
            copyDoubtful(damaged, catalog.isDamaged());
        }
        final TreeMap<String, Long> copied = new TreeMap<>();
        maps.values().forEach(map -> copied.put(map.found.name(), map.copied));
        return new SalvageReport(copied, doubtful, pool.lost());
    }

    private MapWalk addMap(final FoundMap found) {
        final TargetMap map = new TargetMap(found, target.map(found.name()));
        maps.put(found.incarnation(), map);
        final MapWalk walk = new MapWalk(
                pool, found.incarnation(), "map " + show(utf8(found.name())), (r, key) -> copyCertain(map, r, key));
        walks.put(found.incarnation(), walk);
        return walk;
    }

    private boolean copyCertain(final TargetMap map, final RecordImage from, final byte[] key) {
        if (map.map.contains(key)) {
            if (!from.isIntact(0)) {
                return false;
            }
            doubtful.add(new Doubtful(
                    map.found.name(),
                    key,
                    "two entries of the index lead to records of this key; one of them was copied"));
            return true;
        }
        if (!copy(map, from, key)) {
            return false;
        }
        if (map.found.doubt() != null) {
            doubtful.add(new Doubtful(map.found.name(), key, map.found.doubt()));
        }
        return true;
    }

    private void copyDoubtful(final Int2ObjectHashMap<MapWalk> damaged, final boolean anyIncarnation) {
        final DoubtfulRecords records = new DoubtfulRecords();
        records.find(
                pool,
                damaged,
                0,
                (walk, key) -> mapOf(walk.incarnation()).map.contains(key),
                incarnation -> maps.containsKey(incarnation) ? null : addLostMap(damaged, incarnation),
                incarnation -> anyIncarnation
                        && Integer.compareUnsigned(incarnation, IndexContext.FIRST_INCARNATION) >= 0
                        && !maps.containsKey(incarnation));
        records.forEach((incarnation, key, offset, reason) -> {
            final TargetMap map = mapOf(incarnation);
            if (record.read(offset) && copy(map, record, key)) {
                doubtful.add(new Doubtful(map.found.name(), key, reason));
            } else {
                pool.lost(
                        "map " + show(utf8(map.found.name())),
                        "the record at linear offset " + offset + " became unreadable");
            }
        });
    }

    /** A map of which only records were found. */
    private MapWalk addLostMap(final Int2ObjectHashMap<MapWalk> damaged, final int incarnation) {
        final FoundMap found = SalvageCatalog.unnamed(incarnation);
        final MapWalk walk = addMap(found);
        walk.walk(found.root()); // tells that all of it is in doubt
        damaged.put(incarnation, walk);
        return walk;
    }

    private TargetMap mapOf(final int incarnation) {
        final TargetMap map = maps.get(incarnation);
        if (map == null) {
            throw new IllegalStateException("no map of incarnation " + incarnation);
        }
        return map;
    }

    /** Copies a record if its checksum fits what was copied; else nothing is stored. */
    private static boolean copy(final TargetMap map, final RecordImage from, final byte[] key) {
        final int length = from.valueLength();
        if (length <= SMALL_VALUE_BYTES) {
            final byte[] value = new byte[length];
            if (!from.readAll(0, (at, bytes, count) -> System.arraycopy(bytes, 0, value, at, count))) {
                return false;
            }
            map.map.put(key, value);
        } else {
            if (!from.isIntact(0)) {
                return false; // before so much space is taken for it
            }
            try {
                map.map.put(key, length, slot -> {
                    if (!from.readAll(0, (at, bytes, count) -> slot.putBytes(at, bytes, 0, count))) {
                        throw new BrokenRecordException();
                    }
                });
            } catch (final BrokenRecordException e) {
                return false;
            }
        }
        map.copied++;
        return true;
    }

    static byte[] utf8(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A key, or a name, for people: as text where it is printable ASCII, else in hexadecimal; cut where it is long. */
    static String show(final byte[] key) {
        boolean isText = key.length > 0;
        for (final byte b : key) {
            isText &= b >= ' ' && b < 0x7F;
        }
        final int shown = Math.min(key.length, SHOWN_KEY_BYTES);
        final String text = isText
                ? "'" + new String(key, 0, shown, StandardCharsets.US_ASCII) + "'"
                : "0x" + HexFormat.of().formatHex(key, 0, shown);
        return shown < key.length ? text + "... (" + key.length + " bytes)" : text;
    }
}
