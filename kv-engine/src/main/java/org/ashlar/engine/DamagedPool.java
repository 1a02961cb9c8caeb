package org.ashlar.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.agrona.collections.Int2ObjectHashMap;
import org.ashlar.engine.index.HashRange;
import org.ashlar.engine.index.IndexContext;
import org.ashlar.engine.index.IndexImage;
import org.ashlar.engine.index.IndexPageImage;
import org.ashlar.engine.record.Keys;
import org.ashlar.engine.record.LinearBytes;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.RecordImage;
import org.ashlar.engine.space.ChunkImage;
import org.ashlar.engine.space.Pages;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.SalvageReport.Lost;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.PoolImage;
import org.jspecify.annotations.Nullable;

/** What {@link Salvage} reads: the superblock, the chunk words, and the space, each for what it is still good for. For one thread. */
final class DamagedPool {
    private static final int PROBED_CHUNKS = 64;

    private final PoolImage image;
    private final LinearBytes source;
    private final int chunkBytes;
    private final List<ChunkImage> chunks = new ArrayList<>();
    private final List<Lost> lost = new ArrayList<>();
    private final Set<String> told = new HashSet<>();
    private final ByteBuffer superblock;
    private final Keys keys;
    private final boolean knowsSeed;
    private boolean hasDamagedChunkWords;

    DamagedPool(final PoolImage image) {
        this.image = image;
        source = image::read;
        chooseLayout();
        chunkBytes = image.geometry().chunkBytes();
        readChunkWords();
        final byte[] area = new byte[Superblock.CATALOG_TAIL_OFFSET + RootTail.BYTES];
        if (!image.readEngineArea(area)) {
            Arrays.fill(area, (byte) 0);
            lost("superblock", "it cannot be read");
        }
        superblock = ByteBuffer.wrap(area).order(ByteOrder.LITTLE_ENDIAN);
        if (superblock.getLong(Superblock.MAGIC_OFFSET) != Superblock.MAGIC
                || superblock.getLong(Superblock.VERSION_OFFSET) != Superblock.VERSION) {
            lost(
                    "superblock",
                    "magic 0x" + Long.toHexString(superblock.getLong(Superblock.MAGIC_OFFSET)) + " and version "
                            + superblock.getLong(Superblock.VERSION_OFFSET)
                            + " are not those of this format; the pool is read as one of version "
                            + Superblock.VERSION);
        }
        keys = new Keys(superblock.getLong(Superblock.SEED_OFFSET));
        knowsSeed = isSeedRight();
        if (!knowsSeed) {
            lost("superblock", "the hash seed does not fit the index; whether an entry fits its record cannot be told");
        }
    }

    // ------------------------------------------------------------------------------------------------- its parts

    /** The layout by which the most index pages are where their headers say. */
    private void chooseLayout() {
        int best = 0;
        int bestPages = -1;
        for (int i = 0; i < image.layouts(); i++) {
            image.choose(i);
            final int pages = countIndexPages();
            if (pages > bestPages) {
                best = i;
                bestPages = pages;
            }
        }
        image.choose(best);
        if (!image.isHeaderWhole()) {
            if (bestPages == 0) {
                throw new CorruptStoreException("no header of the pool passes its check, and by " + image.origin()
                        + " no index page is where it should be; give the options that the pool was created with");
            }
            lost("pool header", "neither copy passes its check; the pool was read by " + image.origin());
        }
        if (image.missingBytes() > 0) {
            lost("pool file", "it is " + image.missingBytes() + " bytes shorter than its header says");
        }
    }

    private int countIndexPages() {
        int pages = 0;
        final long end = (long) Math.min(image.chunkCount(), PROBED_CHUNKS)
                * image.geometry().chunkBytes();
        for (long offset = Pages.BYTES; offset < end; offset += Pages.BYTES) {
            final IndexPageImage page = IndexPageImage.read(source, offset);
            pages += page != null && page.isIntact() ? 1 : 0;
        }
        return pages;
    }

    private void readChunkWords() {
        final byte[] word = new byte[Long.BYTES];
        for (int chunk = 0; chunk < image.chunkCount(); chunk++) {
            final boolean isReadable = image.readChunkWord(chunk, word);
            chunks.add(new ChunkImage(chunk, chunkBytes, isReadable ? Memory.getLong(word, Memory.ARRAY_BASE) : -1));
        }
        while (!chunks.isEmpty() && chunks.get(chunks.size() - 1).isUnused()) {
            chunks.remove(chunks.size() - 1); // words are first written in ascending order
        }
        for (int chunk = 0; chunk < chunks.size(); chunk++) {
            if (!chunks.get(chunk).isValid()) {
                hasDamagedChunkWords = true;
                lost("chunk table", "the word of chunk " + chunk + " fails its check; the chunk may hold anything");
            }
        }
    }

