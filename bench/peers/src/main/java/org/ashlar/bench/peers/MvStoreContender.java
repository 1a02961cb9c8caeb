package org.ashlar.bench.peers;

import java.nio.file.Path;
import java.util.function.Function;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.bench.compare.OpenStore;
import org.ashlar.bench.compare.Session;
import org.ashlar.bench.compare.Shape;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.DataType;
import org.h2.mvstore.type.LongDataType;

/** The MVStore of H2. */
public class MvStoreContender extends PeerContender {
    private static final int CACHE_MIB = 512;
    private static final int WRITE_BUFFER_KIB = 32 << 10;

    private final boolean synced;

    /** For the service loader. */
    public MvStoreContender() {
        this("mvstore", false);
    }

    private MvStoreContender(final String name, final boolean synced) {
        super(name, "H2 MVStore " + Versions.of("h2"), new Room(6, 1L << 30), synced, "-Xmx1536m");
        this.synced = synced;
    }

    /** Commits each write and waits for the device. */
    public static final class Synced extends MvStoreContender {
        /** For the service loader. */
        public Synced() {
            super("mvstore-sync", true);
        }

        @Override
        public String guarantee() {
            return "loss of power: each write is committed, and the file synced, before it returns";
        }

        @Override
        public boolean isOptional() {
            return true;
        }
    }

    @Override
    public final String configuration() {
        return "page cache of 512 MiB on the heap, "
                + (synced
                        ? "a commit and a sync of the file for each write"
                        : "write buffer of 32 MiB, commits in the background once a second or when the buffer is full")
                + "; overwritten chunks not retained; 8-byte keys as Long";
    }

    @Override
    public String guarantee() {
        return "the end of the process, but for about the last second";
    }

    @Override
    public final OpenStore open(final Path folder, final Shape shape) {
        final MVStore.Builder builder = new MVStore.Builder()
                .fileName(folder.resolve("store").toString())
                .cacheSize(CACHE_MIB);
        final MVStore store =
                (synced ? builder.autoCommitDisabled() : builder.autoCommitBufferSize(WRITE_BUFFER_KIB)).open();
        // Chunks that are overwritten are kept for 45 s otherwise, against disks that write out of order.
        store.setRetentionTime(0);
        return shape.keyBytes() == Shape.SHORT_KEY_BYTES
                ? open(store, LongDataType.INSTANCE, MapSession::number, shape)
                : open(store, ByteArrayDataType.INSTANCE, MapSession::newArray, shape);
    }

    private <K> OpenStore open(
            final MVStore store, final DataType<K> type, final Function<UnsafeBuffer, K> keys, final Shape shape) {
        final MVMap<K, byte[]> map = store.openMap(
                "bench", new MVMap.Builder<K, byte[]>().keyType(type).valueType(ByteArrayDataType.INSTANCE));
        return new OpenStore() {
            @Override
            public Session session(final int thread) {
                return synced ? new SyncedSession<>(store, map, keys, shape) : new MapSession<>(map, keys, true, shape);
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

    private static final class SyncedSession<K> extends MapSession<K> {
        private final MVStore store;

        SyncedSession(
                final MVStore store,
                final MVMap<K, byte[]> map,
                final Function<UnsafeBuffer, K> keys,
                final Shape shape) {
            super(map, keys, true, shape);
            this.store = store;
        }

        @Override
        protected void put(final int length) {
            super.put(length);
            makeDurable();
        }

        @Override
        protected boolean delete() {
            final boolean deleted = super.delete();
            makeDurable();
            return deleted;
        }

        private void makeDurable() {
            store.commit();
            store.sync();
        }
    }
}
