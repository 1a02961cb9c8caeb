package org.ashlar.examples.service;

import java.nio.file.Path;
import java.time.Instant;
import org.ashlar.kv.DurabilityInfo;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreStats;

/**
 * What the page shows of the store.
 *
 * @param file the pool file
 * @param durability what was obtained
 * @param mechanism how a write becomes durable
 * @param reason why it is so
 * @param openedAt when the store was opened, in ISO 8601
 * @param openMicros how long that took
 * @param pid process that has it open
 * @param run number of the run of the service on this file
 * @param isAfterKill whether the run before was ended from outside
 * @param records values in all maps of the service
 * @param poolBytes bytes that the file has on the device
 * @param maximumBytes bytes that it may grow to
 */
record StoreFacts(
        String file,
        String durability,
        String mechanism,
        String reason,
        String openedAt,
        long openMicros,
        long pid,
        long run,
        boolean isAfterKill,
        long records,
        long poolBytes,
        long maximumBytes) {

    static StoreFacts of(final Path file, final Store store, final Instant openedAt, final Runs.Run run) {
        final DurabilityInfo durability = store.durability();
        final StoreStats stats = store.stats();
        final long records = store.mapNames().stream()
                .mapToLong(name -> store.map(name).size())
                .sum();
        return new StoreFacts(
                file.toString(),
                durability.obtained().name(),
                durability.mechanism(),
                durability.reason(),
                openedAt.toString(),
                stats.openNanos() / 1_000,
                ProcessHandle.current().pid(),
                run.number(),
                run.isAfterKill(),
                records,
                stats.poolBytes(),
                stats.maximumBytes());
    }
}
