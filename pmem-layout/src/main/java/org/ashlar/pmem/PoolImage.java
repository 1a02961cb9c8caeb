package org.ashlar.pmem;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a pool that may be damaged, for reading only: by system calls into the heap, so that nothing is mapped and no bad page can
 * strike. It takes the shared lock and writes nothing, and it opens where {@link Pool} refuses: with a header that fails its check, or none
 * at all when the geometry is given, and with a file that was cut short.
 *
 * <p>Each layout that the file may have is offered; whoever knows what is in the pool tells which one it is. For use by one thread.
 */
public final class PoolImage implements AutoCloseable {
    /** What begins the name of a step of reading; then come offset and bytes. */
    static final String READ_STEP = "read of an image ";

    private static final int BLOCK_BYTES = 64 << 10;
    private static final int BLOCK_PAGES = BLOCK_BYTES / Geometry.PAGE_BYTES;
    private static final int BLOCKS = 64;

    private record Candidate(PoolLayout layout, int chunks, String origin) {}

    private final PoolFile file;
    private final List<Candidate> candidates = new ArrayList<>();
    private final byte[][] blocks = new byte[BLOCKS][];
    private final long[] blockNumbers = new long[BLOCKS];
    private final int[] readablePages = new int[BLOCKS];
    private Candidate chosen;

    private PoolImage(final PoolFile file, final @Nullable Geometry given) {
        this.file = file;
        Arrays.fill(blockNumbers, -1);
        addHeaders();
        if (given != null && candidates.stream().noneMatch(c -> c.origin().startsWith("header"))) {
            addGiven(given, false);
            addGiven(given, true);
        }
        if (candidates.isEmpty()) {
            throw new PoolException(
                    PoolException.Reason.CORRUPT_HEADER,
                    "neither header of " + file.path()
                            + " tells how it is laid out; say with which sizes it was created");
        }
        chosen = candidates.get(0);
    }

