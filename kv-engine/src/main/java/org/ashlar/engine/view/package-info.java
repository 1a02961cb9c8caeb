/**
 * The views through which a user's code reads bytes in place.
 *
 * <p>Promise: within its scope a view reaches its own bytes and no others; outside it, and on any thread but the one that
 * it was opened for, it reaches nothing. Neither depends on how Agrona's own checks are set. Opening, reading and closing
 * a view allocate nothing.
 *
 * <p>May use {@code org.ashlar.kv} and Agrona. The engine opens and closes views, on the reading thread.
 */
@NullMarked
package org.ashlar.engine.view;

import org.jspecify.annotations.NullMarked;
