package org.ashlar.engine.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.ashlar.engine.MemoryFolder;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.record.Scratch;
import org.ashlar.pmem.Geometry;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spans of slots, given out by one thread while another touches their chunk first. */
final class SlotSpaceTest {
    private static final Geometry GEOMETRY = new Geometry(64 << 10, 256 << 10, 16);
    private static final int SPANS = 4;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    /** A pool that is open, and what gives out its spans. */
    private final class Opened implements ChunkSource, AutoCloseable {
        final Pool pool = Pool.open(
                folder.resolve("pool"),
                PoolOptions.builder().geometry(GEOMETRY).initialBytes(256 << 10).build());
        final Chunks chunks = new Chunks(pool);
        final Epochs epochs = new Epochs(() -> new Scratch(Space.sizeClasses(GEOMETRY.pagesPerChunk())));
        final SlotSpace slots = new SlotSpace(pool, chunks, epochs, new NothingLives(), new Quarantine());

        /** Takes a slot of a class that has no span yet; the chunk in which it is. */
        int takeSpan(final int sizeClass) {
            final Participant participant = epochs.enter();
            try {
                return chunks.chunkOf(slots.allocate(participant, sizeClass, this));
            } finally {
                Epochs.exit(participant);
            }
        }

        @Override
        public int takeChunk(final int kind, final long bytes) {
            return chunks.take(kind);
        }

        @Override
        public int takeChunkRun(final int count) {
            return chunks.takeRun(count);
        }

        @Override
        public boolean sweepSome(final Participant participant) {
            return false;
        }

        @Override
        public void noteTaken(final int pages, final boolean wholeChunks) {}

        @Override
        public void close() {
            pool.closeCleanly();
        }
    }

    private static final class NothingLives implements Liveness {
        @Override
        public boolean isLiveRecord(final Participant participant, final long record) {
            return false;
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
            return Verdict.DEAD;
        }
    }

    /**
     * Others leave a chunk that counts as touched, and come back to it: then they list its free spans, and give them out. Whoever touched it
     * and came to list them after that listed a chunk that had none any more, and the next span was one of another chunk.
     */
    @Test
    void aChunkCountsAsTouchedOnlyWhenItsFreeSpansAreListed() throws InterruptedException {
        try (Opened first = new Opened()) {
            assertEquals(0, first.takeSpan(0));
        }
        try (Opened open = new Opened()) {
            final Thread toucher = new Thread(() -> open.slots.initialiseChunk(0));
            open.chunks.lock.lock();
            try {
                toucher.start();
                while (!open.chunks.lock.hasQueuedThread(toucher)) {
                    assertTrue(toucher.isAlive(), "lists the spans under the lock");
                    Thread.onSpinWait();
                }
                assertFalse(open.pool.descriptors().isChunkInitialised(0));
            } finally {
                open.chunks.lock.unlock();
            }
            toucher.join();
            assertTrue(open.pool.descriptors().isChunkInitialised(0));
            for (int i = 1; i < SPANS; i++) {
                assertEquals(0, open.takeSpan(i), "the chunk has free spans");
            }
            assertEquals(1, open.takeSpan(SPANS), "and no more of them");
        }
    }
}
