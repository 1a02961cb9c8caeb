/**
 * The first program to run: it puts the files of the running JDK into a store, kills a process that is writing to it,
 * reopens it and proves that every byte is there.
 *
 * <p>Uses the public interface of {@code org.ashlar.kv} alone, as any program would. {@link Quickstart} reads the command
 * line, {@code QuickstartRun} is the order of steps, and every other class does one of them.
 */
@NullMarked
package org.ashlar.examples.quickstart;

import org.jspecify.annotations.NullMarked;
