package org.ashlar.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.BufferUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy that runs into a page that has gone bad is an error; the JVM steps over each of its loads, in compiled code too. */
final class BadPageCopyTest {
    private static final int PAGE = 4096;
    private static final int LARGEST = 300;
    private static final int WARM_UP = 400;

    @TempDir
    Path folder;

    /** Copies out of a file that is cut while it is mapped. */
    static final class Copier {
        private static final byte[] TARGET = new byte[LARGEST];

        private Copier() {}

        public static void main(final String[] arguments) throws IOException {
            try (FileChannel channel = FileChannel.open(
                    Path.of(arguments[0]),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE)) {
                final MappedByteBuffer buffer = channel.map(FileChannel.MapMode.READ_WRITE, 0, 2L * PAGE);
                final long cut = BufferUtil.address(buffer) + PAGE;
                for (int i = 0; i < WARM_UP; i++) {
                    copyAll(cut - LARGEST);
                }
                channel.truncate(PAGE);
                System.out.println("whole before the cut: " + copyAll(cut - LARGEST));
                System.out.println("whole behind the cut: " + copyAll(cut));
                System.out.println("whole across it: " + copyAll(cut - 1)); // but for the copy of one byte
            }
        }

        /** How many of the copies, of each length, end without an error. */
        private static int copyAll(final long address) {
            int whole = 0;
            for (int length = 1; length <= LARGEST; length++) {
                whole += copies(address, length, false) ? 1 : 0;
                whole += copies(address, length, true) ? 1 : 0;
            }
            return whole;
        }

        private static boolean copies(final long address, final int length, final boolean toHeap) {
            try {
                if (toHeap) {
                    Memory.copyToHeap(null, address, TARGET, 0, length);
                } else {
                    Memory.copyOut(address, TARGET, Memory.ARRAY_BASE, length);
                }
                Memory.settleFaults();
                return true;
            } catch (final InternalError e) {
                return false;
            }
        }
    }

    @Test
    void aCopyThatMeetsABadPageIsAnError() throws IOException, InterruptedException {
        final Process child = ChildJvm.start(
                ChildJvm.command(Copier.class, folder.resolve("file").toString()));
        final String output = ChildJvm.output(child);
        assertEquals("""
                whole before the cut: 600
                whole behind the cut: 0
                whole across it: 2
                """, output);
        assertEquals(0, child.waitFor());
    }
}
