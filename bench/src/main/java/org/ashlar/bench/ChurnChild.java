package org.ashlar.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreStats;

/** A JVM of {@link ChurnPart}: some rounds of churn, with a clean close among them, and a last one in which it is killed. */
final class ChurnChild {
    static final String CHECKED = "checked";
    static final String NEXT_ROUND = "next round";

    private static final long WARM_LIVE_BYTES = 4 << 20;
    private static final int WARM_ROUNDS = 11;

    private final Path pool;
    private final ChurnModel model;
    private Store store;
    private KvMap map;

    private ChurnChild(final Path pool, final long liveBytes) {
        this.pool = pool;
        model = new ChurnModel(liveBytes);
        store = Pools.open(pool);
        map = store.map(Pools.MAP);
    }

    /**
     * Plays rounds, and tells of each. The first of them may have been begun by a process that was killed.
     *
     * @param args the pool, the bytes of live records, the first round, one past the last, and whether it is to be killed after that
     */
    public static void main(final String[] args) throws IOException, InterruptedException {
        Child.endWithParent();
        final Path pool = Path.of(args[0]);
        final int from = Integer.parseInt(args[2]);
        final int to = Integer.parseInt(args[3]);
        final boolean isToBeKilled = Boolean.parseBoolean(args[4]);
        warmUp(pool.resolveSibling("warm.pool"));
        final ChurnChild child = new ChurnChild(pool, Long.parseLong(args[1]));
        while (child.model.round() < from) {
            child.model.play(ChurnModel.Change.NONE);
        }
        while (child.model.round() < to) {
            child.round(child.model.round() == from && from > 0);
            if (ChurnPart.closesAfter(child.model.round()) && child.model.round() < to) {
                child.reopen();
            }
        }
        ChurnStore.check(child.map, child.model);
        Child.tell(CHECKED, child.model.records());
        if (isToBeKilled) {
            child.writeUntilKilled();
        }
        child.store.close();
    }

    /** Churns a small pool, so that the puts that are timed run compiled code. */
    private static void warmUp(final Path file) throws IOException {
        try (Store store = Pools.open(file)) {
            final ChurnModel model = new ChurnModel(WARM_LIVE_BYTES);
            final KvMap map = store.map(Pools.MAP);
            for (int i = 0; i < WARM_ROUNDS; i++) {
                model.play(new ChurnStore(map, false));
            }
        }
        Files.delete(file);
    }

    private void round(final boolean mayBeBegun) throws IOException, InterruptedException {
        final ChurnStore churn = new ChurnStore(map, mayBeBegun);
        final int number = model.round();
        model.play(churn);
        final StoreStats stats = store.stats();
        new ChurnRound(
                        number,
                        model.liveBytes(),
                        model.liveBytes()
                                - model.records() * (ChurnModel.RECORD_OVERHEAD_BYTES - (long) Records.KEY_BYTES),
                        model.sizes(),
                        Pools.chunkBytes(stats),
                        Pools.bytesInUse(stats),
                        stats.bytes().liveIndex() + stats.bytes().freeIndex(),
                        stats.bytes().freeSlots(),
                        stats.bytes().freeRuns(),
                        stats.bytes().unjudged(),
                        DeviceBlocks.bytesOf(pool),
                        churn.longestPutNanos(),
                        churn.longestNoOpNanos(),
                        churn.usualPutNanos(),
                        churn.longestPutCpuNanos(),
                        churn.longestDeleteNanos())
                .tell();
    }

    private void reopen() {
        store.close();
        store = Pools.open(pool);
        map = store.map(Pools.MAP);
    }

    private void writeUntilKilled() throws InterruptedException {
        Child.tell(NEXT_ROUND, model.round());
        model.play(new ChurnStore(map, false));
        Thread.currentThread().join(); // for ever
    }
}
