package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.INVALID_OPTION;
import static org.ashlar.pmem.PoolException.Reason.IO;
import static org.ashlar.pmem.PoolException.Reason.NO_PERMISSION;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which file a path or an open descriptor is.
 *
 * @param device number of the device
 * @param inode number of the file on it
 * @param links number of names the file has
 * @param mode type and permissions
 */
record FileIdentity(long device, long inode, int links, int mode) {
    private static final int TYPE_MASK = 0170000;
    private static final int REGULAR = 0100000;

    /** The file that a path leads to; null where there is none. */
    static @Nullable FileIdentity of(final Path path) {
        try {
            final Map<String, Object> attributes = Files.readAttributes(path, "unix:dev,ino,nlink,mode");
            return new FileIdentity(
                    number(attributes, "dev").longValue(),
                    number(attributes, "ino").longValue(),
                    number(attributes, "nlink").intValue(),
                    number(attributes, "mode").intValue());
        } catch (final NoSuchFileException e) {
            return null;
        } catch (final AccessDeniedException e) {
            throw new PoolException(NO_PERMISSION, path + " cannot be looked up; check the modes of its folders", e);
        } catch (final IOException e) {
            throw new PoolException(IO, path + " cannot be looked up: " + e.getMessage(), e);
        } catch (final UnsupportedOperationException | IllegalArgumentException e) {
            throw new PoolException(INVALID_OPTION, path + " is not on a file system of the machine", e);
        }
    }

    private static Number number(final Map<String, Object> attributes, final String name) {
        return (Number) Objects.requireNonNull(attributes.get(name), name);
    }

    boolean isRegular() {
        return (mode & TYPE_MASK) == REGULAR;
    }

    boolean isSameFile(final @Nullable FileIdentity other) {
        return other != null && other.device == device && other.inode == inode;
    }
}
