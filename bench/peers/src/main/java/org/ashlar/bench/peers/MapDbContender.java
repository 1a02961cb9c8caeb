package org.ashlar.bench.peers;

import java.nio.file.Path;
import java.util.function.Function;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.bench.compare.OpenStore;
import org.ashlar.bench.compare.Shape;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.HTreeMap;
import org.mapdb.Serializer;

/** MapDB. */
public final class MapDbContender extends PeerContender {
    private static final long INCREMENT_BYTES = 64L << 20;
    private static final int SEGMENTS = 8;
    private static final int NODE_SIZE = 16;
    private static final int NODE_BITS = 4;

    /** For the service loader. */
    public MapDbContender() {
        super("mapdb", "MapDB " + Versions.of("mapdb"), new Room(5, 512L << 20), false, "-Xmx512m");
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
    public OpenStore open(final Path folder, final Shape shape) {
        final DBMaker.Maker maker = DBMaker.fileDB(folder.resolve("map").toFile())
                .fileMmapEnable()
                .fileMmapPreclearDisable()
                .allocateIncrement(INCREMENT_BYTES);
        if (shape.threads() == 1) {
            maker.concurrencyDisable();
        }
        final DB database = maker.make();
        return shape.keyBytes() == Shape.SHORT_KEY_BYTES
                ? open(database, Serializer.LONG, MapSession::number, shape)
                : open(database, Serializer.BYTE_ARRAY, MapSession::array, shape);
    }

    private static <K> OpenStore open(
            final DB database,
            final Serializer<K> serializer,
            final Function<UnsafeBuffer, K> keys,
            final Shape shape) {
        final HTreeMap<K, byte[]> map = database.hashMap("bench")
                .keySerializer(serializer)
                .valueSerializer(Serializer.BYTE_ARRAY)
                .valueInline()
                .layout(SEGMENTS, NODE_SIZE, levels(shape.records()))
                .createOrOpen();
        return OpenStore.of(() -> new MapSession<>(map, keys, false, shape), database::close);
    }

    /** So that there is a leaf for each record or so. */
    private static int levels(final int records) {
        int levels = 2;
        while ((long) SEGMENTS << (NODE_BITS * levels) < records) {
            levels++;
        }
        return levels;
    }
}
