package org.ashlar.engine;

import org.ashlar.engine.index.IndexContext;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.StoreException;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Persistence;

/**
 * The engine's fixed place in the pool.
 *
 * <pre>
 *       0          8            16          24                 32         40
 *      +----------+------------+-----------+------------------+----------+-----+
 *    0 | magic    | version    | hash seed | next incarnation | moving   | 0   |
 *      +----------+------------+-----------+------------------+----------+-----+
 *   64 | root tail of the catalog (see {@link RootTail})                        |
 *      +------------------------------------------------------------------------+
 * </pre>
 *
 * <p>The magic is written last, so a pool whose engine was not set up whole has none and is set up again.
 */
final class Superblock {
    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
    static final int SEED_OFFSET = VERSION_OFFSET + Long.BYTES;
    static final int NEXT_INCARNATION_OFFSET = SEED_OFFSET + Long.BYTES;
    static final int MOVING_OFFSET = NEXT_INCARNATION_OFFSET + Long.BYTES;
    static final int CATALOG_TAIL_OFFSET = Memory.LINE_BYTES;

    /** "ashlarHM" in ASCII, little endian. */
    static final long MAGIC = 0x4D4872616C687361L;

    static final long VERSION = 3;

    private static final long INCARNATIONS = 1L << Integer.SIZE;

    private final long address;
    private final Persistence persistence;

    Superblock(final long address, final Persistence persistence) {
        this.address = address;
        this.persistence = persistence;
    }

    boolean isFormatted() {
        return Memory.getLong(address + MAGIC_OFFSET) == MAGIC;
    }

    boolean isBlank() {
        return Memory.getLong(address + MAGIC_OFFSET) == 0;
    }

    long version() {
        return Memory.getLong(address + VERSION_OFFSET);
    }

    long seed() {
        return Memory.getLong(address + SEED_OFFSET);
    }

    long catalogTail() {
        return address + CATALOG_TAIL_OFFSET;
    }

    /** First half of the set-up: what the catalog's first page needs. */
    void begin(final long seed, final int firstIncarnation) {
        Memory.putLong(address + VERSION_OFFSET, VERSION);
        Memory.putLong(address + SEED_OFFSET, seed);
        Memory.putLong(address + NEXT_INCARNATION_OFFSET, firstIncarnation);
        persistence.persist(address, Memory.LINE_BYTES);
    }

    /** Second half: the catalog's root, then the magic. */
    void finish(final long catalogRoot) {
        RootTail.setRoot(catalogTail(), catalogRoot);
        persistence.persist(catalogTail(), RootTail.BYTES);
        Memory.putLongRelease(address + MAGIC_OFFSET, MAGIC);
        persistence.persist(address + MAGIC_OFFSET, Long.BYTES);
    }

    /** The number that was taken last; one less than the first where none was. */
    int lastIncarnation() {
        return (int) (Memory.getLong(address + NEXT_INCARNATION_OFFSET) - 1);
    }

    /** A number that no map ever had. Called under the catalog's lock. */
    int takeIncarnation() {
        final long next = Memory.getLong(address + NEXT_INCARNATION_OFFSET);
        if (next < IndexContext.FIRST_INCARNATION || next > INCARNATIONS) {
            throw new CorruptStoreException("the next map incarnation in the superblock, 0x" + Long.toHexString(next)
                    + ", is none that it can be; salvage the store");
        }
        if (next == INCARNATIONS) {
            throw new StoreException("all 4,294,967,280 map incarnations of this pool are used up");
        }
        Memory.putLongRelease(address + NEXT_INCARNATION_OFFSET, next + 1);
        persistence.persist(address + NEXT_INCARNATION_OFFSET, Long.BYTES); // before anything bears it
        return (int) next;
    }

    /** A map has this number: the next one is beyond it. Called under the catalog's lock. */
    void noteUsed(final int incarnation) {
        final long next = (incarnation & 0xFFFF_FFFFL) + 1;
        if (next > Memory.getLong(address + NEXT_INCARNATION_OFFSET) && next <= INCARNATIONS) {
            Memory.putLongRelease(address + NEXT_INCARNATION_OFFSET, next);
            persistence.persist(address + NEXT_INCARNATION_OFFSET, Long.BYTES);
        }
    }

    /** The incarnation of the map that may have two records N, as it is being renamed; 0 when there is none. */
    int moving() {
        return (int) Memory.getLong(address + MOVING_OFFSET);
    }

    /** Durable before the second record N is there, and after it is gone. Called under the catalog's lock. */
    void setMoving(final int incarnation) {
        Memory.putLongRelease(address + MOVING_OFFSET, incarnation & 0xFFFF_FFFFL);
        persistence.persist(address + MOVING_OFFSET, Long.BYTES);
    }
}
