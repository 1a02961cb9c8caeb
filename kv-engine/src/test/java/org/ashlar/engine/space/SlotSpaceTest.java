package org.ashlar.engine.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.ashlar.engine.MemoryFolder;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.record.Scratch;
import org.ashlar.pmem.Descriptors;
import org.ashlar.pmem.Pool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spans of slots that several threads take, give back, and touch first. */
final class SlotSpaceTest {
    private static final int SPANS = 4;
    private static final int SLOTS_AT_A_TIME = 64;
    private static final int SLOTS_OF_A_SPAN = 8;
    private static final int EMPTIED_SPANS = 20_000;
    private static final int MOST_SPINS = 60;
    private static final int SPINS_TO_A_YIELD = 2_000;
    private static final long END = -1;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    /** A pool that is open, and what gives out its spans. */
    private final class Opened implements ChunkSource, AutoCloseable {
        final Pool pool = SpacePools.open(folder.resolve("pool"));
        final Chunks chunks = new Chunks(pool);
        final Epochs epochs = new Epochs(() -> new Scratch(SpacePools.SIZE_CLASSES));
        final SlotSpace slots = new SlotSpace(pool, chunks, epochs, new NothingLives(), new Quarantine());

        long allocate(final int sizeClass) {
            final Participant participant = epochs.enter();
            try {
                return slots.allocate(participant, sizeClass, this);
            } finally {
                Epochs.exit(participant);
            }
        }

        /** Takes slots, two to a page; those of each whole span from which nothing more is given out. */
        List<List<Long>> takeSpans() {
            final int sizeClass = slots.classes().classFor(Pages.BYTES / 2);
            final Map<Long, List<Long>> spans = new TreeMap<>();
            for (int i = 0; i < SLOTS_AT_A_TIME; i++) {
                final long slot = allocate(sizeClass);
                spans.computeIfAbsent(firstPageOf(slot), span -> new ArrayList<>())
                        .add(slot);
            }
            final List<List<Long>> whole = new ArrayList<>();
            spans.forEach((firstPage, of) -> {
                if (of.size() == SLOTS_OF_A_SPAN
                        && flags(firstPage).allMatch(flags -> (flags & SlotPage.ACTIVE) == 0)) {
                    whole.add(of);
                } else {
                    of.forEach(slots::free);
                }
            });
            return whole;
        }

        /** The word of the span of a page. */
        long wordOf(final long page) {
            final SlotLayout layout = new SlotLayout(pool, chunks);
            final int chunk = layout.chunkOfPage(page);
            return layout.spanWord(chunk, layout.spanOf(chunk, page));
        }

        void judge(final long page) {
            final Participant participant = epochs.enter();
            try {
                slots.initialisePage(participant, page);
            } finally {
                Epochs.exit(participant);
            }
        }

        boolean isGivenBack(final long slot) {
            return flags(firstPageOf(slot)).allMatch(flags -> SlotPage.classOf((int) flags) < 0);
        }

        private long firstPageOf(final long slot) {
            final long page = (slot - pool.dataAddress()) >>> Pages.SHIFT;
            return page - page % slots.sparse().spanPages();
        }

        /** Of each page of a span. */
        private LongStream flags(final long firstPage) {
            return LongStream.range(firstPage, firstPage + slots.sparse().spanPages())
                    .map(page -> SlotPage.flags(pool.descriptors().core(page)));
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
        public boolean sweepSome(final Participant participant, final boolean wouldTakeChunk) {
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
            assertEquals(0, first.chunks.chunkOf(first.allocate(0)));
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
                toucher.join();
            }
            assertTrue(open.pool.descriptors().isChunkInitialised(0));
            for (int i = 1; i < SPANS; i++) {
                assertEquals(0, open.chunks.chunkOf(open.allocate(i)), "the chunk has free spans");
            }
            assertEquals(1, open.chunks.chunkOf(open.allocate(SPANS)), "and no more of them");
        }
    }

    /** Between the word of a span and the descriptors of its pages a sweep comes by, and finds a page that it can judge. */
    @Test
    void aPageThatIsJudgedWhileItsSpanIsGivenOutCountsOnce() throws InterruptedException {
        try (Opened first = new Opened()) {
            assertEquals(0, first.chunks.chunkOf(first.allocate(0)));
        }
        try (Opened open = new Opened()) {
            open.slots.initialiseChunk(0);
            final Descriptors descriptors = open.pool.descriptors();
            final long pages = open.slots.sparse().spanPages();
            final long firstPage = LongStream.range(0, SPANS)
                    .map(span -> span * pages)
                    .filter(page -> !open.slots.isPageInUse(0, (int) page))
                    .findFirst()
                    .orElseThrow();
            assertTrue(descriptors.beginInitialisation(firstPage));
            final Thread taker = new Thread(() -> open.allocate(1));
            taker.start();
            while (!open.slots.isPageInUse(0, (int) firstPage) || open.wordOf(firstPage) == 0) {
                assertTrue(taker.isAlive(), "waits for the first page");
                Thread.onSpinWait();
            }
            open.judge(firstPage + 1);
            descriptors.abandonInitialisation(firstPage);
            taker.join();
            final long capacity = LongStream.range(firstPage, firstPage + pages)
                    .map(open.slots::slotBytesOfPage)
                    .sum();
            assertEquals(capacity, open.slots.sparse().capacityBytes());
        }
    }

    /** Each looks at the other's page when it has emptied its own: one of them has to see that all are empty. */
    @Test
    void aSpanWhoseLastPagesTwoThreadsEmptyIsGivenBack() throws InterruptedException {
        try (Opened open = new Opened()) {
            final AtomicLong handed = new AtomicLong();
            final Thread other = new Thread(() -> {
                for (long slot = await(handed, value -> value != 0); slot != END; ) {
                    open.slots.free(slot);
                    handed.compareAndSet(slot, 0);
                    slot = await(handed, value -> value != 0);
                }
            });
            other.start();
            try {
                for (int emptied = 0; emptied < EMPTIED_SPANS; ) {
                    for (final List<Long> span : open.takeSpans()) {
                        emptyByTwo(open, span, handed, other, emptied++ % MOST_SPINS);
                        assertTrue(open.isGivenBack(span.get(0)), "span number " + emptied);
                    }
                }
            } finally {
                handed.set(END);
                other.join();
            }
        }
    }

    private static void emptyByTwo(
            final Opened open, final List<Long> span, final AtomicLong handed, final Thread other, final int spins) {
        final long own = span.get(0);
        final long others = span.get(SLOTS_OF_A_SPAN / 2); // of another page
        span.stream().filter(slot -> slot != own && slot != others).forEach(open.slots::free);
        handed.set(others);
        for (int i = 0; i < spins; i++) {
            Thread.onSpinWait(); // the other begins a little later; how much is not known
        }
        open.slots.free(own);
        await(handed, value -> value != others || !other.isAlive());
        assertTrue(other.isAlive(), "frees what it is handed");
    }

    /** Waits for a value, awake, so as not to be late; in the end the one that it comes from may need this processor. */
    @SuppressWarnings("ThreadPriorityCheck")
    private static long await(final AtomicLong from, final LongPredicate isIt) {
        for (int i = 1; ; i++) {
            final long value = from.get();
            if (isIt.test(value)) {
                return value;
            }
            Thread.onSpinWait();
            if (i % SPINS_TO_A_YIELD == 0) {
                Thread.yield();
            }
        }
    }
}
