/**
 * The store: opening and closing, named maps, the operations that users call, verification.
 *
 * <p>Each operation enters the epochs, works through {@link org.ashlar.engine.index} and {@link org.ashlar.engine.space}, and leaves;
 * errors of the layers below become exceptions of {@link org.ashlar.kv} here and nowhere else. User code is called under no lock.
 * Arrows point down: view, epoch and jfr know nothing of the others, then record, space, index, and this package.
 */
@NullMarked
package org.ashlar.engine;

import org.jspecify.annotations.NullMarked;
