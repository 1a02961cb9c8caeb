package org.ashlar.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;

/** A new store of some size, with nothing in it yet, and the floor under one of that size. */
final class SizedStore implements AutoCloseable {
    private static final long BATCH_BYTES = 4 << 20;
    private static final int MOST_OF_BATCH = 1024;

    private final Scratch scratch;
    private final Store store;
    private final RawMapping mapping;
    private final SizedOperations operations;
    private final SizedOperations floor;
    private final int batch;

    private SizedStore(final Path path, final SizeKind kind, final int size, final int count) throws IOException {
        final int valueBytes = kind.valueBytes(size);
        final long rawBytes = kind == SizeKind.VALUES ? Math.multiplyFull(count, valueBytes) : RawProbe.bytes(count, 1);
        scratch = Scratch.in(path, Scratch.poolBytes(count, Records.KEY_BYTES + valueBytes) + rawBytes);
        store = Pools.open(scratch.file("store.pool"));
        mapping = RawMapping.create(scratch.file("raw"), rawBytes);
        batch = (int) Math.max(1, Math.min(MOST_OF_BATCH, BATCH_BYTES / valueBytes));
        if (kind == SizeKind.VALUES) {
            operations = SizedOperations.of(new ValueOperations(store.map(Pools.MAP), count, valueBytes));
            floor = SizedOperations.of(new RawValueOperations(mapping, count, valueBytes));
        } else {
            final List<KvMap> maps = IntStream.range(0, kind == SizeKind.MAPS ? size : 1)
                    .mapToObj(map -> store.map(Pools.MAP + map))
                    .toList();
            operations = SizedOperations.ofRecords(maps, count);
            floor = SizedOperations.of(new RawProbe(mapping, count));
        }
    }

    /**
     * Makes it.
     *
     * @param path the directory for its files
     * @param kind what the size is one of
     * @param size how much of that
     * @param count how many records there will be; the size itself where that is the number of records
     */
    static SizedStore create(final Path path, final SizeKind kind, final int size, final int count) throws IOException {
        return new SizedStore(path, kind, size, count);
    }

    SizedOperations operations() {
        return operations;
    }

    SizedOperations floor() {
        return floor;
    }

    /** How many operations there should be between two looks at the clock. */
    int batch() {
        return batch;
    }

    @Override
    public void close() {
        mapping.close();
        store.close();
        scratch.close();
    }
}
