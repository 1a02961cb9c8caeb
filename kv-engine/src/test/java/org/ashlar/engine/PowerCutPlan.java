package org.ashlar.engine;

import java.util.SplittableRandom;

/**
 * When the power is cut: so many microseconds after something was said for the so-manieth time.
 *
 * @param said one of the letters of {@link KillChild}, or an acknowledgement
 * @param times how often
 * @param delayMicros what it takes from there to the cut
 * @param operations what each writer does before its store is closed
 */
record PowerCutPlan(char said, int times, int delayMicros, long operations) {
    private static final long ENDLESS = Long.MAX_VALUE;
    private static final int KINDS = 12;

    /** The plan of one cut of many: pools are created, written to, opened after a cut, closed. */
    static PowerCutPlan of(final long seed, final int cut) {
        final SplittableRandom random = new SplittableRandom(seed * 31 + cut);
        return switch (cut == 0 ? 0 : random.nextInt(KINDS)) {
            case 0 -> new PowerCutPlan(KillChild.OPENING, 2, random.nextInt(3_000_000), ENDLESS);
            case 1 -> new PowerCutPlan(KillChild.OPEN, 2, random.nextInt(20_000), ENDLESS);
            case 2 -> new PowerCutPlan(KillChild.GREW, 3 + random.nextInt(12), random.nextInt(2_000), ENDLESS);
            case 3 -> new PowerCutPlan(KillChild.SPLIT, 2 + random.nextInt(8), random.nextInt(2_000), ENDLESS);
            case 4 -> new PowerCutPlan(KillChild.COMPACTING, 1 + random.nextInt(3), random.nextInt(200_000), ENDLESS);
            case 5 -> new PowerCutPlan(KillChild.CLOSING, 1 + random.nextInt(2), random.nextInt(60_000), 300);
            default ->
                new PowerCutPlan(
                        PowerCutPools.acknowledgement(random.nextInt(2), random.nextInt(2)),
                        1 + random.nextInt(random.nextInt(3) == 0 ? 2_500 : 300),
                        random.nextInt(5_000),
                        ENDLESS);
        };
    }
}
