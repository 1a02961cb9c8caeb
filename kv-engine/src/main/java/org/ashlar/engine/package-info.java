/** The engine that keeps records and their index in a pool. */
@NullMarked
package org.ashlar.engine;

import org.jspecify.annotations.NullMarked;
