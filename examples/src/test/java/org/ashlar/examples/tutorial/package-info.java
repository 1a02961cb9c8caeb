/**
 * The guide of the README as code that runs: {@code TutorialTest} has its steps in their order, {@code ReadmeGuideTest} holds the two
 * to one another.
 */
@NullMarked
package org.ashlar.examples.tutorial;

import org.jspecify.annotations.NullMarked;
