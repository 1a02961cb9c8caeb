package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.ALREADY_EXISTS;
import static org.ashlar.pmem.PoolException.Reason.CORRUPT_HEADER;
import static org.ashlar.pmem.PoolException.Reason.CREATION_UNFINISHED;
import static org.ashlar.pmem.PoolException.Reason.INVALID_OPTION;
import static org.ashlar.pmem.PoolException.Reason.IO;
import static org.ashlar.pmem.PoolException.Reason.MEDIA_ERROR;
import static org.ashlar.pmem.PoolException.Reason.NOT_A_POOL;
import static org.ashlar.pmem.PoolException.Reason.NOT_FOUND;
import static org.ashlar.pmem.PoolException.Reason.TRUNCATED;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import org.ashlar.pmem.PoolOptions.OpenMode;
import org.jspecify.annotations.Nullable;

/** Opens a pool, or has it created. Everything that can refuse comes before the first byte is written. */
final class PoolOpener {
    private static final int ATTEMPTS = 100;

    private PoolOpener() {}

    static Pool open(final Path given, final PoolOptions options) {
        Platform.check();
        final Path path = given.toAbsolutePath();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            final FileIdentity identity = FileIdentity.of(path);
            final Pool pool = identity == null ? createAbsent(path, options) : openPresent(path, identity, options);
            if (pool != null) {
                return pool;
            }
        }
        throw new PoolException(IO, path + " is created and removed all the time by somebody else; try again");
    }

    private static @Nullable Pool createAbsent(final Path path, final PoolOptions options) {
        if (options.openMode() != OpenMode.OPEN_ONLY && !options.readOnly()) {
            return PoolCreation.create(path, options, null);
        }
        if (FileIdentity.of(PoolCreation.draftOf(path)) != null) {
            throw unfinished(path);
        }
        throw new PoolException(NOT_FOUND, "there is no " + path + "; check the path, or open it with create allowed");
    }

    private static PoolException unfinished(final Path path) {
        return new PoolException(
                CREATION_UNFINISHED,
                "the creation of " + path + " was not finished; open it with create allowed to have it created anew");
    }

    private static @Nullable Pool openPresent(final Path path, final FileIdentity identity, final PoolOptions options) {
        if (!identity.isRegular()) {
            throw new PoolException(NOT_A_POOL, path + " is not a regular file; check the path");
        }
        final PoolFile file = PoolFile.openExisting(path, options.readOnly());
        try {
            file.lock(options.readOnly());
            final HeaderCopies copies = HeaderCopies.read(file);
            if (copies.isUnfinished()) {
                return createAnew(path, options, file);
            }
            if (options.openMode() == OpenMode.CREATE_ONLY) {
                throw new PoolException(ALREADY_EXISTS, path + " is a pool already; open it, or choose another path");
            }
            final PoolHeader header = copies.newest();
            header.checkFeatures(options.readOnly());
            header.checkFields();
            checkLength(file, header);
            if (identity.links() > 1 && !options.readOnly()) {
                removeLeftover(path, identity);
            }
            if (copies.isOtherUnreadable() && !options.readOnly()) {
                rewrite(file, header, 1 - copies.newestCopy());
            }
            return assemble(file, path, header, copies.newestCopy(), copies.isOtherWhole(), options, false);
        } catch (final RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static @Nullable Pool createAnew(final Path path, final PoolOptions options, final PoolFile unfinished) {
        if (options.openMode() == OpenMode.OPEN_ONLY || options.readOnly()) {
            throw unfinished(path);
        }
        final Pool pool = PoolCreation.create(path, options, unfinished);
        unfinished.close();
        return pool;
    }

    /**
     * Storing to a page that cannot be read would fault; a system call that writes all of it may take its bad block out of use. Where it does not,
     * the reason differs: Linux 6.1 says EFAULT on a DAX device that cannot mend the block.
     */
    private static void rewrite(final PoolFile file, final PoolHeader header, final int copy) {
        try {
            file.write(Arrays.copyOf(header.bytes(), Geometry.PAGE_BYTES), HeaderCopies.offset(copy));
        } catch (final PoolException e) {
            throw new PoolException(
                    MEDIA_ERROR,
                    "a copy of the header of " + file.path() + " can neither be read nor be written anew: "
                            + e.getMessage() + "; open the pool read-only, or salvage it",
                    e);
        }
    }

    private static void checkLength(final PoolFile file, final PoolHeader header) {
        final PoolLayout layout = layoutOf(header);
        final long needed = layout.fileBytes(header.chunkCount());
        final long length = file.length();
        if (length < needed) {
            throw new PoolException(
                    TRUNCATED,
                    file.path() + " has " + length + " bytes, and its header says at least " + needed
                            + "; restore it from a backup",
                    null,
                    needed,
                    length);
        }
    }

    /** The draft whose name a killed creation could not take away. */
    private static void removeLeftover(final Path path, final FileIdentity identity) {
        final Path draft = PoolCreation.draftOf(path);
        if (identity.isSameFile(FileIdentity.of(draft))) {
            PoolCreation.remove(draft);
        }
    }

    private static PoolLayout layoutOf(final PoolHeader header) {
        return new PoolLayout(header.geometry(), header.placement() == DescriptorPlacement.POOL);
    }

    /**
     * Maps a file that is open, locked and known to be a pool, and begins a new open of it.
     *
     * @param newestCopy which of the two copies on the media the header is
     * @param otherWhole whether the other one passes its check
     * @param created whether the pool is new, and has no header on the media yet
     */
    static Pool assemble(
            final PoolFile file,
            final Path path,
            final PoolHeader header,
            final int newestCopy,
            final boolean otherWhole,
            final PoolOptions options,
            final boolean created) {
        final DescriptorPlacement placement = placementNow(header, options);
        final PoolMapping mapping = new PoolMapping(layoutOf(header), placement, file, options);
        DescriptorFile descriptorFile = null;
        try {
            // 1. What may still refuse.
            final DurabilityReport report = options.readOnly()
                    ? Durability.readOnly(options.durability())
                    : Durability.decide(
                            options.durability(),
                            mapping.isSynchronous(),
                            Memory.canWriteBack(),
                            Durability::cachesArePersistent,
                            file::isInMemory);
            final int counter = options.readOnly() ? header.openCounter() : nextCounter(path, header);
            if (placement == DescriptorPlacement.FILE) {
                descriptorFile =
                        DescriptorFile.open(Objects.requireNonNull(options.descriptorFile()), mapping.layout());
                descriptorFile.resetUnlessBoundTo(header.uuid(), header.openStamp());
                mapping.attach(descriptorFile);
            }
            mapping.extendTo(header.chunkCount());
            // 2. The pool, on the stamp that everything initialised from now on will bear.
            return new Pool(
                    path,
                    file,
                    mapping,
                    descriptorFile,
                    header,
                    newestCopy,
                    otherWhole,
                    options,
                    report,
                    stamp(counter),
                    created);
        } catch (final RuntimeException e) {
            release(mapping, descriptorFile);
            throw e;
        } catch (final InternalError e) {
            release(mapping, descriptorFile);
            throw new PoolException(
                    MEDIA_ERROR,
                    "the device reported a fault under the front of " + path + ": " + e.getMessage()
                            + "; check the device, open the pool read-only, or salvage it",
                    e);
        }
    }

    private static void release(final PoolMapping mapping, final @Nullable DescriptorFile descriptorFile) {
        if (descriptorFile != null) {
            descriptorFile.close();
        }
        mapping.release();
    }

    private static DescriptorPlacement placementNow(final PoolHeader header, final PoolOptions options) {
        final DescriptorPlacement created = header.placement();
        if (options.readOnly()) {
            return DescriptorPlacement.DRAM;
        }
        switch (options.placement()) {
            case AUTO -> {
                if (options.descriptorFile() != null) {
                    return DescriptorPlacement.FILE;
                }
                // A descriptor file that is not named is not needed: descriptors are derived anew at each open.
                return created == DescriptorPlacement.FILE ? DescriptorPlacement.DRAM : created;
            }
            case POOL -> {
                if (created != DescriptorPlacement.POOL) {
                    throw new PoolException(
                            INVALID_OPTION,
                            "the pool was created with descriptors in " + created
                                    + " and has no room for them; open it with placement AUTO, DRAM or FILE");
                }
                return DescriptorPlacement.POOL;
            }
            default -> {
                return options.placement();
            }
        }
    }

    private static int nextCounter(final Path path, final PoolHeader header) {
        if (header.openCounter() == Integer.MAX_VALUE) {
            throw new PoolException(
                    CORRUPT_HEADER,
                    path + " says that it has been opened " + Integer.MAX_VALUE
                            + " times, after which stamps would repeat; copy the data into a new pool");
        }
        return header.openCounter() + 1;
    }

    /** Counter above, fresh random bits below, bit 0 clear; never 0, as the counter is not. */
    private static long stamp(final int counter) {
        return ((long) counter << 32) | (Platform.randomLong() & 0xFFFF_FFFEL);
    }

    /** Whether a header was written before the machine's last start. */
    static boolean isOfEarlierBoot(final PoolHeader header) {
        final UUID recorded = header.bootId();
        return !recorded.equals(Platform.bootId());
    }
}
