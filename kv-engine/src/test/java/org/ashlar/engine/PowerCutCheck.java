package org.ashlar.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ashlar.kv.Durability;

/**
 * Checks the pools of {@link PowerCutWriter} after the machine's power was cut: what was acknowledged is there, what each writer was at is
 * there whole or not at all, nothing else is there, and each pool is sound. Its last line begins with {@value PowerCutHistory#SETTLED}, and belongs
 * into the history for the check after the next cut.
 *
 * <p>Arguments: folder, durability, seed, file of the history, file of what the writer said.
 */
final class PowerCutCheck {
    static final String BEGIN = "CHECKS";

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
        final KillOracle oracle = new KillOracle();
        final int cut = history.lastCut();
        for (int i = 0; i < cut; i++) {
            oracle.repeat(PowerCutPools.life(seed, i, pool), history.acknowledged(i, pool), history.happened(i, pool));
        }
        try (EngineStore store = PowerCutPools.open(folder, pool, durability)) {
            final long[] acknowledged = history.acknowledged(cut, pool);
            final boolean[] happened = oracle.settle(store, PowerCutPools.life(seed, cut, pool), acknowledged);
            final String what = PowerCutPools.NAMES.get(pool) + " after cut " + cut + ", " + PowerCutPlan.of(seed, cut)
                    + ", acknowledged " + Arrays.toString(acknowledged) + ", " + store.durability();
            oracle.check(store, what);
            System.out.println("all " + oracle.size() + " records are there: " + what);
            if (cut % 2 == 1) {
                store.abandon();
            }
            return happened;
        }
    }
}
