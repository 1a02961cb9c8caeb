package org.ashlar.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.ashlar.engine.HostilePool.Kind;
import org.ashlar.engine.HostilePool.Part;
import org.ashlar.engine.index.IndexForgery;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.space.SpaceForgery;
import org.ashlar.pmem.Geometry;
import org.ashlar.pmem.PoolPlaces;

/**
 * One way to spoil a pool: a few edits of what it is made of. Some are such as a bad device makes; some make the checksum fit again, as
 * somebody who knows the format would; some bring words from another place of the file, so that old ones come back.
 */
final class HostileCase {
    private static final int MOST_EDITS = 4;
    private static final int MOST_BYTES_ADDED = 1 << 20;
    private static final int SEALED_ONE_IN = 4;
    private static final int WORD_MASK = Long.BYTES - 1;

    /** What it was spoilt with, for people. */
    final List<String> edits = new ArrayList<>();

    /** The damaged pool. */
    byte[] file;

    /** Whether checksums were made to fit: then nothing tells a wrong value. */
    boolean isForged;

    /** Whether words went to 0 or came from elsewhere: then what a key had before may come back. */
    boolean mayBeOld;

    private final HostilePool pool;

    private HostileCase(final HostilePool pool) {
        this.pool = pool;
        file = pool.image.clone();
    }

    HostilePool pool() {
        return pool;
    }

