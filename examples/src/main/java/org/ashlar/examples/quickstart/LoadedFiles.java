package org.ashlar.examples.quickstart;

import java.io.IOException;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.examples.quickstart.Console.Progress;
import org.ashlar.examples.quickstart.JdkFiles.JdkFile;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.ValueView;

/** The map that holds the files: path to content. */
final class LoadedFiles {
    static final String MAP = "jdk";

    private static final long EQUAL = -1;
    private static final long ABSENT = -2;

    private final List<JdkFile> files;
    private long userBytes;

    LoadedFiles(final List<JdkFile> files) {
        this.files = files;
    }

    int count() {
        return files.size();
    }

    /** Bytes of all keys and values that were loaded. */
    long userBytes() {
        return userBytes;
    }

    /** The key of some file in the midst of them, for a first get. */
    byte[] anyKey() {
        return files.get(files.size() / 2).key();
    }

    void load(final Store store, final Console console) throws IOException {
        final KvMap map = store.map(MAP);
        try (Progress progress = console.progress("load", files.size())) {
            for (final JdkFile file : files) {
                final byte[] key = file.key();
                final byte[] value = file.read();
                map.put(key, value);
                userBytes += key.length + value.length;
                progress.step();
            }
        }
    }

    /**
     * Compares each byte of each value, where it lies in the store, with the file that it came from.
     *
     * @return bytes of the values that are equal
     */
    long compare(final Store store, final Console console, final Findings findings) throws IOException {
        final KvMap map = store.map(MAP);
        final UnsafeBuffer expected = new UnsafeBuffer(0, 0);
        long equalBytes = 0;
        try (Progress progress = console.progress("compare", files.size())) {
            for (final JdkFile file : files) {
                expected.wrap(file.read());
                final long at = map.readLong(file.key(), value -> firstDifference(value, expected), ABSENT);
                if (at == ABSENT) {
                    findings.add(file.name() + " is not there");
                } else if (at != EQUAL) {
                    findings.add(file.name() + " differs from byte " + Figures.number(at) + " of "
                            + Figures.number(expected.capacity()) + " on");
                } else {
                    equalBytes += expected.capacity();
                }
                progress.step();
            }
        }
        if (map.size() != files.size()) {
            findings.add("map " + MAP + " says that it has " + Figures.number(map.size()) + " entries, but "
                    + Figures.number(files.size()) + " files were loaded");
        }
        return equalBytes;
    }

    private static long firstDifference(final ValueView value, final DirectBuffer expected) {
        if (value.compareTo(expected) == 0) {
            return EQUAL;
        }
        final int length = Math.min(value.capacity(), expected.capacity());
        int at = 0;
        while (at < length && value.getByte(at) == expected.getByte(at)) {
            at++;
        }
        return at;
    }
}
