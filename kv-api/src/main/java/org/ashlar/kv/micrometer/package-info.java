/**
 * The figures of a store as meters of Micrometer, whose {@code micrometer-core} is an optional dependency: who uses this package adds it.
 *
 * <pre>{@code
 * StoreMetrics metrics = new StoreMetrics(store, "users");
 * metrics.bindTo(registry);
 * }</pre>
 *
 * <p>Uses {@code org.ashlar.kv} and Micrometer; nothing else of Ashlar knows this package, nor Micrometer.
 */
@NullMarked
package org.ashlar.kv.micrometer;

import org.jspecify.annotations.NullMarked;
