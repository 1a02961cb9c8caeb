package org.ashlar.bench.peers;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.ashlar.bench.compare.OpenStore;
import org.ashlar.bench.compare.Session;
import org.ashlar.bench.compare.Shape;
import org.jspecify.annotations.Nullable;

/** Chronicle Map. */
public final class ChronicleMapContender extends PeerContender {
    /** Room for what workload D inserts. */
    private static final double ENTRIES_OF_RECORDS = 1.25;

    private static final long FIXED_ENTRIES = 10_000;
    private static final double MOST_BLOAT = 10;

    /** For the service loader. */
    public ChronicleMapContender() {
        super(
                "chronicle-map",
                "Chronicle Map " + Versions.of("chronicle-map"),
                new Room(2, 256L << 20),
                true,
                "-Xmx512m",
                "-Dchronicle.announcer.disable=true",
                "-Dchronicle.analytics.disable=true",
                "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
                "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED",
                "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
                "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                "--add-opens=java.base/java.io=ALL-UNNAMED",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
    }

    @Override
    public String configuration() {
        return "persisted, byte arrays with reused ones for reads, constant sizes where they are, sized beforehand for 1.25 times the"
                + " records; checksums on, as it comes; puts and removes do not return what was there";
    }

    @Override
    public String guarantee() {
        return "the end of the process, after a recovery that looks at every entry; what was being written may be dropped";
    }

    @Override
    public OpenStore open(final Path folder, final Shape shape) throws IOException {
        final ChronicleMapBuilder<byte[], byte[]> builder = ChronicleMapBuilder.of(byte[].class, byte[].class)
                .name("bench")
                .entries((long) (shape.records() * ENTRIES_OF_RECORDS) + FIXED_ENTRIES)
                .maxBloatFactor(MOST_BLOAT)
                .putReturnsNull(true)
                .removeReturnsNull(true)
                .constantKeySizeBySample(new byte[shape.keyBytes()]);
        if (shape.values().areOfOneLength()) {
            builder.constantValueSizeBySample(new byte[shape.values().longest()]);
        } else {
            builder.averageValueSize(shape.values().average());
        }
        final File file = folder.resolve("map").toFile();
        final ChronicleMap<byte[], byte[]> map =
                file.exists() ? builder.recoverPersistedTo(file, true) : builder.createPersistedTo(file);
        return OpenStore.of(() -> new ChronicleSession(map, shape), map::close);
    }

    private static final class ChronicleSession extends Session {
        private final ChronicleMap<byte[], byte[]> map;
        private final byte[] keyBytes;
        private final Arrays arrays;
        private byte[] using;

        ChronicleSession(final ChronicleMap<byte[], byte[]> map, final Shape shape) {
            super(shape, false);
            this.map = map;
            keyBytes = Objects.requireNonNull(key.byteArray());
            arrays = new Arrays(value);
            using = Objects.requireNonNull(found.byteArray());
        }

        @Override
        protected int get() {
            final byte @Nullable [] bytes = map.getUsing(keyBytes, using);
            if (bytes == null) {
                return -1;
            }
            if (bytes != using) {
                using = bytes;
                found.wrap(bytes);
            }
            return bytes.length;
        }

        @Override
        protected void put(final int length) {
            map.put(keyBytes, arrays.ofLength(length));
        }

        @Override
        protected boolean delete() {
            map.remove(keyBytes);
            return true;
        }
    }
}
