/** Small runs of the benchmarks, so that they keep working. */
@NullMarked
package org.ashlar.bench;

import org.jspecify.annotations.NullMarked;
