/** The first program to run. */
@NullMarked
package org.ashlar.examples.quickstart;

import org.jspecify.annotations.NullMarked;
