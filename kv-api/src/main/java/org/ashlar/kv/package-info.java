/** What the code of a user sees: stores, maps, options and exceptions. */
@NullMarked
package org.ashlar.kv;

import org.jspecify.annotations.NullMarked;
