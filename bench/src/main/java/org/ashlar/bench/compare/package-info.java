/**
 * Stores side by side, in the manner of YCSB.
 *
 * <p>{@link org.ashlar.bench.compare.CompareStores} runs the same phases on each store: load, workloads, delete, restart. A store takes part
 * by a {@link org.ashlar.bench.compare.Contender}, found by {@link java.util.ServiceLoader}: Ashlar, a map on the heap, a raw probe of the
 * memory, and a store that does nothing are here; those that need libraries of others are in the module {@code bench/peers}.
 *
 * <p>How it measures, and why so, is in {@code bench/README.md}. In short: each store has a JVM of its own (its own flags, heap, compiled
 * code; its memory can be told), and all are alive at the same time and take turns in short rounds, one at work and the others idle, so
 * that what the machine does meanwhile hits all.
 *
 * <p>A contender is opened and closed by one thread; each {@link org.ashlar.bench.compare.Session} belongs to the thread that made it.
 */
@NullMarked
package org.ashlar.bench.compare;

import org.jspecify.annotations.NullMarked;
