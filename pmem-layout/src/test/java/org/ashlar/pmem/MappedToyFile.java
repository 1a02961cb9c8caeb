package org.ashlar.pmem;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.BufferUtil;

/** A whole file mapped by the JDK, with write-back, for tests of what listens at the memory seam. */
public final class MappedToyFile {
    private final MappedByteBuffer buffer;
    private final Persistence persistence = new Persistence(Persistence.Mode.WRITE_BACK, (address, length) -> {
        throw new AssertionError("no msync under write-back");
    });

    /**
     * Maps a file, which is created or brought to the length where it is shorter, and tells the recorder so.
     *
     * @param file the file
     * @param bytes its length
     */
    public MappedToyFile(final Path file, final int bytes) {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            buffer = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        final MemoryRecorder recorder = Memory.RECORDER;
        if (recorder != null) {
            recorder.fileSized(file, bytes);
            recorder.mapped(file, address(), bytes, 0);
        }
    }

    /** Tells the recorder that the mapping is not used any more: the JDK unmaps it when it likes, and maps something else there. */
    public void close() {
        final MemoryRecorder recorder = Memory.RECORDER;
        if (recorder != null) {
            recorder.unmapped(address(), buffer.capacity());
        }
    }

    /**
     * Address of the first byte.
     *
     * @return the address, a multiple of 4096
     */
    public long address() {
        return BufferUtil.address(buffer);
    }

    /**
     * Makes a range durable by write-back.
     *
     * @return what does so
     */
    public Persistence persistence() {
        return persistence;
    }
}
