package org.ashlar.engine.space;

import org.ashlar.kv.StoreStats;

/**
 * What the chunks hold.
 *
 * @param bytes by kind
 * @param chunks by state
 */
public record SpaceFigures(StoreStats.Bytes bytes, StoreStats.Chunks chunks) {}