    /** One bit of a part of a kind. */
    static HostileCase flip(final HostilePool pool, final Part part, final String kind, final int bit) {
        final HostileCase damaged = new HostileCase(pool);
        damaged.file[(int) part.offset() + bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        damaged.edits.add("bit " + bit + " of a " + kind + " at " + part.offset());
        return damaged;
    }

    /** Whatever the choices say. */
    static HostileCase of(final HostilePool pool, final Choices choices) {
        final HostileCase damaged = new HostileCase(pool);
        final int edits = 1 + choices.below(MOST_EDITS);
        for (int i = 0; i < edits && (i == 0 || !choices.isOver()); i++) {
            damaged.edit(choices);
        }
        return damaged;
    }

    private void edit(final Choices choices) {
        final List<Kind> kinds = pool.kinds();
        final Kind kind = kinds.get(choices.below(kinds.size()));
        final Part part = kind.parts().get(choices.below(kind.parts().size()));
        final int at = (int) part.offset() + choices.below(part.bytes());
        final int word = at & ~WORD_MASK;
        final int operation = choices.below(16);
        final boolean isSealed = part.seal() != HostilePool.Seal.NONE && choices.below(SEALED_ONE_IN) == 0;
        edits.add("operation " + operation + (isSealed ? ", sealed," : "") + " on a " + kind.name() + " at " + at);
        switch (operation) {
            case 0, 1, 2, 3 -> setByte(at, getByte(at) ^ 1 << choices.below(Byte.SIZE));
            case 4 -> setByte(at, 0);
            case 5 -> setByte(at, 0xFF);
            case 6 -> setByte(at, choices.below(256));
            case 7 -> {
                setWord(word, 0);
                mayBeOld = true;
            }
            case 8 -> setWord(word, -1);
            case 9 -> setWord(word, choices.word());
            case 10 -> {
                setWord(word, getWord(word) + (choices.below(2) == 0 ? 1L : -1L) * (1L << choices.below(Long.SIZE)));
                mayBeOld = true;
            }
            case 11 -> setWord(word, splice(kinds, choices));
            case 12, 13 -> fill(at, 8 << choices.below(10), operation == 12 ? 0 : choices.below(256));
            case 14 -> copy(kinds, choices, at);
            default -> resize(choices);
        }
        if (isSealed) {
            seal(part);
        }
    }

    /** A word from the same kind of place elsewhere, or from anywhere. */
    private long splice(final List<Kind> kinds, final Choices choices) {
        mayBeOld = true;
        final Kind kind = kinds.get(choices.below(kinds.size()));
        final Part from = kind.parts().get(choices.below(kind.parts().size()));
        return getWord((int) from.offset() + choices.below(from.bytes()) & ~WORD_MASK);
    }

    private void copy(final List<Kind> kinds, final Choices choices, final int at) {
        mayBeOld = true;
        final Kind kind = kinds.get(choices.below(kinds.size()));
        final Part from = kind.parts().get(choices.below(kind.parts().size()));
        final int bytes = choices.below(2) == 0 ? 64 : Geometry.PAGE_BYTES;
        final int source = (int) from.offset() & -bytes;
        final int target = at & -bytes;
        final int length = Math.min(bytes, file.length - Math.max(source, target));
        if (length > 0) {
            System.arraycopy(file.clone(), source, file, target, length);
        }
    }

    private void fill(final int at, final int bytes, final int value) {
        mayBeOld = true;
        if (at < file.length) {
            Arrays.fill(file, at, Math.min(file.length, at + bytes), (byte) value);
        }
    }

    private void resize(final Choices choices) {
        final boolean isCut = choices.below(2) == 0;
        final int length = isCut ? choices.below(file.length + 1) : file.length + choices.below(MOST_BYTES_ADDED);
        final int before = file.length;
        file = Arrays.copyOf(file, length);
        if (!isCut && choices.below(2) == 0) {
            Arrays.fill(file, before, length, (byte) 0xA1);
        }
    }

    // ------------------------------------------------------------------------------------------------------ sealing

    /** Makes the checksum fit. */
    private void seal(final Part part) {
        isForged = true;
        final int at = (int) part.sealOffset();
        if (at + Geometry.PAGE_BYTES > file.length) {
            return;
        }
        switch (part.seal()) {
            case POOL_HEADER -> {
                final int other = at ^ Geometry.PAGE_BYTES;
                PoolPlaces.sealHeader(file, at);
                System.arraycopy(file, at, file, other, PoolPlaces.HEADER_BYTES); // the other one would win, perhaps
            }
            case CHUNK_WORD -> setWord(at, SpaceForgery.sealChunk((int) part.linearOffset(), getWord(at)));
            case SPAN_WORD -> setWord(at, SpaceForgery.sealSpan(part.linearOffset(), getWord(at)));
            case INDEX_PAGE ->
                setWord(
                        at + IndexForgery.CHECK_OFFSET,
                        IndexForgery.check(getWord(at), getWord(at + IndexForgery.PREFIX_OFFSET), part.linearOffset()));
            case RECORD -> sealRecord(at, 0);
            case CATALOG_RECORD -> sealRecord(at, RecordHeader.TAIL_BYTES);
            case NONE -> throw new IllegalStateException("nothing to seal");
        }
    }

    private void sealRecord(final int at, final int tail) {
        final int keyLength = (int) getWord(at + RecordHeader.KEY_LENGTH_OFFSET) & 0xFFFF;
        final int valueLength = (int) getWord(at + RecordHeader.VALUE_LENGTH_OFFSET);
        final long end = at + RecordHeader.size(keyLength, valueLength) - tail;
        if (valueLength >= 0 && end > at + RecordHeader.BYTES && end <= file.length) {
            final CRC32C crc = new CRC32C();
            crc.update(file, at + Integer.BYTES, (int) end - at - Integer.BYTES);
            ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(at, (int) crc.getValue());
        }
    }

    // -------------------------------------------------------------------------------------------------------- bytes

    private int getByte(final int at) {
        return at < file.length ? file[at] : 0;
    }

    private void setByte(final int at, final int value) {
        if (at < file.length) {
            file[at] = (byte) value;
        }
    }

    private long getWord(final int at) {
        return at + Long.BYTES > file.length
                ? 0
                : ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(at);
    }

    private void setWord(final int at, final long value) {
        if (at + Long.BYTES <= file.length) {
            ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(at, value);
        }
    }
}
