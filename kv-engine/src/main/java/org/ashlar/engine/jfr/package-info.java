/**
 * What the engine tells Java Flight Recorder.
 *
 * <p>The engine knows {@link org.ashlar.engine.jfr.EngineEvents} only, which needs no JFR: on a runtime image without the module {@code
 * jdk.jfr} it does nothing, and no other class of this package is loaded. Where no recording runs, an event costs a call that returns at
 * once; nothing is told on the way of a get, nor of a put that finds room in its index page.
 *
 * <p>Called from any thread, also under locks of the engine: nothing here calls back into it, except that the periodic event asks for the
 * figures of a store, on a thread of the recorder. May use {@code org.ashlar.kv}; every package of the engine may use it.
 */
@NullMarked
package org.ashlar.engine.jfr;

import org.jspecify.annotations.NullMarked;
