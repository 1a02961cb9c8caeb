/** Tests of {@code org.ashlar.kv.typed}, which has no engine of its own to run on, on real stores. */
package org.ashlar.engine.typed;
