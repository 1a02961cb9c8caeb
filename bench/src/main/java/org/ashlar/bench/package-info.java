/** Benchmarks. */
@NullMarked
package org.ashlar.bench;

import org.jspecify.annotations.NullMarked;
