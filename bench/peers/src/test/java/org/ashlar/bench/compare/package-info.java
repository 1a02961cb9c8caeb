/** Small runs of the peers, so that they keep working; in the package of what runs them. */
@NullMarked
package org.ashlar.bench.compare;

import org.jspecify.annotations.NullMarked;
