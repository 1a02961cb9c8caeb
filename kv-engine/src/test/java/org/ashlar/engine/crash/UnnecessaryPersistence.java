package org.ashlar.engine.crash;

import java.util.Map;
import org.ashlar.pmem.sim.Mutants.Mutant;
import org.jspecify.annotations.Nullable;

/**
 * What can be left out without harm, each with the reason. By what is left out, the method, and the number of the place among those of its
 * method that are passed; without a number, all of them.
 */
final class UnnecessaryPersistence {
    private static final Map<String, String> REASONS = Map.ofEntries(
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
                    "RELEASE HashIndex.remove",
                    "what its thread stored to the line before are entries of other keys, which need no order, and the same"
                            + " word"),
            Map.entry(
                    "RELEASE IndexPage.putShortTag",
                    "the entry that needs the tag is stored after it, with release, by the same thread; what precedes it in its"
                            + " line are entries and tags of other keys, which need no order"),
            Map.entry("RELEASE IndexRemoval.lambda$emptyLeaf$0", "the page is one of a map that is gone, durably"),
            Map.entry(
                    "FENCE LeafSplit.split 1",
                    "the parent's marks are persisted before the forward word is stored, which alone leads to the children: a"
                            + " fence of the same thread"),
            Map.entry("FENCE LeafSplit.split 2", "as the first child's"),
            Map.entry(
                    "RELEASE LeafSplit.freeze",
                    "a mark shares its word with its entry, and means nothing before the forward word is stored; by then all"
                            + " marks are durable"),
            Map.entry(
                    "FENCE Directory.writeSegment",
                    "the root record that names the segment is persisted before the root word is stored: a fence of the same"
                            + " thread"),
            Map.entry("RELEASE Directory.replaceIn", "each word is a hint for itself, right before and after"),
            Map.entry(
                    "RELEASE RootTail.setCount",
                    "what precedes it in its line is persisted at once, by whoever stores it"),
            Map.entry(
                    "RELEASE SlotSpace.publishSpan",
                    "what precedes it in its line are words of other spans, each persisted under the same lock"),
            Map.entry(
                    "RELEASE Superblock.setMoving",
                    "what precedes it in its line is persisted at once, under the same lock"),
            Map.entry(
                    "RELEASE Superblock.takeIncarnation",
                    "its line is persisted before anything bears the number: a magic that is not there until then is that of a store"
                            + " without maps, which is made anew; the word of a move is persisted at once, under the same lock"),
            Map.entry(
                    "RELEASE FirstTouch.settleLine",
                    "what it takes the bits off is durable, and shares its word; other entries of its line need no order"));

    private UnnecessaryPersistence() {}

    /** The reason why a mutant need not be caught; null where there is none. */
    static @Nullable String reasonFor(final Mutant mutant, final int number) {
        final String method = mutant.kind() + " " + mutant.method();
        final String reason = REASONS.get(method + " " + number);
        return reason != null ? reason : REASONS.get(method);
    }
}
