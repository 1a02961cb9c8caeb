package org.ashlar.engine.parts;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.index.IndexContext;
import org.ashlar.engine.record.Keys;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.Scratch;
import org.ashlar.engine.space.Liveness;
import org.ashlar.engine.space.Space;
import org.ashlar.pmem.DurabilityRequest;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolOptions;

/** A new pool with the parts of an engine on it, and no store around them: no catalog, no background work. */
public final class EngineParts implements AutoCloseable {
    /** Map incarnation of all records. */
    public static final int MAP = IndexContext.FIRST_INCARNATION;

    /** Bytes of a key, which is a number. */
    public static final int KEY_BYTES = Long.BYTES;

    /** One store: the load of a hash would wait for eight of single bytes. */
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long HASH_SEED = 0x5851F42D4C957F2DL;

    private final Path folder;
    private final Pool pool;
    private final Epochs epochs;
    private final Space space;
    private final Keys keys;
    private final IndexContext context;

    private EngineParts(final Path folder) {
        this.folder = folder;
        pool = Pool.open(
                folder.resolve("pool"),
                PoolOptions.builder()
                        .openMode(PoolOptions.OpenMode.CREATE_ONLY)
                        .durability(DurabilityRequest.WRITE_BACK_FORCED)
                        .build());
        final int classes = Space.sizeClasses(pool.geometry().pagesPerChunk());
        epochs = new Epochs(() -> new Scratch(classes));
        space = new Space(pool, epochs, new NothingToJudge());
        keys = new Keys(HASH_SEED);
        context = new IndexContext(pool, space, keys);
    }

    /**
     * Makes the pool.
     *
     * @param path the directory for its file
     * @throws IOException when that cannot be written to
     */
    public static EngineParts in(final String path) throws IOException {
        return new EngineParts(Files.createTempDirectory(Path.of(path), "ashlar-jmh-"));
    }

    /** A pool that was created by this open has nothing that an earlier one left. */
    private static final class NothingToJudge implements Liveness {
        @Override
        public boolean isLiveRecord(final Participant participant, final long record) {
            throw new IllegalStateException("a record of an earlier open");
        }

        @Override
        public long touch(final long record) {
            return 0;
        }

        @Override
        public int tailBytes(final long record) {
            return 0;
        }

        @Override
        public Verdict judgeIndexPage(final Participant participant, final long page) {
            throw new IllegalStateException("an index page of an earlier open");
        }
    }

    /** The pool. */
    public Pool pool() {
        return pool;
    }

    /** Its epochs. */
    public Epochs epochs() {
        return epochs;
    }

    /** Its allocator. */
    public Space space() {
        return space;
    }

    /** Its hash. */
    public Keys keys() {
        return keys;
    }

    /** What its indexes share. */
    public IndexContext context() {
        return context;
    }

    /**
     * Writes a record to a new place, durably.
     *
     * @param participant the caller's
     * @param key its first 8 bytes are the key
     * @param value all of it is the value
     * @return address of the record
     */
    public long newRecord(final Participant participant, final byte[] key, final byte[] value) {
        final long size = RecordHeader.size(KEY_BYTES, value.length);
        final long record = space.allocateRecord(participant, size);
        write(participant, record, key, value);
        pool.persistence().persist(record, size);
        return record;
    }

    /** Writes a record to a place that was allocated for one of its size; not durably. */
    void write(final Participant participant, final long record, final byte[] key, final byte[] value) {
        Scratch.of(participant)
                .writeRecord(
                        record,
                        space.incarnationAt(participant, record, RecordHeader.size(KEY_BYTES, value.length)),
                        MAP,
                        pool.openCounter(),
                        key,
                        Memory.ARRAY_BASE,
                        KEY_BYTES,
                        value,
                        Memory.ARRAY_BASE,
                        value.length,
                        0);
    }

    /** Makes an array the key of a number. */
    public static void putKey(final byte[] key, final long number) {
        LONG.set(key, 0, number);
    }

    /** Closes the pool and deletes it. */
    @Override
    public void close() throws IOException {
        pool.close();
        Files.delete(pool.path());
        Files.delete(folder);
    }
}
