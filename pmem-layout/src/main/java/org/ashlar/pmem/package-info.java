/** The layout of a pool on persistent memory; it knows nothing of keys and values. */
@NullMarked
package org.ashlar.pmem;

import org.jspecify.annotations.NullMarked;
