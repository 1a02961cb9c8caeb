package org.ashlar.engine.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.function.ToIntFunction;
import org.ashlar.engine.MemoryFolder;
import org.ashlar.pmem.MemoryRecorder;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.RecorderHub;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A chunk that an earlier open left may be free in this one before anybody has touched it: the body of a large record of which only the head was.
 * Whoever comes to touch such a chunk when it has been taken goes by its new word, takes the latch, and waits for the space lock; and
 * whoever took it had that lock and waited for the latch. So it counts as touched before it has a new word.
 */
@Tag("simulator")
final class TakenChunksTest {
    private static final int BODY = 1;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    /** Looks, at each store of a chunk's word, whether the chunk counts as touched. */
    private static final class Watch implements MemoryRecorder {
        private final Pool pool;
        private final int chunk;
        int stores;
        int untouched;

        Watch(final Pool pool, final int chunk) {
            this.pool = pool;
            this.chunk = chunk;
        }

        @Override
        public void storeRelease(final long address, final long length) {
            if (address == pool.chunkTable() + (long) chunk * Long.BYTES) {
                stores++;
                untouched += pool.descriptors().isChunkInitialised(chunk) ? 0 : 1;
            }
        }

        @Override
        public void store(final long address, final long length) {}

        @Override
        public void writeBack(final long address, final long length) {}

        @Override
        public void fence() {}
    }

    @AfterEach
    void removeTheRecorder() {
        RecorderHub.install(null);
    }

    @ParameterizedTest
    @ValueSource(ints = {ChunkWord.SLOTS, ChunkWord.RUNS, ChunkWord.INDEX})
    void aFreeBodyCountsAsTouchedBeforeItIsAnotherKind(final int kind) {
        checkTaking(chunks -> chunks.take(kind));
    }

    @Test
    void aFreeBodyCountsAsTouchedBeforeItIsTheHeadOfAnother() {
        checkTaking(chunks -> chunks.takeRun(2));
    }

    private void checkTaking(final ToIntFunction<Chunks> take) {
        final Path path = folder.resolve("pool");
        try (Pool pool = SpacePools.open(path)) {
            final Chunks chunks = new Chunks(pool);
            assertEquals(BODY - 1, locked(chunks, c -> c.takeRun(3)));
            pool.closeCleanly();
        }
        try (Pool pool = SpacePools.open(path)) {
            final Chunks chunks = new Chunks(pool);
            final Watch watch = new Watch(pool, BODY);
            RecorderHub.install(watch);
            final int taken = locked(chunks, c -> {
                c.release(BODY); // as who frees a large record does
                c.release(BODY + 1);
                return take.applyAsInt(c);
            });
            assertEquals(BODY, taken);
            assertTrue(watch.stores > 0, "the word was stored");
            assertEquals(0, watch.untouched);
        }
    }

    private static int locked(final Chunks chunks, final ToIntFunction<Chunks> work) {
        chunks.lock.lock();
        try {
            return work.applyAsInt(chunks);
        } finally {
            chunks.lock.unlock();
        }
    }
}
