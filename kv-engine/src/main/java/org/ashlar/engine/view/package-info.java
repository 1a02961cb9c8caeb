/**
 * The views through which a user's code reads bytes in place, and the slots through which it writes them.
 *
 * <p>Promise: within its scope a view or a slot reaches its own bytes and no others; outside it, and on any thread but the
 * one that it was opened for, it reaches nothing. Neither depends on how Agrona's own checks are set. Opening and closing,
 * reading numbers and writing them allocate nothing.
 *
 * <p>May use {@code org.ashlar.kv} and Agrona. The engine opens and closes views and slots, on the thread that uses them;
 * what a slot writes is the engine's to announce and to persist.
 */
@NullMarked
package org.ashlar.engine.view;

import org.jspecify.annotations.NullMarked;
