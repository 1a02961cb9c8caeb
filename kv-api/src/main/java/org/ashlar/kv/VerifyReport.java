package org.ashlar.kv;

import java.util.List;

/**
 * What {@link Store#verify} found.
 *
 * @param maps maps walked
 * @param records records whose checksum and place were checked
 * @param indexPages index pages walked
 * @param liveBytes bytes that live records and index pages hold
 * @param freeBytes bytes that the allocator counts as free within chunks that were ever used; where it was not asked, all bytes there that are
 *     not live
 * @param spaceCompared whether the allocator was asked: that each live place counts as taken and lies within no other, that each taken one is
 *     live, and that the sums agree. It is not on a read-only store, nor where other operations changed the store meanwhile, nor where damage
 *     kept the walk from seeing everything. Checksums, the words of chunks and spans, and both copies of the header are checked on a read-only
 *     store too; what is not, there, is what nothing refers to: free space, and places that count as taken without an owner
 * @param problems one line for each thing that is wrong, at most 1,000
 */
public record VerifyReport(
        long maps,
        long records,
        long indexPages,
        long liveBytes,
        long freeBytes,
        boolean spaceCompared,
        List<String> problems) {

    /**
     * Made by the engine.
     *
     * @param maps maps walked
     * @param records records checked
     * @param indexPages index pages walked
     * @param liveBytes bytes held
     * @param freeBytes bytes free
     * @param spaceCompared whether the allocator was asked
     * @param problems what is wrong
     */
    public VerifyReport {
        problems = List.copyOf(problems);
    }

    /**
     * Whether nothing is wrong.
     *
     * @return true when there are no problems
     */
    public boolean isSound() {
        return problems.isEmpty();
    }
}
