/**
 * The crash simulator: what of a mapped file would be left if the power went at this instruction.
 *
 * <p>It listens at the memory seam as a {@link org.ashlar.pmem.MemoryRecorder}, so it sees the stores, write-backs and fences
 * of the real code. {@link org.ashlar.pmem.sim.CrashSimulator} keeps what is durable and what is pending;
 * {@link org.ashlar.pmem.sim.ImageChoice} says which pending stores a crash image takes. For one thread at a time.
 */
package org.ashlar.pmem.sim;
