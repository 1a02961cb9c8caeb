/** The bytes of a record: header, key, value; their checksum, their hash. Knows nothing of where records lie. */
@NullMarked
package org.ashlar.engine.record;

import org.jspecify.annotations.NullMarked;
