package org.ashlar.bench.peers;

import java.nio.file.Path;
import java.util.EnumSet;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.bench.compare.OpenStore;
import org.ashlar.bench.compare.Session;
import org.ashlar.bench.compare.Shape;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.DirectBufferProxy;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.Txn;

/** LMDB through lmdbjava. */
public class LmdbContender extends PeerContender {
    private final boolean synced;

    /** For the service loader. */
    public LmdbContender() {
        this("lmdb", false);
    }

    private LmdbContender(final String name, final boolean synced) {
        super(
                name,
                "LMDB, lmdbjava " + Versions.of("lmdbjava"),
                new Room(4, 256L << 20),
                true,
                "-Xmx256m",
                "-Dlmdbjava.disable.checks=true",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
        this.synced = synced;
    }

    /** Waits for the device at each write. */
    public static final class Synced extends LmdbContender {
        /** For the service loader. */
        public Synced() {
            super("lmdb-sync", true);
        }

        @Override
        public String guarantee() {
            return "loss of power: each transaction is synced before its commit returns";
        }

        @Override
        public boolean isOptional() {
            return true;
        }
    }

    @Override
    public final String configuration() {
        return "Agrona buffers, writable map, " + (synced ? "synced" : "no sync")
                + ", no read-ahead; a transaction for each write, a renewed one for each read; argument checks off";
    }

    @Override
    public String guarantee() {
        return "the end of the process; after loss of power the file may be corrupt (MDB_NOSYNC | MDB_WRITEMAP)";
    }

    @Override
    public final OpenStore open(final Path folder, final Shape shape) {
        final EnumSet<EnvFlags> flags = EnumSet.of(EnvFlags.MDB_WRITEMAP, EnvFlags.MDB_NORDAHEAD);
        if (!synced) {
            flags.add(EnvFlags.MDB_NOSYNC);
        }
        final Env<DirectBuffer> env = Env.create(DirectBufferProxy.PROXY_DB)
                .setMapSize(mostFileBytes(shape))
                .setMaxDbs(1)
                .open(folder.toFile(), flags.toArray(EnvFlags[]::new));
        final Dbi<DirectBuffer> dbi = env.openDbi("bench", DbiFlags.MDB_CREATE);
        return OpenStore.of(() -> new LmdbSession(env, dbi, shape), env::close);
    }

    private static final class LmdbSession extends Session {
        private final Env<DirectBuffer> env;
        private final Dbi<DirectBuffer> dbi;
        private final Txn<DirectBuffer> reading;
        private final UnsafeBuffer written = new UnsafeBuffer(0, 0);

        LmdbSession(final Env<DirectBuffer> env, final Dbi<DirectBuffer> dbi, final Shape shape) {
            super(shape, true);
            this.env = env;
            this.dbi = dbi;
            reading = env.txnRead();
            reading.reset();
        }

        @Override
        protected int get() {
            reading.renew();
            try {
                final @Nullable DirectBuffer bytes = dbi.get(reading, key);
                if (bytes == null) {
                    return -1;
                }
                found.putBytes(0, bytes, 0, bytes.capacity());
                return bytes.capacity();
            } finally {
                reading.reset();
            }
        }

        @Override
        protected void put(final int length) {
            written.wrap(value, 0, length);
            try (Txn<DirectBuffer> writing = env.txnWrite()) {
                dbi.put(writing, key, written);
                writing.commit();
            }
        }

        @Override
        protected boolean delete() {
            try (Txn<DirectBuffer> writing = env.txnWrite()) {
                final boolean deleted = dbi.delete(writing, key);
                writing.commit();
                return deleted;
            }
        }

        @Override
        public void close() {
            reading.close();
        }
    }
}
