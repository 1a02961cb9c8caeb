package org.ashlar.bench.peers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.ashlar.bench.compare.OpenStore;
import org.ashlar.bench.compare.Session;
import org.ashlar.bench.compare.Shape;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/** RocksDB through its own JNI library. */
public class RocksDbContender extends PeerContender {
    private static final long WRITE_BUFFER_BYTES = 128L << 20;
    private static final int WRITE_BUFFERS = 4;
    private static final int BACKGROUND_JOBS = 2;
    private static final int BLOOM_BITS = 10;
    private static final double MEMTABLE_BLOOM_RATIO = 0.02;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final List<String> PENDING = List.of(
            "rocksdb.mem-table-flush-pending",
            "rocksdb.num-running-flushes",
            "rocksdb.compaction-pending",
            "rocksdb.num-running-compactions");

    private final boolean synced;

    /** For the service loader. */
    public RocksDbContender() {
        this("rocksdb", false);
    }

    private RocksDbContender(final String name, final boolean synced) {
        super(name, "RocksDB, rocksdbjni " + Versions.of("rocksdb"), new Room(3, 1L << 30), true, "-Xmx256m");
        this.synced = synced;
    }

    /** Waits for the device at each write. */
    public static final class Synced extends RocksDbContender {
        /** For the service loader. */
        public Synced() {
            super("rocksdb-sync", true);
        }

        @Override
        public String guarantee() {
            return "loss of power: the write-ahead log is synced before a write returns";
        }

        @Override
        public boolean isOptional() {
            return true;
        }
    }

    @Override
    public final String configuration() {
        return "write-ahead log on, " + (synced ? "synced at each write" : "not synced")
                + "; direct buffers; mapped tables without block cache or compression; hash index in"
                + " blocks, Bloom filters for tables and memtables; 4 write buffers of 128 MiB, 2 background jobs; reads do not verify"
                + " checksums; deletes do not look whether there is a record";
    }

    @Override
    public String guarantee() {
        return "the end of the process (write-ahead log, not synced)";
    }

    @Override
    @SuppressWarnings("resource") // options and database live until the store is closed
    public final OpenStore open(final Path folder, final Shape shape) throws IOException {
        RocksDB.loadLibrary();
        final Options options = new Options()
                .setCreateIfMissing(true)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setAllowMmapReads(true)
                .setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setMaxWriteBufferNumber(WRITE_BUFFERS)
                .setMaxBackgroundJobs(BACKGROUND_JOBS)
                .setMemtablePrefixBloomSizeRatio(MEMTABLE_BLOOM_RATIO)
                .setMemtableWholeKeyFiltering(true)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setNoBlockCache(true)
                        .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash)
                        .setFilterPolicy(new BloomFilter(BLOOM_BITS, false)));
        try {
            return new OpenDatabase(RocksDB.open(options, folder.toString()), options, shape, synced);
        } catch (final RocksDBException e) {
            throw new IOException("RocksDB does not open " + folder, e);
        }
    }

    private record OpenDatabase(RocksDB database, Options options, Shape shape, boolean synced) implements OpenStore {
        @Override
        public Session session(final int thread) {
            return new RocksDbSession(database, shape, synced);
        }

        @Override
        public void settle() {
            while (isBusy()) {
                LockSupport.parkNanos(POLL_NANOS);
            }
        }

        private boolean isBusy() {
            for (final String property : PENDING) {
                try {
                    if (database.getLongProperty(property) > 0) {
                        return true;
                    }
                } catch (final RocksDBException e) {
                    throw new IllegalStateException(property, e);
                }
            }
            return false;
        }

        @Override
        public void close() {
            database.close();
            options.close();
        }
    }

    private static final class RocksDbSession extends Session {
        private final RocksDB database;
        private final ReadOptions reads = new ReadOptions().setVerifyChecksums(false);
        private final WriteOptions writes;
        private final ByteBuffer keyBytes;
        private final ByteBuffer valueBytes;
        private final ByteBuffer foundBytes;

        RocksDbSession(final RocksDB database, final Shape shape, final boolean synced) {
            super(shape, true);
            this.database = database;
            writes = new WriteOptions().setSync(synced);
            keyBytes = bytesOf(key);
            valueBytes = bytesOf(value);
            foundBytes = bytesOf(found);
        }

        private static ByteBuffer bytesOf(final DirectBuffer buffer) {
            return Objects.requireNonNull(buffer.byteBuffer());
        }

        @Override
        protected int get() {
            keyBytes.clear();
            foundBytes.clear();
            try {
                return database.get(reads, keyBytes, foundBytes);
            } catch (final RocksDBException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        protected void put(final int length) {
            keyBytes.clear();
            valueBytes.clear().limit(length);
            try {
                database.put(writes, keyBytes, valueBytes);
            } catch (final RocksDBException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        protected boolean delete() {
            keyBytes.clear();
            try {
                database.delete(writes, keyBytes);
            } catch (final RocksDBException e) {
                throw new IllegalStateException(e);
            }
            return true;
        }

        @Override
        public void close() {
            reads.close();
            writes.close();
        }
    }
}
