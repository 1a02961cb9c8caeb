/** That the comparison of stores measures what it says. */
@NullMarked
package org.ashlar.bench.compare;

import org.jspecify.annotations.NullMarked;
