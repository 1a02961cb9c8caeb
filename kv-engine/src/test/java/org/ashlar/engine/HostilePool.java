package org.ashlar.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.ashlar.engine.index.IndexForgery;
import org.ashlar.engine.index.IndexJudge;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.space.SpaceForgery;
import org.ashlar.kv.Store;
import org.ashlar.pmem.Geometry;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.PoolPlaces;
import org.jspecify.annotations.Nullable;

/**
 * A small pool that has one of everything that the format knows: maps of one leaf and of several segments, parents, stashes, overflow chains,
 * records in slots, runs and chunks, deleted and replaced ones, maps that were renamed and dropped. With what each key had over time, and
 * with where everything lies, so that it can be spoilt on purpose. Each build gives the same content.
 */
final class HostilePool {
    static final String SMALL = "m";
    static final String DEEP = "deep";
    static final String CHAIN = "chain";
    static final String LARGE = "large";

    /** One part of the file that somebody may change, and how it would be sealed again. */
    record Part(long offset, int bytes, Seal seal, long sealOffset, long linearOffset) {}

    /** What vouches for a part. */
    enum Seal {
        NONE,
        POOL_HEADER,
        CHUNK_WORD,
        SPAN_WORD,
        INDEX_PAGE,
        RECORD,
        CATALOG_RECORD
    }

    /** Parts of one kind. */
    record Kind(String name, List<Part> parts) {}

    /** What the keys of a map had over time; the last is what they have, null stands for nothing. */
    static final class Versions {
        final List<byte @Nullable []> all = new ArrayList<>();

        /** Whether it may be any of them: the last write was refused, or nobody asked what it did. */
        boolean isAmbiguous;

        byte @Nullable [] current() {
            return all.isEmpty() ? null : all.get(all.size() - 1);
        }
    }

    /** Map, then key in ISO 8859-1. */
    final Map<String, Map<String, Versions>> model = new TreeMap<>();

    final byte[] image;
    private final Map<String, Kind> kinds = new TreeMap<>();

    private HostilePool(final Path folder, final boolean killed) throws IOException {
        final Path path = folder.resolve("base");
        build(path, killed);
        image = Files.readAllBytes(path);
        locate(path);
        Files.delete(path);
    }

