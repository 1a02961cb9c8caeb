package org.ashlar.engine.index;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.parts.EngineParts;
import org.ashlar.pmem.Memory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Splits of a full leaf into two new pages, durable; without the directory's part. Leaves are split in turn and made whole again right
 * after: with one of them all stays in the cache, with many nothing does.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH calls setUp before all else
public class SplitBench {
    private static final int VALUE_BYTES = 100;
    private static final int WORDS = IndexPage.BYTES / Long.BYTES;

    /** Where the pool goes. */
    @Param("/dev/shm")
    public String path;

    /** Of the leaves. At 3 the tags tell where an entry goes; at 7 tags move to the next bits of the hash, so that each record is read. */
    @Param({"3", "7"})
    public int depth;

    /** How many leaves, each with records of its own. */
    @Param({"1", "1024"})
    public int leaves;

    private final SplittableRandom random = new SplittableRandom(1);
    private EngineParts parts;
    private Participant participant;
    private LeafSplit split;
    private long[] pages;
    private long[][] images;
    private long[] forwards;
    private int current;

    /** Makes the leaves. */
    @Setup
    public void setUp() throws IOException {
        parts = EngineParts.in(path);
        participant = parts.epochs().enter();
        final long rootAddress = parts.pool().engineArea();
        final FirstTouch firstTouch = new FirstTouch(parts.context(), new LongAdder(), false);
        final Directory directory = new Directory(parts.context(), firstTouch, EngineParts.MAP, rootAddress);
        split = new LeafSplit(parts.context(), firstTouch, directory, EngineParts.MAP);
        pages = new long[leaves];
        images = new long[leaves][WORDS];
        forwards = new long[leaves];
        for (int i = 0; i < leaves; i++) {
            pages[i] = fullLeaf();
            for (int j = 0; j < WORDS; j++) {
                images[i][j] = Memory.getLong(pages[i] + (long) j * Long.BYTES);
            }
        }
    }

    /** A leaf with the prefix 0 that has no room for the next key. */
    private long fullLeaf() {
        final long page = parts.context().allocatePage(participant, EngineParts.MAP);
        Memory.fill(page, IndexPage.BYTES, (byte) 0);
        final long identity = IndexPage.identity(IndexPage.LEAF, depth, EngineParts.MAP);
        Memory.putLong(page + IndexPage.IDENTITY_OFFSET, identity);
        Memory.putLong(page + IndexPage.CHECK_OFFSET, IndexPage.check(identity, 0, page - parts.context().data));
        final byte[] key = new byte[EngineParts.KEY_BYTES];
        final byte[] value = new byte[VALUE_BYTES];
        while (true) {
            EngineParts.putKey(key, random.nextLong());
            final long hash = parts.keys().hash(key, Memory.ARRAY_BASE, key.length);
            if (IndexPage.hasPrefix(hash, 0, depth)) {
                final int tag = Entry.tagOf(hash, depth);
                final long place = split.findRoom(page, hash, tag);
                if (place == 0) {
                    return page;
                }
                final long record = parts.newRecord(participant, key, value);
                IndexPage.putShortTag(place, tag);
                Memory.putLong(place, Entry.of(tag, record - parts.context().data));
            }
        }
    }

    /** Goes on to the next leaf, whose children of last time make room for others. */
    @Setup(Level.Invocation)
    public void next() {
        current = (current + 1) % leaves;
        final long forward = forwards[current];
        for (int child = 0; forward != 0 && child < 2; child++) {
            parts.space()
                    .releaseUnpublishedIndexPage(parts.context().data
                            + LeafWord.linearOffset(LeafWord.of(ForwardWord.child(forward, child), 0)));
        }
    }

    /** Splits a leaf. */
    @Benchmark
    public void split() {
        split.split(participant, pages[current], depth);
    }

    /** Makes the leaf whole again. */
    @TearDown(Level.Invocation)
    public void restore() {
        final long page = pages[current];
        forwards[current] = Leaf.durableForward(parts.context(), page);
        if (forwards[current] == 0) {
            throw new IllegalStateException("the leaf was not split");
        }
        Memory.copyIn(images[current], Memory.LONG_ARRAY_BASE, page, IndexPage.BYTES);
    }

    /** Deletes the pool. */
    @TearDown
    public void tearDown() throws IOException {
        final long read = parts.context().recordsReadBySplits();
        if ((read != 0) != (Entry.windowOf(depth + 1) != Entry.windowOf(depth))) {
            throw new IllegalStateException(read + " records were read by splits at depth " + depth);
        }
        Epochs.exit(participant);
        parts.close();
    }
}
