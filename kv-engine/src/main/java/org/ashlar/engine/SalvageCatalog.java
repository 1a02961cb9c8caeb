package org.ashlar.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.collections.Int2ObjectHashMap;
import org.ashlar.engine.index.IndexContext;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.RecordImage;
import org.jspecify.annotations.Nullable;

/**
 * The maps of a damaged pool. A record N names a map, its incarnation and its root word; a record I names the map of an incarnation; so one
 * of them can be put together again from the other. A map whose N no sound index leads to may have been dropped.
 */
final class SalvageCatalog {
    private static final String WHERE = "catalog";
    private static final String MAY_BE_GONE =
            "the catalog is damaged where it would tell whether this map is there; it may have been dropped, or cleared";

    /**
     * A map to be walked.
     *
     * @param name under which it goes to the new pool
     * @param incarnation that its records bear
     * @param root its root word; 0 where that is lost
     * @param doubt why nobody can tell whether there is such a map; null where it is certain
     */
    record FoundMap(
            String name,
            int incarnation,
            long root,
            @Nullable String doubt) {}

    private record NameRecord(int incarnation, long root, boolean isIntact, boolean isCertain) {}

    private final DamagedPool pool;
    private final MapWalk walk;
    private final Map<String, NameRecord> names = new TreeMap<>();
    private final Map<Integer, String> incarnations = new HashMap<>();
    private boolean certain = true;

    /** Whether there is a name of which nothing tells the records. */
    private boolean missesMaps;

    SalvageCatalog(final DamagedPool pool) {
        this.pool = pool;
        walk = new MapWalk(pool, IndexContext.CATALOG_INCARNATION, WHERE, this::take);
    }

    /** Whether maps may be missing. */
    boolean isDamaged() {
        return walk.isDamaged() || walk.missesRecords() || missesMaps;
    }

    /** Reads all that is left of the catalog. */
    List<FoundMap> maps() {
        walk.walk(pool.catalogRoot());
        if (walk.isDamaged()) {
            final Int2ObjectHashMap<MapWalk> itself = new Int2ObjectHashMap<>();
            itself.put(IndexContext.CATALOG_INCARNATION, walk);
            pool.findOrphans(itself);
            final DoubtfulRecords doubtful = new DoubtfulRecords();
            doubtful.find(
                    pool,
                    itself,
                    RecordHeader.TAIL_BYTES,
                    (map, key) -> isKnown(key),
                    unknown -> null,
                    unknown -> false);
            certain = false;
            final RecordImage record = new RecordImage(pool.source());
            doubtful.forEach((incarnation, key, offset, reason) -> {
                if (record.read(offset)) {
                    take(record, key);
                }
            });
        }
        return resolve();
    }

    private boolean isKnown(final byte[] key) {
        if (key.length > 1 && CatalogRecord.isName(key)) {
            return names.containsKey(CatalogRecord.nameIn(key));
        }
        return key.length == 1 + Integer.BYTES && incarnations.containsKey(CatalogRecord.incarnationIn(key));
    }

    private boolean take(final RecordImage record, final byte[] key) {
        final boolean isIntact = record.isIntact(RecordHeader.TAIL_BYTES);
        final byte[] value = record.valueLength() > 0 && record.valueLength() <= Short.MAX_VALUE
                ? record.valueEnd(record.valueLength())
                : null;
        if (key.length > 1 && CatalogRecord.isName(key)) {
            if (!isPossible(CatalogRecord.nameIn(key))) {
                return false;
            }
            final ByteBuffer fields = ByteBuffer.wrap(
                            value == null || value.length < Long.BYTES + RootTail.BYTES
                                    ? new byte[Long.BYTES + RootTail.BYTES]
                                    : value)
                    .order(ByteOrder.LITTLE_ENDIAN);
            names.put(
                    CatalogRecord.nameIn(key),
                    new NameRecord(
                            fields.getInt(0), fields.getLong(fields.capacity() - RootTail.BYTES), isIntact, certain));
        } else if (isIntact && value != null && key.length == 1 + Integer.BYTES && value.length >= RootTail.BYTES) {
            final String name = new String(value, 0, value.length - RootTail.BYTES, StandardCharsets.UTF_8);
            if (!isPossible(name)) {
                return false;
            }
            incarnations.putIfAbsent(CatalogRecord.incarnationIn(key), name);
        }
        return isIntact;
    }

    /** Whether a map can go by it: bytes that are no name may become more of them when they are made text, and bytes again. */
    private static boolean isPossible(final String name) {
        return !name.isEmpty() && Salvage.utf8(name).length <= StoreMaps.MAX_NAME_BYTES;
    }

    private List<FoundMap> resolve() {
        final Map<Integer, FoundMap> found = new TreeMap<>(Integer::compareUnsigned);
        names.forEach((name, record) -> {
            if (record.isIntact) {
                add(found, new FoundMap(name, record.incarnation, record.root, record.isCertain ? null : MAY_BE_GONE));
            }
        });
        names.forEach((name, record) -> {
            if (!record.isIntact) {
                resolveBroken(found, name, record);
            }
        });
        if (walk.isDamaged()) {
            incarnations.forEach((incarnation, name) -> {
                if (!found.containsKey(incarnation)) {
                    final String free = freeName(found, name);
                    found.put(
                            incarnation,
                            isPossible(free) ? new FoundMap(free, incarnation, 0, MAY_BE_GONE) : unnamed(incarnation));
                }
            });
        }
        return new ArrayList<>(found.values());
    }

    /** Of two names of one incarnation, which a renaming leaves for a moment, its record I tells the right one. */
    private void add(final Map<Integer, FoundMap> found, final FoundMap map) {
        final FoundMap other = found.get(map.incarnation);
        if (other == null || map.name.equals(incarnations.get(map.incarnation))) {
            found.put(map.incarnation, map);
        }
    }

    /** An entry leads to a record N that fails its checksum: there is a map of that name, and record I may tell which. */
    private void resolveBroken(final Map<Integer, FoundMap> found, final String name, final NameRecord broken) {
        final List<Integer> candidates = incarnations.entrySet().stream()
                .filter(e -> e.getValue().equals(name) && !found.containsKey(e.getKey()))
                .map(Map.Entry::getKey)
                .sorted(Integer::compareUnsigned)
                .toList();
        if (candidates.contains(broken.incarnation)) {
            found.put(broken.incarnation, new FoundMap(name, broken.incarnation, broken.root, null));
        } else if (candidates.isEmpty()) {
            missesMaps = true;
            pool.lost(WHERE, "nothing tells which records are of the map " + Salvage.show(Salvage.utf8(name)));
        } else {
            final int last = candidates.get(candidates.size() - 1);
            final String doubt = candidates.size() == 1 ? null : MAY_BE_GONE;
            found.put(last, new FoundMap(name, last, broken.root, doubt));
        }
    }

    /** A map of an incarnation of which the catalog says nothing. */
    static FoundMap unnamed(final int incarnation) {
        return new FoundMap("salvaged-" + Integer.toUnsignedString(incarnation), incarnation, 0, MAY_BE_GONE);
    }

    private static String freeName(final Map<Integer, FoundMap> found, final String name) {
        String free = name;
        for (int i = 1; isTaken(found, free); i++) {
            free = name + "-salvaged-" + i;
        }
        return free;
    }

    private static boolean isTaken(final Map<Integer, FoundMap> found, final String name) {
        return found.values().stream().anyMatch(map -> map.name.equals(name));
    }
}
