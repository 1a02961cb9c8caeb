package org.ashlar.engine.crash;

import java.util.List;
import org.ashlar.engine.TinyStores;

/** Workloads that make the engine do all that it can. */
final class EngineProfiles {
    private EngineProfiles() {}

    /** Overwrites, deletes and insertions of few keys in several maps, and the creation of the maps. */
    static Profile churn() {
        return Profile.churn();
    }

    /**
     * A few operations, the pool's creation among them, with a crash at every write-back and every fence, and all images there where few stores are
     * pending.
     */
    static Profile everyFence() {
        return Profile.churn()
                .withName("every fence")
                .withMaps(2)
                .withKeys(Profile.firstKeys(6))
                .withOperations(0, 25)
                .withValues(200, 6, 6_000)
                .withGone(8, 1)
                .withCompactions(0)
                .withCrashes(Profile.EVERY_FENCE, 4, 60)
                .withAllOfFew();
    }

    /** Values in slots, in runs of pages and in runs of chunks. */
    static Profile large() {
        return Profile.churn()
                .withName("large")
                .withMaps(2)
                .withKeys(Profile.firstKeys(12))
                .withOperations(0, 60)
                .withValues(3_000, 2, 150_000)
                .withCrashes(60, 3, 12)
                .withReaders(12);
    }

    /** Enough keys for one split after another. */
    static Profile split() {
        return Profile.churn()
                .withName("split")
                .withGone(0, 0)
                .withCompactions(0)
                .withMaps(1)
                .withKeys(Profile.firstKeys(5_000))
                .withOperations(460, 160)
                .withValues(12, 0, 0)
                .withMix(90, 5)
                .withCrashes(25, 3, 12)
                .withReaders(40);
    }

    /** Keys whose hashes begin alike make the directory deep with few of them. */
    static Profile doubling() {
        return split().withName("doubling")
                .withKeys(TinyStores.collidingKeys(3_000, 950, 9, Value::key))
                .withOperations(520, 160);
    }

    /** Keys that no split tells apart go to overflow chains, until others come that make a split worth while. */
    static Profile overflow() {
        return split().withName("overflow")
                .withKeys(TinyStores.collidingKeys(3_000, 995, 9, Value::key))
                .withOperations(500, 160)
                .withMix(88, 8);
    }

    /** The pool is filled and emptied again, so that chunks, spans and pages change hands. */
    static Profile reuse() {
        return Profile.churn()
                .withName("reuse")
                .withGone(60, 0)
                .withMaps(2)
                .withKeys(Profile.firstKeys(60))
                .withOperations(500, 120)
                .withValues(2_000, 4, 60_000)
                .withMix(45, 45)
                .withCrashes(30, 3, 12)
                .withReaders(20);
    }

    /** Records of many sizes come and go, so that what is sparse is evacuated, and free chunks become holes. */
    static Profile sparse() {
        return Profile.churn()
                .withName("sparse")
                .withGone(80, 0)
                .withCompactions(25)
                .withMaps(2)
                .withKeys(Profile.firstKeys(500))
                .withOperations(1_200, 100)
                .withValues(900, 9, 25_000)
                .withMix(55, 40)
                .withCrashes(20, 3, 10)
                .withReaders(25)
                .withLaterOperations(8);
    }

    /** The process is killed, and power fails under the next one. */
    static Profile kill() {
        return Profile.churn()
                .withName("kill")
                .withMaps(2)
                .withOperations(0, 60)
                .withCrashes(60, 1, 1)
                .withLaterOperations(12);
    }

    /** More keys than the pool has room for, and it cannot grow. */
    static Profile full() {
        return split().withName("full")
                .withChunks(12)
                .withKeys(TinyStores.collidingKeys(1_500, 950, 9, Value::key))
                .withOperations(700, 160)
                .withValues(900, 12, 30_000)
                .withMix(70, 15)
                .withCrashes(25, 3, 8);
    }

    /** Maps of several leaves that are cleared, dropped and made again. */
    static Profile gone() {
        return split().withName("gone")
                .withMaps(3)
                .withKeys(Profile.firstKeys(1_200))
                .withOperations(1_300, 120)
                .withGone(10, 350)
                .withLaterOperations(8);
    }

    /** Several threads on few keys, and a map of one thread's own that comes and goes. */
    static Profile threads() {
        return Profile.churn()
                .withName("threads")
                .withThreads(3)
                .withMaps(2)
                .withKeys(Profile.firstKeys(30))
                .withOperations(0, 25)
                .withValues(60, 12, 5_000)
                .withCrashes(50, 3, 20)
                .withGone(12, 1)
                .withCompactions(12)
                .withReaders(0);
    }

    /** Several threads that store to a page when it is split. */
    static Profile threadsSplit() {
        return threads()
                .withName("threads, split")
                .withKeys(Profile.firstKeys(900))
                .withOperations(0, 12)
                .withCrashes(40, 3, 60);
    }

    /** The same with keys whose hashes begin alike: one split after another, and the directory doubles. */
    static Profile threadsDoubling() {
        return threadsSplit()
                .withName("threads, doubling")
                .withKeys(TinyStores.collidingKeys(900, 950, 9, Value::key))
                .withThreads(4);
    }

    /** Two threads with an operation each, one of which is stopped once. */
    static Profile oneSwitch() {
        return threads()
                .withName("one switch")
                .withThreads(2)
                .withOperations(0, 1)
                .withKeys(Profile.firstKeys(8))
                .withValues(60, 2, 9_000)
                .withGone(0, 0)
                .withCompactions(0)
                .withCrashes(300, 4, 1_000);
    }

    static List<Profile> all() {
        return List.of(
                gone(),
                churn(),
                everyFence(),
                large(),
                split(),
                doubling(),
                overflow(),
                reuse(),
                sparse(),
                kill(),
                full(),
                threads(),
                threadsSplit(),
                threadsDoubling());
    }
}
