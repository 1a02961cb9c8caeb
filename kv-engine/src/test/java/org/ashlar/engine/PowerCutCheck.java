package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ashlar.kv.Durability;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.VerifyReport;

/**
 * Checks the pools of {@link PowerCutWriter} after the machine's power was cut: what was acknowledged is there, what each writer was at is
 * there whole or not at all, nothing else is there, and each pool is sound. Where the pools were promised to survive the process only, what is
 * there was stored. Its last line begins with {@value PowerCutHistory#SETTLED}, and belongs
 * into the history for the check after the next cut.
 *
 * <p>Arguments: folder, durability, seed, file of the history, file of what the writer said.
 */
final class PowerCutCheck {
    static final String BEGIN = "CHECKS";

    private static final String PAGE_CACHE = "PROCESS_CRASH";

    private PowerCutCheck() {}

    /** Ends with an exception where something is wrong. */
    public static void main(final String[] arguments) throws IOException {
        System.out.println(BEGIN);
        final Path folder = Path.of(arguments[0]);
        final Durability durability = Durability.valueOf(arguments[1]);
        final long seed = Long.parseLong(arguments[2]);
        final PowerCutHistory history = PowerCutHistory.read(Path.of(arguments[3]), Path.of(arguments[4]));
        final List<boolean[]> happened = new ArrayList<>();
        for (int pool = 0; pool < PowerCutPools.NAMES.size(); pool++) {
            happened.add(check(folder, pool, durability, seed, history));
        }
        System.out.println(history.line(happened));
    }

    private static boolean[] check(
            final Path folder,
            final int pool,
            final Durability durability,
            final long seed,
            final PowerCutHistory history) {
        final int cut = history.lastCut();
        try (EngineStore store = PowerCutPools.open(folder, pool, durability)) {
            final String what = PowerCutPools.NAMES.get(pool) + " after cut " + cut + ", " + PowerCutPlan.of(seed, cut)
                    + ", acknowledged " + Arrays.toString(history.acknowledged(cut, pool)) + ", "
                    + store.durability();
            final boolean[] happened = isAged(store)
                    ? checkAged(store, pool, seed, history, what)
                    : checkAll(store, pool, seed, history, what);
            if (cut % 2 == 1) {
                store.abandon();
            }
            return happened;
        }
    }

    /** Whether a cut may leave anything of what was written before, so that the store is damaged. */
    static boolean isAged(final EngineStore store) {
        return store.durability().mechanism().equals(PAGE_CACHE);
    }

    private static boolean[] checkAll(
            final EngineStore store,
            final int pool,
            final long seed,
            final PowerCutHistory history,
            final String what) {
        final KillOracle oracle = new KillOracle();
        final int cut = history.lastCut();
        for (int i = 0; i < cut; i++) {
            oracle.repeat(PowerCutPools.life(seed, i, pool), history.acknowledged(i, pool), history.happened(i, pool));
        }
        final boolean[] happened =
                oracle.settle(store, PowerCutPools.life(seed, cut, pool), history.acknowledged(cut, pool));
        oracle.check(store, what);
        System.out.println("all " + oracle.size() + " records are there: " + what);
        return happened;
    }

    /** What was never promised to survive may be missing or old, key by key; what is served was stored once under its key. */
    private static boolean[] checkAged(
            final EngineStore store,
            final int pool,
            final long seed,
            final PowerCutHistory history,
            final String what) {
        final Map<Integer, List<KillWorkload.Operation>> stored = new HashMap<>();
        for (int cut = 0; cut <= history.lastCut(); cut++) {
            for (int writer = 0; writer < KillWorkload.WRITERS; writer++) {
                final KillWorkload workload = new KillWorkload(writer, PowerCutPools.life(seed, cut, pool));
                for (long i = 0; i <= history.acknowledged(cut, pool)[writer]; i++) { // and the one that it was at
                    final KillWorkload.Operation operation = workload.next();
                    stored.computeIfAbsent(operation.key(), key -> new ArrayList<>())
                            .add(operation);
                }
            }
        }
        int served = 0;
        int told = 0;
        for (final Map.Entry<Integer, List<KillWorkload.Operation>> entry : stored.entrySet()) {
            final int key = entry.getKey();
            for (final String map : KillWorkload.mapsOf(key)) {
                try {
                    final byte[] value = store.map(map).get(KillWorkload.key(key));
                    if (value != null) {
                        served++;
                        assertTrue(
                                entry.getValue().stream().anyMatch(o -> Arrays.equals(o.value(), value)),
                                () -> "key " + key + " of " + map + " holds what nobody stored; " + what);
                    }
                } catch (final StoreException e) {
                    told++;
                }
            }
        }
        for (final String name : store.mapNames()) {
            try {
                store.map(name).keys().forEach(key -> {
                    final int number = ByteBuffer.wrap(key).getInt();
                    assertTrue(
                            KillWorkload.mapsOf(number).contains(name),
                            () -> name + " has key " + number + " of another map; " + what);
                });
            } catch (final StoreException e) {
                told++;
            }
        }
        final VerifyReport report = store.verify();
        System.out.println(served + " of " + stored.size() + " records are there, " + told + " calls were told, "
                + report.problems().size() + " problems: " + what);
        assertTrue(told == 0 || !report.isSound(), () -> "told, and verify found nothing; " + what);
        return new boolean[KillWorkload.WRITERS];
    }
}
