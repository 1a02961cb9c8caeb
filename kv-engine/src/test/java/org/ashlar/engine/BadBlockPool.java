package org.ashlar.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.ashlar.engine.index.HashIndex;
import org.ashlar.engine.index.IndexPages;
import org.ashlar.engine.record.Keys;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreOptions;
import org.ashlar.pmem.Geometry;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolPlaces;

/**
 * A pool for bad blocks of the device: what it holds follows from the number of each record.
 *
 * @param path its file
 * @param isSmall with chunks of 64 KiB and descriptors in the file; else as a user gets it by default
 */
record BadBlockPool(Path path, boolean isSmall) {
    static final int RECORDS = 1_500;
    static final int LARGE_RECORDS = 3;
    static final String MAP = "m";
    static final String LARGE = "large";
    static final String OTHER = "other";

    private static final int SEED = 42;
    private static final int[] LARGE_BYTES = {20_000, 200_000, 2_500_000};
    private static final int PAGE_BYTES = 4096;

    /** What a bad block may be under. */
    enum Target {
        HEADER_A,
        HEADER_B,
        SUPERBLOCK,
        CHUNK_TABLE,
        ALLOCATION_MAP,
        CATALOG_LEAF,
        LEAF,
        SEGMENT,
        RECORD,
        LARGE_RECORD,
        FREE,
        SECTION_HEADERS(true),
        CHUNK_HEADERS(true),
        RECORD_DESCRIPTOR(true),
        LEAF_DESCRIPTOR(true);

        private final boolean isWithDescriptors;

        Target() {
            this(false);
        }

        Target(final boolean isWithDescriptors) {
            this.isWithDescriptors = isWithDescriptors;
        }
    }

    static BadBlockPool of(final String path, final String size) {
        return new BadBlockPool(Path.of(path), size.equals("small"));
    }

    StoreOptions options() {
        final StoreOptions options = StoreOptions.defaults().withMaximumBytes(128L << 20);
        return isSmall ? options.withPlacement(Placement.POOL).withInitialBytes(1 << 20) : options;
    }

    Tuning tuning() {
        return new Tuning(isSmall ? new Geometry(64 << 10, 256 << 10, 2048) : null, SEED);
    }

    EngineStore open(final boolean isReadOnly) {
        return EngineStore.open(path, options().withReadOnly(isReadOnly), tuning());
    }

    static byte[] key(final int number) {
        return Integer.toString(number).getBytes(US_ASCII);
    }

    /** What a record of {@link #MAP} holds. */
    static byte[] value(final int number) {
        return bytes(number, 60);
    }

    static byte[] largeValue(final int number) {
        return bytes(number, LARGE_BYTES[number]);
    }

    static byte[] newValue(final int number) {
        return bytes(number + RECORDS, 50);
    }

    private static byte[] bytes(final int seed, final int length) {
        final byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    /** Returns the linear offset of a page that is free, and the next or next but one to be taken for records. */
    private long load() {
        try (EngineStore store = open(false)) {
            for (int i = 0; i < LARGE_RECORDS; i++) {
                store.map(LARGE).put(key(i), largeValue(i));
            }
            store.map(OTHER).put(key(0), value(0));
            final KvMap map = store.map(MAP);
            for (int i = 0; i < RECORDS; i++) {
                map.put(key(i), value(i));
            }
            final Pool pool = store.space().pool();
            long page = (recordOf(store, MAP, RECORDS - 1) - pool.dataAddress()) / PAGE_BYTES;
            while (pool.descriptors().isInitialised(page)) {
                page++;
            }
            return (page + 1) * PAGE_BYTES;
        }
    }

    /** Where in the file a target is. */
    private long offsetOf(final EngineStore store, final Target target, final long free) {
        final Pool pool = store.space().pool();
        final PoolPlaces places = new PoolPlaces(pool, isSmall);
        final long data = pool.dataAddress();
        return switch (target) {
            case HEADER_A -> places.header(0);
            case HEADER_B -> places.header(1);
            case SUPERBLOCK -> places.engineArea();
            case CHUNK_TABLE -> places.chunkTable();
            case ALLOCATION_MAP -> places.allocationMap();
            case SECTION_HEADERS -> places.sectionHeaders();
            case CHUNK_HEADERS -> places.chunkHeaders();
            case RECORD_DESCRIPTOR -> places.descriptor(recordOf(store, MAP, RECORDS / 2) - data);
            case LEAF_DESCRIPTOR -> places.descriptor(lastLeaf(store) - data);
            case CATALOG_LEAF ->
                places.data(IndexPages.leaves(store.catalog().catalog().index()).get(0) - data);
            case LEAF -> places.data(lastLeaf(store) - data);
            case SEGMENT -> places.data(IndexPages.segments(indexOf(store, MAP)).get(0) - data);
            case RECORD -> places.data(recordOf(store, MAP, RECORDS / 2) - data);
            case FREE -> places.data(free);
            case LARGE_RECORD -> places.data(recordOf(store, LARGE, LARGE_RECORDS - 1) - data + 300 * PAGE_BYTES);
        };
    }

    /** Where in the file a record is. */
    long fileOffsetOf(final EngineStore store, final String map, final int number) {
        final Pool pool = store.space().pool();
        return new PoolPlaces(pool, isSmall).data(recordOf(store, map, number) - pool.dataAddress());
    }

    private static HashIndex indexOf(final Store store, final String map) {
        return ((EngineMap) store.map(map)).core().index();
    }

    private static long lastLeaf(final Store store) {
        final List<Long> leaves = IndexPages.leaves(indexOf(store, MAP));
        return leaves.get(leaves.size() - 1);
    }

    static long recordOf(final Store store, final String map, final int number) {
        final byte[] key = key(number);
        final long hash = new Keys(SEED).hash(key, Memory.ARRAY_BASE, key.length);
        return indexOf(store, map).find(hash, key, Memory.ARRAY_BASE, key.length);
    }

    /**
     * Arguments: file, {@code small} or {@code standard}. Creates the pool, and says where in the file each target is; those of descriptors only
     * where they are in the file.
     */
    public static void main(final String[] arguments) {
        final BadBlockPool pool = of(arguments[0], arguments[1]);
        final long free = pool.load();
        try (EngineStore store = pool.open(false)) {
            for (final Target target : Target.values()) {
                if (pool.isSmall || !target.isWithDescriptors) {
                    System.out.println("target " + target + ' ' + pool.offsetOf(store, target, free));
                }
            }
        }
    }
}
