/** Programs to run and to read. */
@NullMarked
package org.ashlar.examples;

import org.jspecify.annotations.NullMarked;