    /**
     * Builds it.
     *
     * @param folder for a file that is deleted again
     * @param killed whether its last open ends as a kill would end it
     */
    static HostilePool of(final Path folder, final boolean killed) {
        try {
            return new HostilePool(folder, killed);
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    List<Kind> kinds() {
        return List.copyOf(kinds.values());
    }

    static byte[] key(final String key) {
        return key.getBytes(ISO_8859_1);
    }

    static byte[] value(final int number, final int length) {
        final byte[] value = new byte[length];
        new SplittableRandom(number).nextBytes(value);
        return value;
    }

    // ---------------------------------------------------------------------------------------------------- content

    private void build(final Path path, final boolean killed) {
        final List<String> deep = keys(9, 520);
        final List<String> chain = keys(0, 60);
        try (EngineStore store = TestStores.tiny(path)) {
            for (int i = 0; i < 700; i++) {
                put(store, SMALL, smallKey(i), value(i, i * 7 % 90));
            }
            for (int i = 0; i < deep.size(); i++) {
                put(store, DEEP, deep.get(i), value(i, 6));
            }
            put(store, LARGE, "a", value(1, 5_000));
            put(store, LARGE, "b", value(2, 30_000));
            put(store, LARGE, "c", value(3, 150_000));
            put(store, LARGE, "d", value(4, 70_000));
            put(store, LARGE, "w".repeat(20_000), value(5, 10));
            put(store, "gone", "a", value(6, 10));
            put(store, "before", "a", value(7, 10));
            store.map("empty");
        }
        final EngineStore store = TestStores.tiny(path);
        for (int i = 0; i < chain.size(); i++) {
            put(store, CHAIN, chain.get(i), value(i, 5));
        }
        for (int i = 0; i < 700; i += 3) {
            put(store, SMALL, smallKey(i), value(i + 1, i * 11 % 90));
        }
        for (int i = 0; i < 700; i += 5) {
            delete(store, SMALL, smallKey(i));
        }
        delete(store, LARGE, "d");
        store.dropMap("gone");
        model.remove("gone");
        store.renameMap("before", "after");
        model.put("after", Objects.requireNonNull(model.remove("before")));
        model.put("empty", new TreeMap<>());
        if (killed) {
            store.abandon();
        } else {
            store.close();
        }
    }

    private static String smallKey(final int number) {
        return number % 100 == 99 ? number + "-" + "x".repeat(300) : "k" + number;
    }

    /** Keys of eight bytes whose hashes begin alike, or where no bits are given, choose the same lines. */
    private static List<String> keys(final int topBits, final int count) {
        final org.ashlar.engine.record.Keys hashes = new org.ashlar.engine.record.Keys(
                Objects.requireNonNull(Tuning.tiny()).hashSeed());
        final long mask = topBits == 0 ? (1 << 17) - 1 : -1L << (Long.SIZE - topBits);
        final byte[] key = new byte[Long.BYTES];
        final ByteBuffer buffer = ByteBuffer.wrap(key);
        final List<String> keys = new ArrayList<>();
        for (long i = 0; keys.size() < count; i++) {
            buffer.putLong(0, i);
            if ((hashes.hash(key, Memory.ARRAY_BASE, key.length) & mask) == 0) {
                keys.add(new String(key, ISO_8859_1));
            }
        }
        return keys;
    }

    private void put(final Store store, final String map, final String key, final byte[] value) {
        store.map(map).put(key(key), value);
        versions(map, key).all.add(value);
    }

    private void delete(final Store store, final String map, final String key) {
        store.map(map).delete(key(key));
        versions(map, key).all.add(null);
    }

    private Versions versions(final String map, final String key) {
        return model.computeIfAbsent(map, m -> new TreeMap<>()).computeIfAbsent(key, k -> new Versions());
    }

    // ----------------------------------------------------------------------------------------------------- places

    private void locate(final Path path) {
        final Geometry geometry = Objects.requireNonNull(Tuning.tiny().geometry());
        final PoolPlaces places = new PoolPlaces(geometry, true);
        for (int copy = 0; copy < 2; copy++) {
            final int at = copy * Geometry.PAGE_BYTES;
            add("pool header", new Part(at, PoolPlaces.HEADER_BYTES, Seal.POOL_HEADER, at, 0));
        }
        add("superblock", new Part(PoolPlaces.ENGINE_AREA, 88, Seal.NONE, 0, 0));
        add("allocation map", new Part(places.allocationMap(), 32, Seal.NONE, 0, 0));
        add("descriptors", new Part(places.descriptor(0), 4096, Seal.NONE, 0, 0));
        add("anywhere", new Part(0, image.length, Seal.NONE, 0, 0));
        final EngineStore store = EngineStore.open(path, TestStores.options().withReadOnly(true), Tuning.tiny());
        try {
            final long data = store.space().pool().dataAddress();
            final int chunks = (int) (store.space().usedBytes() / geometry.chunkBytes());
            for (int chunk = 0; chunk <= chunks; chunk++) {
                final long at = PoolPlaces.CHUNK_TABLE + (long) chunk * Long.BYTES;
                add("chunk word", new Part(at, Long.BYTES, Seal.CHUNK_WORD, at, chunk));
                if (chunk < chunks && SpaceForgery.hasSlots(getLong(image, at))) {
                    for (int span = 0; span < 4; span++) {
                        final long linear = (long) chunk * geometry.chunkBytes() + (long) span * Long.BYTES;
                        final long place = places.data(linear);
                        add("span word", new Part(place, Long.BYTES, Seal.SPAN_WORD, place, linear));
                    }
                }
            }
            locate(store.catalog().catalog(), "catalog ", data, places);
            for (final String map : store.mapNames()) {
                locate(((EngineMap) store.map(map)).core(), "", data, places);
            }
        } finally {
            store.abandon();
        }
    }

    private void locate(final MapCore core, final String whose, final long data, final PoolPlaces places) {
        final boolean isCatalog = !whose.isEmpty();
        core.index().judge().audit(new IndexJudge.Audit() {
            @Override
            public void indexPage(final long page) {
                addPage(page, page - data, places.data(page - data));
            }

            @Override
            public void record(final long record, final boolean isRoot) {
                final Seal seal = isCatalog && !isRoot ? Seal.CATALOG_RECORD : Seal.RECORD;
                addRecord(isRoot ? "root " : whose, record, places.data(record - data), seal);
            }

            @Override
            public void problem(final String problem) {
                throw new AssertionError(problem);
            }
        });
    }

    private void addPage(final long page, final long linear, final long at) {
        final long identity = Memory.getLong(page);
        final boolean isLeaf = IndexForgery.isLeaf(identity);
        final String kind = isLeaf ? "leaf " : IndexForgery.isSegment(identity) ? "segment " : "overflow ";
        add(kind + "header", new Part(at, IndexForgery.FORWARD_OFFSET, Seal.INDEX_PAGE, at, linear));
        if (IndexForgery.isSegment(identity)) {
            final int words = Geometry.PAGE_BYTES - IndexForgery.SEGMENT_OFFSET;
            add(kind + "words", new Part(at + IndexForgery.SEGMENT_OFFSET, words, Seal.NONE, 0, 0));
            return;
        }
        if (isLeaf) {
            add("leaf forward word", new Part(at + IndexForgery.FORWARD_OFFSET, Long.BYTES, Seal.NONE, 0, 0));
            add("leaf filter", new Part(at + IndexForgery.FILTER_OFFSET, Long.BYTES, Seal.NONE, 0, 0));
        }
        add(kind + "overflow word", new Part(at + IndexForgery.OVERFLOW_OFFSET, Long.BYTES, Seal.NONE, 0, 0));
        final int lines = Geometry.PAGE_BYTES - IndexForgery.LINES_OFFSET;
        add(kind + "lines", new Part(at + IndexForgery.LINES_OFFSET, lines, Seal.NONE, 0, 0));
        final int stash = Geometry.PAGE_BYTES - IndexForgery.STASH_OFFSET;
        add(kind + "stash", new Part(at + IndexForgery.STASH_OFFSET, stash, Seal.NONE, 0, 0));
    }

    private void addRecord(final String whose, final long record, final long at, final Seal seal) {
        final int keyLength = RecordHeader.keyLength(record);
        final int valueLength = RecordHeader.valueLength(record);
        add(whose + "record header", new Part(at, RecordHeader.BYTES, seal, at, 0));
        final long value = at + RecordHeader.BYTES + keyLength;
        if (keyLength > 0) {
            add(whose + "key", new Part(at + RecordHeader.BYTES, keyLength, seal, at, 0));
        }
        if (seal == Seal.CATALOG_RECORD) {
            final int tail = RecordHeader.TAIL_BYTES;
            add("root tail", new Part(value + valueLength - tail, tail, Seal.NONE, 0, 0));
            add(whose + "value", new Part(value, valueLength - tail, seal, at, 0));
        } else if (valueLength > 0) {
            // The places behind the first chunk are further away in the file than in the value.
            add(whose + "value", new Part(value, Math.min(valueLength, Geometry.PAGE_BYTES), seal, at, 0));
        }
    }

    private void add(final String kind, final Part part) {
        kinds.computeIfAbsent(kind, name -> new Kind(name, new ArrayList<>()))
                .parts()
                .add(part);
    }

    private static long getLong(final byte[] bytes, final long at) {
        return ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong((int) at);
    }
}
