/** Tests of the service's page in a browser; they run with the profile {@code browser} only. */
@NullMarked
package org.ashlar.examples.service.browser;

import org.jspecify.annotations.NullMarked;
