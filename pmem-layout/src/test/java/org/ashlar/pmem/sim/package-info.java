/**
 * The crash simulator: what of a mapped file would be left if the power went at this instruction.
 *
 * <p>It listens at the memory seam as a {@link org.ashlar.pmem.MemoryRecorder}, so it sees the stores, write-backs and fences
 * of the real code. {@link org.ashlar.pmem.sim.CrashSimulator} is what tests use, and passes on what the seam tells:
 * {@link org.ashlar.pmem.sim.PendingStores} keeps what is durable and what is pending, line by line
 * ({@link org.ashlar.pmem.sim.PendingLine} has the rules); {@link org.ashlar.pmem.sim.WriteBacks} says how stores become durable, by lines that
 * are written back and fenced, or by pages that are synced; {@link org.ashlar.pmem.sim.CrashPoints} numbers the events and stops at them.
 * {@link org.ashlar.pmem.sim.ImageChoice} says which pending stores a crash image takes, {@link org.ashlar.pmem.sim.ImageDraft} makes it,
 * {@link org.ashlar.pmem.sim.VolatileRanges} says what it holds where nothing is ever flushed.
 *
 * <p>It follows one thread at a time. {@link org.ashlar.pmem.sim.Turns} lets several threads take turns, drawn from a seed, at each
 * store, ordered load, write-back, fence and sync ({@link org.ashlar.pmem.sim.LockWaits} knows who waits for a lock); {@link org.ashlar.pmem.sim.TurnRecorder} stands between them and the simulator.
 * {@link org.ashlar.pmem.sim.Mutants} leaves out what the code does for persistence, to show that tests miss it.
 *
 * <p><b>Why no mutant swaps two stores.</b> Each ordered pair of durable stores is swapped already, by the images or by a mutant that leaves
 * something out ({@link org.ashlar.pmem.sim.CrashSimulatorTest} has a test of each case):
 *
 * <ul>
 *   <li>a write-back and a fence of the first store are between them: leaving out the one or the other lets the second reach the media alone,
 *       which is what a swap would do;
 *   <li>nothing is between them, and they are in different lines: each line is taken for itself, so the second is there without the first
 *       in some image, whatever their kinds;
 *   <li>in different words of one line, the second plain: as before, since plain stores are taken in any order. The compiler may swap them too;
 *   <li>in different words of one line, the second a release store: that order is the only one that the model keeps, and a mutant of the kind
 *       {@code RELEASE} takes it away, from all that precedes the store in its line at once;
 *   <li>in the same bytes: their order is that of the program's own values, and to swap them would be another program, not another order.
 * </ul>
 *
 * <p>All images are tried where four stores are pending at most. Where there are more, the one without each line and the one with each line
 * alone are among those that are drawn from. Where pages are synced, a line keeps the order of the program: what the compiler may do to plain
 * stores is left to the model of lines, which the same code runs under.
 */
package org.ashlar.pmem.sim;
