package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.INVALID_OPTION;
import static org.ashlar.pmem.PoolException.Reason.IO;
import static org.ashlar.pmem.PoolException.Reason.NOT_A_POOL;
import static org.ashlar.pmem.PoolException.Reason.NOT_FOUND;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Creates a pool so that a kill at any point leaves a pool that opens, or nothing under its name.
 *
 * <p>The pool is built and made durable in a draft beside it, {@code NAME.creating}, under the lock that it keeps when it is
 * done; only then it gets its name, by a hard link, which never replaces anything. A draft that a killed process left behind
 * bears no lock; the next creation takes it over. Its first bytes are those of no pool, so that a draft which gets about under
 * another name is recognised too.
 */
final class PoolCreation {
    private static final String DRAFT_SUFFIX = ".creating";
    private static final int ATTEMPTS = 100;

    private PoolCreation() {}

    static Path draftOf(final Path path) {
        return path.resolveSibling(Objects.requireNonNull(path.getFileName()) + DRAFT_SUFFIX);
    }

    /**
     * Creates a pool.
     *
     * @param path its name
     * @param options how
     * @param replaced the unfinished file of that name, open and locked, which the new pool replaces; or null
     * @return the pool, open; null where somebody else has just created one of that name
     */
    static @Nullable Pool create(final Path path, final PoolOptions options, final @Nullable PoolFile replaced) {
        if (path.getFileName() == null) {
            throw new PoolException(INVALID_OPTION, path + " has no file name");
        }
        final Path folder = path.toAbsolutePath().getParent();
        if (folder != null && !Files.exists(folder)) {
            throw new PoolException(NOT_FOUND, "the folder of " + path + " does not exist; make it first");
        }
        final Path draft = draftOf(path);
        final PoolFile file = openDraft(draft);
        Pool pool = null;
        try {
            if (replaced == null ? FileIdentity.of(path) != null : !isStillNamed(replaced, path)) {
                remove(draft);
                file.close();
                return null;
            }
            file.truncate(0);
            pool = build(file, path, options);
            publish(draft, path, replaced != null);
            file.renamed(path);
            return pool;
        } catch (final RuntimeException e) {
            // Under the lock still, or it might be somebody else's draft by now.
            removeQuietly(draft, e);
            if (pool != null) {
                pool.close();
            }
            file.close();
            throw e;
        }
    }

    private static boolean isStillNamed(final PoolFile file, final Path path) {
        final FileIdentity open = FileIdentity.of(file.descriptorPath());
        return open != null && open.isSameFile(FileIdentity.of(path));
    }

