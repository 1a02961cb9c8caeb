/**
 * Other stores as contenders of {@link org.ashlar.bench.compare.CompareStores}, each in the configuration that its documentation
 * recommends for point operations on data in memory, and each with its own buffers where it takes them.
 *
 * <p>Public classes are for the service loader alone.
 */
@NullMarked
package org.ashlar.bench.peers;

import org.jspecify.annotations.NullMarked;
