package org.ashlar.bench.peers;

import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.ashlar.bench.compare.Contender;
import org.ashlar.bench.compare.OpenStore;
import org.ashlar.bench.compare.Session;
import org.ashlar.bench.compare.Shape;
import org.jspecify.annotations.Nullable;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.HTreeMap;
import org.mapdb.Serializer;

/** MapDB. */
public final class MapDbContender implements Contender {
    private static final int MOST_OF_USER_BYTES = 5;
    private static final long FIXED_BYTES = 512L << 20;
    private static final long INCREMENT_BYTES = 64L << 20;
    private static final int SEGMENTS = 8;
    private static final int NODE_SIZE = 16;
    private static final int NODE_BITS = 4;

    /** For the service loader. */
    public MapDbContender() {}

    @Override
    public String name() {
        return "mapdb";
    }

    @Override
    public String product() {
        return "MapDB " + Versions.of("mapdb");
    }

    @Override
    public String configuration() {
        return "HTreeMap, mapped file, values inline, as many levels as the records need; no transactions; 8-byte keys as Long";
    }

    @Override
    public String guarantee() {
        return "nothing: after a kill the file may be corrupt";
    }

    @Override
    public List<String> jvmFlags(final Shape shape) {
        return List.of("-Xmx512m");
    }

    @Override
    public Abilities abilities() {
        return new Abilities(true, true, false, false);
    }

    @Override
    public long mostFileBytes(final Shape shape) {
        return shape.userBytes() * MOST_OF_USER_BYTES + FIXED_BYTES;
    }

    @Override
    public OpenStore open(final Path folder, final Shape shape) {
        final DBMaker.Maker maker = DBMaker.fileDB(folder.resolve("map").toFile())
                .fileMmapEnable()
                .fileMmapPreclearDisable()
                .allocateIncrement(INCREMENT_BYTES);
        if (shape.threads() == 1) {
            maker.concurrencyDisable();
        }
        final DB database = maker.make();
        final boolean longs = shape.keyBytes() == Shape.SHORT_KEY_BYTES;
        final Supplier<Session> sessions;
        if (longs) {
            final HTreeMap<Long, byte[]> map = map(database, Serializer.LONG, shape);
            sessions = () -> new LongKeySession(map, shape);
        } else {
            final HTreeMap<byte[], byte[]> map = map(database, Serializer.BYTE_ARRAY, shape);
            sessions = () -> new ArrayKeySession(map, shape);
        }
        return new OpenStore() {
            @Override
            public Session session(final int thread) {
                return sessions.get();
            }

            @Override
            public void close() {
                database.close();
            }
        };
    }

    private static <K> HTreeMap<K, byte[]> map(final DB database, final Serializer<K> keys, final Shape shape) {
        return database.hashMap("bench")
                .keySerializer(keys)
                .valueSerializer(Serializer.BYTE_ARRAY)
                .valueInline()
                .layout(SEGMENTS, NODE_SIZE, levels(shape.records()))
                .createOrOpen();
    }

    /** So that there is a leaf for each record or so. */
    private static int levels(final int records) {
        int levels = 2;
        while ((long) SEGMENTS << (NODE_BITS * levels) < records) {
            levels++;
        }
        return levels;
    }

    private abstract static class MapSession<K> extends Session {
        private final HTreeMap<K, byte[]> map;
        private final Arrays arrays;

        MapSession(final HTreeMap<K, byte[]> map, final Shape shape) {
            super(shape, false);
            this.map = map;
            arrays = new Arrays(value);
        }

        abstract K keyObject();

        @Override
        protected final int get() {
            final byte @Nullable [] bytes = map.get(keyObject());
            if (bytes == null) {
                return -1;
            }
            found.wrap(bytes);
            return bytes.length;
        }

        @Override
        protected final void put(final int length) {
            map.put(keyObject(), arrays.ofLength(length));
        }

        @Override
        protected final boolean delete() {
            return map.remove(keyObject()) != null;
        }
    }

    private static final class LongKeySession extends MapSession<Long> {
        LongKeySession(final HTreeMap<Long, byte[]> map, final Shape shape) {
            super(map, shape);
        }

        @Override
        Long keyObject() {
            return key.getLong(0, ByteOrder.LITTLE_ENDIAN);
        }
    }

    private static final class ArrayKeySession extends MapSession<byte[]> {
        ArrayKeySession(final HTreeMap<byte[], byte[]> map, final Shape shape) {
            super(map, shape);
        }

        @Override
        byte[] keyObject() {
            return Objects.requireNonNull(key.byteArray());
        }
    }
}
