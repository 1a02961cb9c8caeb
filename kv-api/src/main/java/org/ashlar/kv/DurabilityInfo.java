package org.ashlar.kv;

/**
 * What durability a store has.
 *
 * @param requested what the options asked for
 * @param obtained {@link Durability#POWER_FAILURE}, {@link Durability#PROCESS_CRASH} or {@link Durability#WRITE_BACK_FORCED}
 * @param mechanism how a write becomes durable: {@code WRITE_BACK}, {@code FENCE_ONLY}, {@code MSYNC} or {@code PROCESS_CRASH}
 * @param reason why it is so, in words
 */
public record DurabilityInfo(Durability requested, Durability obtained, String mechanism, String reason) {}
