package org.ashlar.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.ashlar.engine.record.Keys;
import org.ashlar.kv.Durability;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreOptions;
import org.ashlar.pmem.DescriptorPlacement;
import org.ashlar.pmem.Geometry;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.PoolRanges;
import org.ashlar.pmem.sim.CrashSimulator;

/** Stores of a tiny geometry, which a test can copy in no time. */
public final class TinyStores {
    private static final long INITIAL_BYTES = 512 << 10;

    private TinyStores() {}

    /**
     * Opens, or creates, a store with write-back forced and no thread of its own.
     *
     * @param path of the pool
     * @param placement where descriptors live
     * @param chunks that the pool can grow to
     * @return the store
     */
    public static Store open(final Path path, final Placement placement, final int chunks) {
        return open(path, placement, chunks, Durability.WRITE_BACK_FORCED);
    }

    /**
     * Opens, or creates, a store that has no thread of its own.
     *
     * @param path of the pool
     * @param placement where descriptors live
     * @param chunks that the pool can grow to
     * @param durability of its writes
     * @return the store
     */
    public static Store open(
            final Path path, final Placement placement, final int chunks, final Durability durability) {
        return EngineStore.open(
                path,
                StoreOptions.defaults()
                        .withInitialBytes(INITIAL_BYTES)
                        .withDurability(durability)
                        .withPlacement(placement)
                        .withBackgroundWork(false),
                tuning(chunks));
    }

    /**
     * Opens, or creates, a store that has all its blocks: to get more syncs the file, and with it what nobody has persisted.
     *
     * @param path of the pool
     * @param geometry of the pool
     * @return the store, with descriptors in the pool
     */
    public static Store openGrown(final Path path, final Geometry geometry) {
        final EngineStore store = EngineStore.open(
                path,
                StoreOptions.defaults()
                        .withInitialBytes(INITIAL_BYTES)
                        .withDurability(Durability.WRITE_BACK_FORCED)
                        .withPlacement(Placement.POOL)
                        .withBackgroundWork(false),
                new Tuning(geometry, Tuning.tiny().hashSeed()));
        store.space().pool().allocateChunksTo(geometry.maxChunks());
        return store;
    }

    private static Tuning tuning(final int chunks) {
        final Geometry tiny = Objects.requireNonNull(Tuning.tiny().geometry());
        return new Tuning(
                new Geometry(tiny.chunkBytes(), tiny.sectionBytes(), chunks),
                Tuning.tiny().hashSeed());
    }

    /**
     * Makes a simulator for the pool of such a store.
     *
     * @param path of the pool
     * @param placement where descriptors live
     * @param chunks that the pool can grow to
     * @return the simulator, not installed
     */
    public static CrashSimulator simulator(final Path path, final Placement placement, final int chunks) {
        return PoolRanges.simulator(
                path, Objects.requireNonNull(tuning(chunks).geometry()), DescriptorPlacement.valueOf(placement.name()));
    }

    /**
     * Numbers of keys whose hashes begin alike, and of some that do not.
     *
     * @param count how many
     * @param alikePerMille how many of a thousand begin alike
     * @param bits how many bits are alike
     * @param keys makes a key of its number
     * @return the numbers, in no order
     */
    public static List<Integer> collidingKeys(
            final int count, final int alikePerMille, final int bits, final KeyMaker keys) {
        final Keys hashes = new Keys(Tuning.tiny().hashSeed());
        final List<Integer> numbers = new ArrayList<>();
        for (int number = 0; numbers.size() < count; number++) {
            final byte[] key = keys.key(number);
            final long hash = hashes.hash(key, Memory.ARRAY_BASE, key.length);
            final boolean alike = hash >>> (Long.SIZE - bits) == 0;
            if (alike || isOther(numbers.size(), alikePerMille)) {
                numbers.add(number);
            }
        }
        return numbers;
    }

    private static boolean isOther(final int index, final int alikePerMille) {
        return alikePerMille < 1000 && index % (1000 / (1000 - alikePerMille)) == 0;
    }

    /** Makes the bytes of a key. */
    @FunctionalInterface
    public interface KeyMaker {
        /**
         * The key of a number.
         *
         * @param number 0 or more
         * @return its bytes
         */
        byte[] key(int number);
    }
}
