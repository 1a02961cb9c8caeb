/**
 * JMH benchmarks of the parts of the engine, each without the others as far as that goes: index probe, record copy, flush, epochs,
 * allocation, codecs; the split is in the package of the index, which alone can reach it. Compiled by the profile {@code jmh} alone;
 * {@code bench/README.md} has the command.
 */
@NullMarked
package org.ashlar.engine.parts;

import org.jspecify.annotations.NullMarked;
