/**
 * What threads share, under jcstress, on the real classes: the publication of an index entry, the epochs, the page lock and the latch of lazy
 * initialisation. Not part of the build: {@code mvn -q -Pjcstress -pl kv-engine -am test}.
 */
@NullMarked
package org.ashlar.engine.stress;

import org.jspecify.annotations.NullMarked;
