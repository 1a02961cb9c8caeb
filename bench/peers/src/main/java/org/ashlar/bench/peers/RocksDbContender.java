package org.ashlar.bench.peers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.ashlar.bench.compare.Contender;
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
public final class RocksDbContender implements Contender {
    private static final int MOST_OF_USER_BYTES = 3;
    private static final long FIXED_BYTES = 1L << 30;
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

    /** For the service loader. */
    public RocksDbContender() {}

    @Override
    public String name() {
        return "rocksdb";
    }

    @Override
    public String product() {
        return "RocksDB, rocksdbjni " + Versions.of("rocksdb");
    }

    @Override
    public String configuration() {
        return "write-ahead log on, not synced; direct buffers; mapped tables without block cache or compression; hash index in"
                + " blocks, Bloom filters for tables and memtables; 4 write buffers of 128 MiB, 2 background jobs; reads do not verify"
                + " checksums; deletes do not look whether there is a record";
    }

    @Override
    public String guarantee() {
        return "the end of the process (write-ahead log, not synced)";
    }

    @Override
    public List<String> jvmFlags(final Shape shape) {
        return List.of("-Xmx256m");
    }

    @Override
    public Abilities abilities() {
        return new Abilities(true, true, true, false);
    }

    @Override
    public long mostFileBytes(final Shape shape) {
        return shape.userBytes() * MOST_OF_USER_BYTES + FIXED_BYTES;
    }

    @Override
    @SuppressWarnings("resource") // options and database live until the store is closed
    public OpenStore open(final Path folder, final Shape shape) throws IOException {
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
            return new OpenDatabase(RocksDB.open(options, folder.toString()), options, shape);
        } catch (final RocksDBException e) {
            throw new IOException("RocksDB does not open " + folder, e);
        }
    }

    private record OpenDatabase(RocksDB database, Options options, Shape shape) implements OpenStore {
        @Override
        public Session session(final int thread) {
            return new RocksDbSession(database, shape);
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
        private final WriteOptions writes = new WriteOptions();
        private final ByteBuffer keyBytes;
        private final ByteBuffer valueBytes;
        private final ByteBuffer foundBytes;

        RocksDbSession(final RocksDB database, final Shape shape) {
            super(shape, true);
            this.database = database;
            keyBytes = bytesOf(key);
            valueBytes = bytesOf(value);
            foundBytes = bytesOf(found);
        }

        private static ByteBuffer bytesOf(final org.agrona.DirectBuffer buffer) {
            return java.util.Objects.requireNonNull(buffer.byteBuffer());
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
