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
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.DataType;
import org.h2.mvstore.type.LongDataType;
import org.jspecify.annotations.Nullable;

/** The MVStore of H2. */
public final class MvStoreContender implements Contender {
    private static final int MOST_OF_USER_BYTES = 6;
    private static final long FIXED_BYTES = 1L << 30;
    private static final int CACHE_MIB = 512;
    private static final int WRITE_BUFFER_KIB = 32 << 10;

    /** For the service loader. */
    public MvStoreContender() {}

    @Override
    public String name() {
        return "mvstore";
    }

    @Override
    public String product() {
        return "H2 MVStore " + Versions.of("h2");
    }

    @Override
    public String configuration() {
        return "page cache of 512 MiB and write buffer of 32 MiB on the heap, commits in the background once a second or when the"
                + " buffer is full; overwritten chunks not retained; 8-byte keys as Long";
    }

    @Override
    public String guarantee() {
        return "the end of the process, but for about the last second";
    }

    @Override
    public List<String> jvmFlags(final Shape shape) {
        return List.of("-Xmx1536m");
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
        final MVStore store = new MVStore.Builder()
                .fileName(folder.resolve("store").toString())
                .cacheSize(CACHE_MIB)
                .autoCommitBufferSize(WRITE_BUFFER_KIB)
                .open();
        // Chunks that are overwritten are kept for 45 s otherwise, against disks that write out of order.
        store.setRetentionTime(0);
        final Supplier<Session> sessions;
        if (shape.keyBytes() == Shape.SHORT_KEY_BYTES) {
            final MVMap<Long, byte[]> map = map(store, LongDataType.INSTANCE);
            sessions = () -> new LongKeySession(map, shape);
        } else {
            final MVMap<byte[], byte[]> map = map(store, ByteArrayDataType.INSTANCE);
            sessions = () -> new ArrayKeySession(map, shape);
        }
        return new OpenStore() {
            @Override
            public Session session(final int thread) {
                return sessions.get();
            }

            @Override
            public void settle() {
                store.commit();
            }

            @Override
            public void close() {
                store.close();
            }
        };
    }

    private static <K> MVMap<K, byte[]> map(final MVStore store, final DataType<K> keys) {
        return store.openMap(
                "bench", new MVMap.Builder<K, byte[]>().keyType(keys).valueType(ByteArrayDataType.INSTANCE));
    }

    /** The map keeps keys and values that it is given: each write needs its own. */
    private abstract static class MapSession<K> extends Session {
        private final MVMap<K, byte[]> map;

        MapSession(final MVMap<K, byte[]> map, final Shape shape) {
            super(shape, false);
            this.map = map;
        }

        abstract K keyObject();

        @Override
        protected final int get() {
            final byte @Nullable [] bytes = map.get(keyObject());
            if (bytes == null) {
                return -1;
            }
            found.putBytes(0, bytes);
            return bytes.length;
        }

        @Override
        protected final void put(final int length) {
            final byte[] bytes = new byte[length];
            value.getBytes(0, bytes);
            map.put(keyObject(), bytes);
        }

        @Override
        protected final boolean delete() {
            return map.remove(keyObject()) != null;
        }
    }

    private static final class LongKeySession extends MapSession<Long> {
        LongKeySession(final MVMap<Long, byte[]> map, final Shape shape) {
            super(map, shape);
        }

        @Override
        Long keyObject() {
            return key.getLong(0, ByteOrder.LITTLE_ENDIAN);
        }
    }

    private static final class ArrayKeySession extends MapSession<byte[]> {
        ArrayKeySession(final MVMap<byte[], byte[]> map, final Shape shape) {
            super(map, shape);
        }

        @Override
        byte[] keyObject() {
            return Objects.requireNonNull(key.byteArray()).clone();
        }
    }
}
