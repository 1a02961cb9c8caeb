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
 */
package org.ashlar.pmem.sim;
