package org.ashlar.bench;

import static org.ashlar.bench.Records.STEP;

import java.util.zip.CRC32C;
import org.ashlar.pmem.Memory;

/** The floor under {@link ValueOperations}: copies of as many bytes to and from memory that is mapped alike, and nothing else. */
final class RawValueOperations {
    private static final int STAGING_BYTES = 8192;

    private final RawMapping mapping;
    private final int count;
    private final int valueBytes;
    private final byte[] source;
    private final byte[] target;
    private final byte[] staging = new byte[STAGING_BYTES];
    private final CRC32C crc = new CRC32C();
    private long state = Records.mix(1);

    RawValueOperations(final RawMapping mapping, final int count, final int valueBytes) {
        this.mapping = mapping;
        this.count = count;
        this.valueBytes = valueBytes;
        source = new byte[valueBytes];
        target = new byte[valueBytes];
    }

    /** Writes all values, so that each page is there. */
    void fill() {
        for (int i = 0; i < count; i++) {
            Memory.copyIn(source, Memory.ARRAY_BASE, mapping.address() + (long) i * valueBytes, valueBytes);
        }
    }

    /** Writes all values durably. */
    void fillDurably() {
        for (int i = 0; i < count; i++) {
            final long address = mapping.address() + (long) i * valueBytes;
            Memory.copyIn(source, Memory.ARRAY_BASE, address, valueBytes);
            mapping.persist(address, valueBytes);
        }
    }

    /** Copies values in. */
    long write(final int times) {
        for (int i = 0; i < times; i++) {
            Memory.copyIn(source, Memory.ARRAY_BASE, next(), valueBytes);
        }
        return state;
    }

    /** Copies values in, writes their lines back, and fences. */
    long writeAndPersist(final int times) {
        for (int i = 0; i < times; i++) {
            final long address = next();
            Memory.copyIn(source, Memory.ARRAY_BASE, address, valueBytes);
            mapping.persist(address, valueBytes);
        }
        return state;
    }

    /**
     * Copies values in, checksums them where they are, through the heap as a page of the mapping may be bad, writes their lines back, and
     * fences: what any store must do that lets its users write in place and checksums what they wrote.
     */
    long writeCheckAndPersist(final int times) {
        long sum = 0;
        for (int i = 0; i < times; i++) {
            final long address = next();
            Memory.copyIn(source, Memory.ARRAY_BASE, address, valueBytes);
            crc.reset();
            for (int done = 0; done < valueBytes; ) {
                final int piece = Math.min(staging.length, valueBytes - done);
                Memory.copyOut(address + done, staging, Memory.ARRAY_BASE, piece);
                crc.update(staging, 0, piece);
                done += piece;
            }
            sum += crc.getValue();
            mapping.persist(address, valueBytes);
        }
        return sum;
    }

    /** Copies values out. */
    long read(final int times) {
        long sum = 0;
        for (int i = 0; i < times; i++) {
            Memory.copyOut(next(), target, Memory.ARRAY_BASE, valueBytes);
            sum += target[0];
        }
        return sum;
    }

    /** Adds up the longs of values where they lie. */
    long sum(final int times) {
        long sum = 0;
        for (int i = 0; i < times; i++) {
            final long address = next();
            for (int offset = 0; offset < valueBytes; offset += Long.BYTES) {
                sum += Memory.getLong(address + offset);
            }
        }
        return sum;
    }

    private long next() {
        state += STEP;
        return mapping.address() + Records.index(state, count) * valueBytes;
    }
}