    /** Whether entries of the catalog fit the keys of their records, which no wrong seed makes them. */
    private boolean isSeedRight() {
        final int[] counts = new int[2];
        final RecordImage record = new RecordImage(source);
        final IndexImage[] index = new IndexImage[1];
        index[0] = new IndexImage(source, IndexContext.CATALOG_INCARNATION, new IndexImage.Visitor() {
            @Override
            public void leaf(final IndexPageImage leaf) {
                index[0].forEachEntry(leaf, entry -> {
                    if (record.read(entry.recordOffset())
                            && record.mapIncarnation() == IndexContext.CATALOG_INCARNATION
                            && record.isIntact(RecordHeader.TAIL_BYTES)) {
                        final byte[] key = record.key();
                        counts[key != null && entry.fits(hash(key)) ? 0 : 1]++;
                    }
                });
            }

            @Override
            public void damaged(final HashRange range, final String reason, final @Nullable IndexPageImage remains) {
                // told when the catalog is walked
            }
        });
        index[0].walk(catalogRoot());
        return counts[0] > 0 || counts[1] == 0;
    }

    LinearBytes source() {
        return source;
    }

    long catalogRoot() {
        return superblock.getLong(Superblock.CATALOG_TAIL_OFFSET + RootTail.ROOT_OFFSET);
    }

    int moving() {
        return (int) superblock.getLong(Superblock.MOVING_OFFSET);
    }

    boolean knowsSeed() {
        return knowsSeed;
    }

    long hash(final byte[] key) {
        return keys.hash(key, Memory.ARRAY_BASE, key.length);
    }

    boolean fits(final IndexPageImage.EntryImage entry, final byte[] key) {
        return !knowsSeed || entry.fits(hash(key));
    }

    /** Whether a place is in the pool, be it readable or not. */
    boolean isInside(final long offset, final long bytes) {
        return offset > 0 && offset + bytes <= image.geometry().dataBytes(image.chunkCount());
    }

    /** Notes damage; the same once. */
    void lost(final String where, final String reason) {
        if (told.add(where + '\n' + reason)) {
            lost.add(new Lost(where, reason));
        }
    }

    List<Lost> lost() {
        return lost;
    }

    // ---------------------------------------------------------------------------------------------- the space

    /**
     * Gives maps the leaves that were not split and that their own index does not lead to. Among them is the live one of each hash,
     * if every index page of the pool is sound.
     */
    void findOrphans(final Int2ObjectHashMap<MapWalk> maps) {
        boolean seesAll = !hasDamagedChunkWords && image.missingBytes() == 0;
        for (int chunk = 0; chunk < chunks.size(); chunk++) {
            final ChunkImage words = chunks.get(chunk);
            if (words.isValid() && !words.holdsIndex()) {
                continue;
            }
            for (long at = 0; at < chunkBytes; at += Pages.BYTES) {
                final IndexPageImage page = IndexPageImage.read(source, (long) chunk * chunkBytes + at);
                if (page == null || !page.isIntact()) {
                    seesAll &= page != null && page.isBlank();
                    continue;
                }
                final MapWalk map = maps.get(page.incarnation());
                if (map != null && page.isLastLeaf()) {
                    map.addOrphan(page);
                }
            }
        }
        for (final MapWalk map : maps.values()) {
            map.useOrphans(seesAll);
        }
    }

    /** Takes records that were found in the space. */
    @FunctionalInterface
    interface Found {
        /** Called with the header of what may be a record: neither its lengths nor its checksum are checked. */
        void record(RecordImage record);
    }

    /** Looks at every place in the space where a record may begin. */
    void scan(final IntPredicate incarnations, final Found found) {
        final byte[] content = new byte[chunkBytes];
        final RecordImage record = new RecordImage(source);
        for (int chunk = 0; chunk < chunks.size(); chunk++) {
            final ChunkImage words = chunks.get(chunk);
            if (!words.mayHoldRecords()) {
                continue;
            }
            final long base = (long) chunk * chunkBytes;
            for (int at = 0; at < chunkBytes; at += Pages.BYTES) {
                if (!source.read(base + at, content, at, Pages.BYTES)) {
                    Arrays.fill(content, at, at + Pages.BYTES, (byte) 0);
                    if (image.missingBytes() == 0) {
                        lost("page", "the page at linear offset " + (base + at) + " cannot be read");
                    }
                }
            }
            for (int at = 0; at + RecordHeader.BYTES <= chunkBytes; at += RecordHeader.ALIGNMENT) {
                final int incarnation =
                        Memory.getInt(content, Memory.ARRAY_BASE + at + RecordHeader.MAP_INCARNATION_OFFSET);
                if (incarnation != 0
                        && incarnations.test(incarnation)
                        && record.read(base + at)
                        && words.mayBegin(content, at, record.spaceIncarnation())) {
                    found.record(record);
                }
            }
        }
    }
}
