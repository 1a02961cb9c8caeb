package org.ashlar.kv;

import java.util.List;

/**
 * What {@link Store#verify} found.
 *
 * @param maps maps walked
 * @param records records whose checksum and place were checked
 * @param indexPages index pages walked
 * @param liveBytes bytes that live records and index pages hold
 * @param freeBytes bytes in use by neither, within chunks that were ever used
 * @param problems one line for each thing that is wrong, at most 1,000
 */
public record VerifyReport(
        long maps, long records, long indexPages, long liveBytes, long freeBytes, List<String> problems) {

    /**
     * Made by the engine.
     *
     * @param maps maps walked
     * @param records records checked
     * @param indexPages index pages walked
     * @param liveBytes bytes held
     * @param freeBytes bytes not held
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
