package org.ashlar.pmem.sim;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.ashlar.pmem.MappedToyFile;
import org.ashlar.pmem.Memory;

/**
 * The smallest structure that can be made durable rightly and wrongly: records behind one another, and a word that says how many
 * bytes of them count.
 */
final class ToyLog {
    /** How the log is wrong. */
    enum Mistake {
        NONE,
        RECORD_NOT_WRITTEN_BACK,
        RECORD_NOT_FENCED,
        TAIL_BEFORE_RECORD,
        LAST_PARTIAL_LINE_NOT_WRITTEN_BACK,
        WRONG_LINE_WRITTEN_BACK,
        TAIL_NOT_WRITTEN_BACK
    }

    static final int BYTES = 16 * 1024;
    private static final int FIRST_RECORD_OFFSET = 64;
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private final MappedToyFile file;
    private final CrashSimulator simulator;
    private final Mistake mistake;

    ToyLog(final Path path, final CrashSimulator simulator, final Mistake mistake) {
        this.file = new MappedToyFile(path, BYTES);
        this.simulator = simulator;
        this.mistake = mistake;
    }

    void append(final int index) {
        final long tail = Memory.getLong(file.address());
        final long record = file.address() + FIRST_RECORD_OFFSET + tail;
        final int words = words(index);
        final long bytes = (words + 1L) * Long.BYTES;
        if (mistake == Mistake.TAIL_BEFORE_RECORD) {
            putTail(tail + bytes);
        }
        Memory.putLong(record, words);
        for (int w = 0; w < words; w++) {
            Memory.putLong(record + (w + 1L) * Long.BYTES, word(index, w));
        }
        persistRecord(record, bytes);
        if (mistake != Mistake.TAIL_BEFORE_RECORD) {
            putTail(tail + bytes);
        }
    }

    private void putTail(final long tail) {
        Memory.putLongRelease(file.address(), tail);
        if (mistake != Mistake.TAIL_NOT_WRITTEN_BACK) {
            file.persistence().persist(file.address(), Long.BYTES);
        }
    }

    private void persistRecord(final long record, final long bytes) {
        switch (mistake) {
            case RECORD_NOT_WRITTEN_BACK -> simulator.fence();
            case RECORD_NOT_FENCED -> simulator.writeBack(record, bytes);
            case LAST_PARTIAL_LINE_NOT_WRITTEN_BACK -> {
                final long wholeLines = (record + bytes & -Memory.LINE_BYTES) - record;
                if (wholeLines > 0) {
                    file.persistence().persist(record, wholeLines);
                }
            }
            case WRONG_LINE_WRITTEN_BACK -> file.persistence().persist(file.address(), bytes);
            default -> file.persistence().persist(record, bytes);
        }
    }

    /**
     * Counts the records in an image.
     *
     * @throws AssertionError when one is not whole
     */
    static int recover(final byte[] image) {
        final ByteBuffer bytes = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        final long tail = bytes.getLong(0);
        int at = FIRST_RECORD_OFFSET;
        int index = 0;
        for (; at < FIRST_RECORD_OFFSET + tail; index++) {
            expect(words(index), bytes.getLong(at), index);
            for (int w = 0; w < words(index); w++) {
                expect(word(index, w), bytes.getLong(at + (w + 1) * Long.BYTES), index);
            }
            at += (words(index) + 1) * Long.BYTES;
        }
        return index;
    }

    private static void expect(final long expected, final long found, final int index) {
        if (expected != found) {
            throw new AssertionError("record " + index + " is torn: " + found + " instead of " + expected);
        }
    }

    private static int words(final int index) {
        return 1 + index * 7 % 23;
    }

    private static long word(final int index, final int w) {
        return (index * 100L + w + 1) * MULTIPLIER;
    }
}
