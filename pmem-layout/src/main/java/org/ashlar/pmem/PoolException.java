package org.ashlar.pmem;

import org.jspecify.annotations.Nullable;

/**
 * Says why a pool cannot do what was asked, with the values that explain it and what to do next.
 *
 * <p>A refusal at open or growth comes before a byte of the pool is changed, unless the reason is {@link Reason#IO} or
 * {@link Reason#MEDIA_ERROR}.
 */
public final class PoolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The kinds of failure, for callers that react by program. */
    public enum Reason {
        /** The file exists and is no pool of Ashlar's. */
        NOT_A_POOL,
        /** The file exists and has no bytes. */
        EMPTY_FILE,
        /** The file is shorter than its header says. */
        TRUNCATED,
        /** The process that created the pool was killed before it was done; opening with create allowed makes it anew. */
        CREATION_UNFINISHED,
        /** The pool's format version is not the one that this library reads. */
        UNSUPPORTED_VERSION,
        /** The pool uses a feature that this library does not know. */
        UNSUPPORTED_FEATURE,
        /** Both header copies fail their check, or contradict each other or themselves. */
        CORRUPT_HEADER,
        /** The user may not read or write the file or its folder. */
        NO_PERMISSION,
        /** The file system is mounted read-only. */
        READ_ONLY_FILE_SYSTEM,
        /** There is no such file or folder. */
        NOT_FOUND,
        /** The pool should have been created, and something bears its name already. */
        ALREADY_EXISTS,
        /** Another process, or this one, has the pool open. */
        LOCKED,
        /** The device, or the user's share of it, has no room for more blocks. */
        DEVICE_FULL,
        /** The pool has its maximum size. */
        FULL,
        /** The address range for the maximum size, or one more mapping, cannot be had. */
        ADDRESS_SPACE,
        /** The operating system or processor is not one that this library runs on. */
        UNSUPPORTED_PLATFORM,
        /** JNA's native part cannot be unpacked or loaded. */
        NATIVE_LIBRARY,
        /** The JVM was started without a flag that is needed. */
        MISSING_JVM_FLAG,
        /** The durability asked for cannot be had here. */
        DURABILITY_UNAVAILABLE,
        /** The device failed to read or keep some of the pool's bytes. */
        MEDIA_ERROR,
        /** The operating system reported an error that has no reason of its own here. */
        IO,
        /** The pool is closed. */
        CLOSED,
        /** The pool was opened read-only. */
        READ_ONLY,
        /** A place outside the pool's linear bytes. */
        OUT_OF_BOUNDS,
        /** A place of the pool that has no blocks on the device yet. */
        NOT_ALLOCATED,
        /** The options contradict each other, the pool, or the limits of the format. */
        INVALID_OPTION
    }

    private final Reason reason;
    private final long needed;
    private final long available;

    PoolException(final Reason reason, final String message) {
        this(reason, message, null);
    }

    PoolException(final Reason reason, final String message, final @Nullable Throwable cause) {
        this(reason, message, cause, 0, 0);
    }

    PoolException(
            final Reason reason,
            final String message,
            final @Nullable Throwable cause,
            final long needed,
            final long available) {
        super(message, cause);
        this.reason = reason;
        this.needed = needed;
        this.available = available;
    }

    /**
     * What is wrong, with its values, and what to do next.
     *
     * @return the message, never null
     */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    /**
     * The kind of failure.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    /**
     * How many bytes were asked for, where that explains the failure.
     *
     * @return bytes, or 0
     */
    public long needed() {
        return needed;
    }

    /**
     * How many bytes there were, where that explains the failure.
     *
     * @return bytes, or 0
     */
    public long available() {
        return available;
    }
}
