/**
 * Checks pools and salvages them from the command line: {@link org.ashlar.examples.inspector.Inspector}. Each command makes a report, prints it as
 * text or as JSON, and ends with a status that a script can tell apart.
 */
@NullMarked
package org.ashlar.examples.inspector;

import org.jspecify.annotations.NullMarked;
