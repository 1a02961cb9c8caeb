/**
 * Epoch-based reclamation: a slot or page is reused only when no reader can still hold it.
 *
 * <p>Every operation of the engine, reading or writing, runs between {@link org.ashlar.engine.epoch.Epochs#enter} and
 * {@link org.ashlar.engine.epoch.Epochs#exit}. What is unlinked goes to the participant's retire list and comes back to the
 * allocator once every operation that could have seen it has ended. All state is on the heap and ends with the open.
 */
@NullMarked
package org.ashlar.engine.epoch;

import org.jspecify.annotations.NullMarked;
