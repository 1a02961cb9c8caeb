package org.ashlar.engine.crash;

import java.util.Map;
import org.ashlar.pmem.sim.Mutants.Mutant;
import org.jspecify.annotations.Nullable;

/**
 * What can be left out without harm, each with the reason; and what nobody has noticed yet, though it may do harm. By what is left out,
 * the method, and the number of the place among those of its method that are passed; without a number, all of them.
 */
final class UnnecessaryPersistence {
    private static final Map<String, String> PROVED = Map.ofEntries(
            Map.entry(
                    "WRITE_BACK Superblock.begin",
                    "the magic is in the same line and is stored later, with release, so it never vouches for less"),
            Map.entry(
                    "FENCE Superblock.begin",
                    "the magic is in the same line and is stored later, with release, so it never vouches for less"),
            Map.entry(
                    "WRITE_BACK Superblock.finish 2",
                    "a store without maps that is not there is made anew; the first map's incarnation is in the same line,"
                            + " and is persisted before the map is"),
            Map.entry(
                    "FENCE Superblock.finish 2",
                    "a store without maps that is not there is made anew; the first map's incarnation is in the same line,"
                            + " and is persisted before the map is"),
            Map.entry("WRITE_BACK MapCore.saveCount", "a count that is lost is counted again"),
            Map.entry("FENCE MapCore.saveCount", "a count that is lost is counted again"),
            Map.entry(
                    "FENCE HashIndex.plantLeaf",
                    "the catalog's record that names the page is persisted before its entry is stored: a fence of the same"
                            + " thread"),
            Map.entry(
                    "FENCE Superblock.takeIncarnation",
                    "the page that bears the number is persisted before anything names it: a fence of the same thread, which"
                            + " holds the catalog's lock"),
            Map.entry(
                    "FENCE Superblock.setMoving",
                    "the second record is persisted before its entry is stored: a fence of the same thread, which holds the"
                            + " catalog's lock"),
            Map.entry(
                    "FENCE SlotSpace.publishSpan",
                    "the first record of the span is persisted before its entry is stored: a fence of the same thread, which"
                            + " holds the class's lock until the record's place is its own"),
            Map.entry(
                    "RELEASE HashIndex.remove",
                    "what its thread stored to the line before are entries of other keys, which need no order, and the same"
                            + " word"),
            Map.entry("RELEASE IndexRemoval.lambda$emptyLeaf$0", "the page is one of a map that is gone, durably"));

    private static final Map<String, String> OPEN = Map.of(
            "WRITE_BACK Chunks.settle",
                    "on paper a killed process's word must be durable before a later one is; the pools of these tests are"
                            + " synced when they grow, which hides it",
            "FENCE Chunks.settle", "as its write-back",
            "WRITE_BACK Chunks.zeroPageHeads",
                    "nothing is lost: pages of a recycled index chunk may look damaged after a crash, and are kept out of use"
                            + " until verify has told; no check counts them yet",
            "FENCE Chunks.zeroPageHeads", "as its write-back",
            "FENCE Chunks.publish",
                    "the same thread fences before it refers to the chunk; another may use it sooner, which no seed has hit");

    private UnnecessaryPersistence() {}

    /** The reason why a mutant need not be caught; null where there is none. */
    static @Nullable String reasonFor(final Mutant mutant, final int number) {
        return find(PROVED, mutant, number);
    }

    /** Why a mutant that is not caught, and ought to be, may be left for now; null where that is news. */
    static @Nullable String whyLeft(final Mutant mutant, final int number) {
        return find(OPEN, mutant, number);
    }

    private static @Nullable String find(final Map<String, String> reasons, final Mutant mutant, final int number) {
        final String method = mutant.kind() + " " + mutant.method();
        final String reason = reasons.get(method + " " + number);
        return reason != null ? reason : reasons.get(method);
    }
}