    /**
     * Opens a file.
     *
     * @param path of the pool
     * @param given its geometry, for when no header tells it; may be null
     * @return the image, with its first layout chosen
     * @throws PoolException where it cannot be opened, is open for writing elsewhere, or nothing tells its layout
     */
    public static PoolImage open(final Path path, final @Nullable Geometry given) {
        Platform.check();
        final PoolFile file = PoolFile.openExisting(path.toAbsolutePath(), true);
        try {
            file.lock(true);
            return new PoolImage(file, given);
        } catch (final RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private void addHeaders() {
        final PoolHeader a = header(PoolLayout.HEADER_A_OFFSET);
        final PoolHeader b = header(PoolLayout.HEADER_B_OFFSET);
        final boolean isAWhole = isWhole(a);
        final boolean isBWhole = isWhole(b);
        if (isAWhole
                && (!isBWhole
                        || Objects.requireNonNull(a).sequence()
                                >= Objects.requireNonNull(b).sequence())) {
            add(a, "header A");
        } else if (isBWhole) {
            add(b, "header B");
        } else {
            add(a, "the remains of header A");
            add(b, "the remains of header B");
        }
    }

    private @Nullable PoolHeader header(final long offset) {
        final byte[] bytes = new byte[PoolHeader.BYTES];
        return readFile(offset, bytes, 0, bytes.length) ? PoolHeader.wrap(bytes) : null;
    }

    private static boolean isWhole(final @Nullable PoolHeader header) {
        return header != null && header.magic() == PoolHeader.MAGIC && header.isSealed();
    }

    private void add(final @Nullable PoolHeader header, final String origin) {
        if (header == null) {
            return;
        }
        try {
            header.checkFields();
        } catch (final PoolException e) {
            return; // says nothing that could be true
        }
        final PoolLayout layout = new PoolLayout(header.geometry(), header.placement() == DescriptorPlacement.POOL);
        candidates.add(new Candidate(layout, header.chunkCount(), origin));
    }

    private void addGiven(final Geometry geometry, final boolean descriptorsInPool) {
        final PoolLayout layout = new PoolLayout(geometry, descriptorsInPool);
        final long length = file.length();
        int chunks = 0;
        while (chunks < geometry.maxChunks() && layout.chunkOffset(chunks) < length) {
            chunks++;
        }
        if (chunks > 0) {
            candidates.add(new Candidate(
                    layout,
                    chunks,
                    "the given sizes, descriptors " + (descriptorsInPool ? "in the pool" : "elsewhere")));
        }
    }

    /**
     * How many layouts the file may have.
     *
     * @return 1 where a header is whole
     */
    public int layouts() {
        return candidates.size();
    }

    /**
     * Chooses a layout; all that is read from then on is read by it.
     *
     * @param layout 0 to {@link #layouts} less one
     */
    public void choose(final int layout) {
        chosen = candidates.get(layout);
    }

    /**
     * Where the chosen layout was found.
     *
     * @return in words
     */
    public String origin() {
        return chosen.origin();
    }

    /**
     * Whether the chosen layout is that of a whole header.
     *
     * @return true when it is
     */
    public boolean isHeaderWhole() {
        return chosen.origin().startsWith("header");
    }

    /**
     * The sizes of the chosen layout.
     *
     * @return the geometry
     */
    public Geometry geometry() {
        return chosen.layout().geometry();
    }

    /**
     * Chunks that the file should be long enough for.
     *
     * @return at least 1
     */
    public int chunkCount() {
        return chosen.chunks();
    }

    /**
     * The length of the file, and that which the chosen layout asks for.
     *
     * @return bytes that are missing at its end, 0 or more
     */
    public long missingBytes() {
        return Math.max(0, chosen.layout().fileBytes(chosen.chunks()) - file.length());
    }

    /**
     * Reads the word of a chunk.
     *
     * @param chunk 0 to the chunk count
     * @param into the word goes to its first 8 bytes
     * @return false where it cannot be read
     */
    public boolean readChunkWord(final int chunk, final byte[] into) {
        return readFile(
                PoolLayout.CHUNK_TABLE_OFFSET + (long) chunk * PoolLayout.CHUNK_WORD_BYTES,
                into,
                0,
                PoolLayout.CHUNK_WORD_BYTES);
    }

    /**
     * Reads the first bytes of the engine area.
     *
     * @param into is filled
     * @return false where it cannot be read
     */
    public boolean readEngineArea(final byte[] into) {
        return readFile(PoolLayout.ENGINE_AREA_OFFSET, into, 0, into.length);
    }

    /**
     * Reads linear bytes.
     *
     * @param offset linear offset of the first
     * @param into where they go
     * @param at index of the first there
     * @param length bytes
     * @return false where some of them cannot be read, or are beyond the file's end; what is in {@code into} means nothing then
     */
    public boolean read(final long offset, final byte[] into, final int at, final int length) {
        final Geometry g = geometry();
        if (offset < 0 || offset + length > g.dataBytes(chosen.chunks())) {
            return false;
        }
        int done = 0;
        while (done < length) {
            final long linear = offset + done;
            final long inChunk = linear % g.chunkBytes();
            final int piece = (int) Math.min(length - done, g.chunkBytes() - inChunk);
            final long place = chosen.layout().chunkOffset((int) (linear / g.chunkBytes())) + inChunk;
            if (!readFile(place, into, at + done, piece)) {
                return false;
            }
            done += piece;
        }
        return true;
    }

    private boolean readFile(final long offset, final byte[] into, final int at, final int length) {
        int done = 0;
        while (done < length) {
            final long place = offset + done;
            final int slot = load(place / BLOCK_BYTES);
            final int inBlock = (int) (place % BLOCK_BYTES);
            final int page = inBlock / Geometry.PAGE_BYTES;
            if ((readablePages[slot] & (1 << page)) == 0) {
                return false;
            }
            final int piece = Math.min(length - done, (page + 1) * Geometry.PAGE_BYTES - inBlock);
            System.arraycopy(blocks[slot], inBlock, into, at + done, piece);
            done += piece;
        }
        return true;
    }

    /** Where a block is in the cache. What cannot be read in one piece is read page by page, so that a bad one costs itself alone. */
    private int load(final long number) {
        final int slot = (int) (number % BLOCKS);
        if (blockNumbers[slot] == number) {
            return slot;
        }
        final byte[] block = new byte[BLOCK_BYTES];
        int readable = 0;
        try {
            final long bytes = readChecked(block, number * BLOCK_BYTES);
            readable = (1 << (PoolLayout.alignPage(bytes) / Geometry.PAGE_BYTES)) - 1; // what a page is cut of is zero
        } catch (final PoolException whole) {
            final byte[] page = new byte[Geometry.PAGE_BYTES];
            for (int i = 0; i < BLOCK_PAGES; i++) {
                try {
                    if (readChecked(page, number * BLOCK_BYTES + (long) i * Geometry.PAGE_BYTES) == page.length) {
                        System.arraycopy(page, 0, block, i * Geometry.PAGE_BYTES, page.length);
                        readable |= 1 << i;
                    }
                } catch (final PoolException bad) {
                    // this page stays unreadable
                }
            }
        }
        blocks[slot] = block;
        readablePages[slot] = readable;
        blockNumbers[slot] = number;
        return slot;
    }

    private int readChecked(final byte[] into, final long offset) {
        Steps.reached(READ_STEP + offset + ' ' + into.length);
        return file.read(into, offset);
    }

    @Override
    public void close() {
        file.close();
    }
}