    /** A draft under this process's lock, with whatever a killed process left in it. */
    private static PoolFile openDraft(final Path draft) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            final PoolFile file = PoolFile.openOrCreate(draft);
            try {
                file.lock(false);
                final FileIdentity identity = FileIdentity.of(file.descriptorPath());
                if (identity != null && identity.isSameFile(FileIdentity.of(draft))) {
                    checkIsDraft(file);
                    if (identity.links() == 1) {
                        return file;
                    }
                    // Killed between the link and the removal of the draft: the file is a pool under another name.
                    remove(draft);
                }
                file.close();
            } catch (final RuntimeException e) {
                file.close();
                throw e;
            }
        }
        throw new PoolException(IO, draft + " is created and removed all the time by somebody else; try again");
    }

    private static void checkIsDraft(final PoolFile file) {
        final byte[] start = new byte[Long.BYTES];
        final int count = file.read(start, 0);
        final long magic = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (count != 0 && magic != PoolHeader.CREATING_MAGIC && magic != PoolHeader.MAGIC) {
            throw new PoolException(
                    NOT_A_POOL,
                    file.path() + " is in the way of the draft of a new pool, and is not one; move it elsewhere");
        }
    }

    private static Pool build(final PoolFile file, final Path path, final PoolOptions options) {
        final Geometry geometry = geometry(options);
        final DescriptorPlacement placement = placement(options, geometry);
        final PoolLayout layout = new PoolLayout(geometry, placement == DescriptorPlacement.POOL);
        // 1. What this is, in both header pages, before it can be mistaken for anything else.
        final byte[] marker = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(PoolHeader.CREATING_MAGIC)
                .array();
        file.write(marker, PoolLayout.HEADER_A_OFFSET);
        file.write(marker, PoolLayout.HEADER_B_OFFSET);
        // 2. Blocks for the front, length for the rest.
        final int chunkCount = initialChunks(options, geometry, layout);
        DeviceBlocks.allocateFront(layout, file);
        file.truncate(layout.fileBytes(chunkCount));
        // 3. All else is zero; durable before a header says that it is there.
        file.sync();
        // 4. Map it, write both headers, and be open.
        final UUID uuid = new UUID(Platform.randomLong(), Platform.randomLong());
        final PoolHeader header = PoolHeader.create(uuid, geometry, placement, chunkCount);
        final Pool pool = PoolOpener.assemble(file, path, header, 1, true, options, true);
        try {
            // 5. The headers are durable before the pool gets its name.
            file.sync();
            return pool;
        } catch (final RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    private static Geometry geometry(final PoolOptions options) {
        final Geometry given = options.geometry();
        return given != null ? given : Geometry.standard(options.initialBytes(), options.maximumBytes());
    }

    private static DescriptorPlacement placement(final PoolOptions options, final Geometry geometry) {
        if (options.placement() != DescriptorPlacement.AUTO) {
            return options.placement();
        }
        if (options.descriptorFile() != null) {
            return DescriptorPlacement.FILE;
        }
        return geometry.dataBytes(geometry.maxChunks()) <= DescriptorPlacement.AUTO_DRAM_BYTES
                ? DescriptorPlacement.DRAM
                : DescriptorPlacement.POOL;
    }

    /** As many whole chunks as the initial size has room for, at least one. */
    private static int initialChunks(final PoolOptions options, final Geometry geometry, final PoolLayout layout) {
        int chunks = (int) Math.min(geometry.maxChunks(), options.initialBytes() / geometry.chunkBytes());
        while (chunks > 1 && layout.fileBytes(chunks) > options.initialBytes()) {
            chunks -= Math.max(1, (int) ((layout.fileBytes(chunks) - options.initialBytes()) / geometry.chunkBytes()));
        }
        return Math.max(1, chunks);
    }

    private static void publish(final Path draft, final Path path, final boolean replace) {
        final Path folder = Objects.requireNonNull(path.getParent(), "an absolute path has a parent");
        try {
            if (replace) {
                Steps.reached("rename draft");
                Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
            } else {
                linkOrRename(draft, path);
            }
        } catch (final FileAlreadyExistsException e) {
            throw new PoolException(
                    PoolException.Reason.ALREADY_EXISTS, path + " has just been created by somebody else; open it", e);
        } catch (final IOException e) {
            throw new PoolException(IO, draft + " cannot get the name " + path + ": " + e.getMessage(), e);
        }
        PoolFile.syncFolder(folder);
    }

    private static void linkOrRename(final Path draft, final Path path) throws IOException {
        Steps.reached("link draft");
        try {
            Files.createLink(path, draft);
        } catch (final FileAlreadyExistsException e) {
            throw e;
        } catch (final IOException | UnsupportedOperationException e) {
            // A file system without hard links. The draft's lock keeps other creations away in the meantime.
            if (FileIdentity.of(path) != null) {
                throw new FileAlreadyExistsException(path.toString());
            }
            Steps.reached("rename draft");
            Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        Steps.reached("unlink draft");
        Files.deleteIfExists(draft);
    }

    static void remove(final Path draft) {
        Steps.reached("remove draft");
        try {
            Files.deleteIfExists(draft);
        } catch (final IOException e) {
            throw new PoolException(IO, draft + " cannot be removed: " + e.getMessage(), e);
        }
    }

    private static void removeQuietly(final Path draft, final RuntimeException cause) {
        try {
            remove(draft);
        } catch (final RuntimeException e) {
            cause.addSuppressed(e);
        }
    }
}
