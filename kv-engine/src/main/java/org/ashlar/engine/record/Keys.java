package org.ashlar.engine.record;

import com.dynatrace.hash4j.hashing.ByteAccess;
import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import org.ashlar.pmem.Memory;
import org.jspecify.annotations.Nullable;

/** Hashes and compares keys, wherever they lie: {@code (base, offset, length)} as in {@link Memory#copyIn}. Thread-safe. */
public final class Keys {
    private final Hasher64 hasher;

    /**
     * Makes the hash of one pool.
     *
     * @param seed of the pool
     */
    public Keys(final long seed) {
        hasher = Hashing.xxh3_64(seed);
    }

    /**
     * The hash of a key.
     *
     * @param base array that holds the key, or null
     * @param offset offset from the base, or address
     * @param length bytes
     * @return 64 bits
     */
    public long hash(final @Nullable Object base, final long offset, final int length) {
        return length == Long.BYTES
                ? hasher.hashLongToLong(Memory.getLong(base, offset)) // the same number, sooner
                : hasher.hashBytesToLong(base, offset, length, Access.INSTANCE);
    }

    /**
     * The hash of a record's key.
     *
     * @param record address of the record, whose key lies within its space
     * @return 64 bits
     */
    public long hashOf(final long record) {
        Memory.checkReadable(
                record, RecordHeader.BYTES); // a load from a bad page leaves anything behind, as a length too
        final int keyLength = RecordHeader.keyLength(record);
        final long key = record + RecordHeader.BYTES;
        Memory.checkReadable(key, keyLength); // compiled hashes of a bad page end JDK 17
        return hash(null, key, keyLength);
    }

    /**
     * Whether a record is of a map and has a key.
     *
     * @param record address of the record
     * @param mapBits {@link RecordHeader#mapBits} of the map
     * @param base array that holds the key, or null
     * @param offset offset from the base, or address
     * @param length bytes
     * @return true when it has
     */
    public static boolean matches(
            final long record, final long mapBits, final @Nullable Object base, final long offset, final int length) {
        if (!RecordHeader.isOf(record, mapBits, length)) {
            return false;
        }
        final long key = record + RecordHeader.BYTES;
        if (length == Long.BYTES) {
            return Memory.getLong(null, key) == Memory.getLong(base, offset);
        }
        return Memory.isEqual(key, base, offset, length);
    }

    /** Reads through the memory seam, with double-register addressing. */
    @SuppressWarnings("NullAway") // the library's type parameter is not annotated; null stands for an absolute address
    private static final class Access implements ByteAccess<@Nullable Object> {
        static final Access INSTANCE = new Access();

        @Override
        public byte getByte(final @Nullable Object base, final long offset) {
            return Memory.getByte(base, offset);
        }

        @Override
        public int getInt(final @Nullable Object base, final long offset) {
            return Memory.getInt(base, offset);
        }

        @Override
        public long getLong(final @Nullable Object base, final long offset) {
            return Memory.getLong(base, offset);
        }

        @Override
        public void copyToByteArray(
                final @Nullable Object base, final long offset, final byte[] array, final int index, final int length) {
            Memory.copyToHeap(base, offset, array, index, length);
        }
    }
}
