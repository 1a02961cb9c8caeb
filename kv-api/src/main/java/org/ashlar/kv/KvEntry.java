package org.ashlar.kv;

/**
 * A key and the value that it had when an iterator came by; both copies.
 *
 * @param key the key
 * @param value the value
 */
@SuppressWarnings("ArrayRecordComponent") // copies, which belong to whoever gets them
public record KvEntry(byte[] key, byte[] value) {}
