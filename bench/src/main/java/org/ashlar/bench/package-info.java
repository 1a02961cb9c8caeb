/**
 * Benchmarks.
 *
 * <p>{@link org.ashlar.bench.CoreBench} shows, in one run, what the core promises: speed beside a raw probe of the same
 * memory, restart after {@code kill -9}, memory, a very large pool, space, churn, large values, and many maps. Each figure
 * that has a target is printed beside it. {@link org.ashlar.bench.PointOperationsBench} holds the same point operations as JMH benchmarks.
 * The package {@code compare} puts stores side by side.
 *
 * <p>Nothing here is an interface for others; it uses the public interface of the store and of the pool, no internals.
 */
@NullMarked
package org.ashlar.bench;

import org.jspecify.annotations.NullMarked;
