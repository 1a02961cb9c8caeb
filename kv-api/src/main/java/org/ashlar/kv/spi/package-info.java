/** What an engine implements to be found by {@link org.ashlar.kv.Store#open(java.nio.file.Path)}. */
@NullMarked
package org.ashlar.kv.spi;

import org.jspecify.annotations.NullMarked;
