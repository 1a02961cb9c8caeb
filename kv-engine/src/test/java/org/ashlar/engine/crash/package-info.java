/**
 * Crash tests of a store, over the simulator of {@code org.ashlar.pmem.sim}: a workload from a seed runs on a real store; at many
 * of its stores, write-backs and fences the images that a crash could leave there are written, opened and held against an
 * oracle, some of them crashed again while they are being recovered.
 *
 * <p>{@link org.ashlar.engine.crash.CrashRun} is the place to start: {@link org.ashlar.engine.crash.Generation} is a store under a
 * simulator, {@link org.ashlar.engine.crash.CrashPointDensity} says where it is crashed, {@link org.ashlar.engine.crash.CrashImages} what is
 * done with each image, {@link org.ashlar.engine.crash.StoreCheck} what must hold. They know stores by their public interface alone;
 * {@link org.ashlar.engine.crash.ToyStore} is a second subject, with bugs to order, that shows what the tests can find.
 * {@link org.ashlar.engine.crash.ThreadedWorkload} is what several threads do, {@link org.ashlar.engine.crash.Histories} what may be left
 * of it. {@link org.ashlar.engine.crash.PersistenceMutationTest} shows that nothing the engine does for persistence is left out
 * unnoticed, and {@link org.ashlar.engine.crash.CrashLongSet} is the set that runs overnight.
 *
 * <p>What workloads hardly come to has tests of its own, which count as noticing for {@link org.ashlar.engine.crash.MutantCatchers}:
 * {@link org.ashlar.engine.crash.ChunkTableCrashTest} the words that say what space is used for,
 * {@link org.ashlar.engine.crash.RecycledIndexChunkCrashTest} chunks that become the index's,
 * {@link org.ashlar.engine.crash.IndexGrowthCrashTest} splits, roots, overflow chains and the stash,
 * {@link org.ashlar.engine.ReplacedWordsTest} directory words that another writer replaces,
 * {@link org.ashlar.engine.crash.FirstTouchCrashTest} and {@link org.ashlar.engine.crash.KilledWriterCrashTest} what a killed process leaves.
 */
package org.ashlar.engine.crash;
