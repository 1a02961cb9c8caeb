package org.ashlar.engine;

import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.DurabilityUnavailableException;
import org.ashlar.kv.MediaErrorException;
import org.ashlar.kv.ReadOnlyStoreException;
import org.ashlar.kv.StoreClosedException;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.StoreFullException;
import org.ashlar.kv.StoreLockedException;
import org.ashlar.kv.StoreUnavailableException;
import org.ashlar.kv.UnsupportedFormatException;
import org.ashlar.pmem.PoolException;

/** From the errors of the layers below to those that users see. The only place. */
final class Errors {
    private Errors() {}

    static RuntimeException translate(final PoolException e) {
        final String message = String.valueOf(e.getMessage());
        return switch (e.reason()) {
            case NOT_A_POOL, EMPTY_FILE, UNSUPPORTED_VERSION, UNSUPPORTED_FEATURE, CREATION_UNFINISHED ->
                new UnsupportedFormatException(message, e);
            case TRUNCATED, CORRUPT_HEADER -> new CorruptStoreException(message, e);
            case LOCKED -> new StoreLockedException(message, e);
            case FULL, DEVICE_FULL -> new StoreFullException(message, e.needed(), e.available(), e);
            case DURABILITY_UNAVAILABLE -> new DurabilityUnavailableException(message, e);
            case MEDIA_ERROR -> new MediaErrorException(message, e);
            case CLOSED -> new StoreClosedException(message, e);
            case READ_ONLY -> new ReadOnlyStoreException(message, e);
            case INVALID_OPTION -> new IllegalArgumentException(message, e);
            case NO_PERMISSION,
                    READ_ONLY_FILE_SYSTEM,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    ADDRESS_SPACE,
                    UNSUPPORTED_PLATFORM,
                    NATIVE_LIBRARY,
                    MISSING_JVM_FLAG,
                    IO -> new StoreUnavailableException(message, e);
            default -> new StoreException(message, e);
        };
    }

    /** What a walk that goes on tells of damage, or of a fault on the mapping, that it has met. */
    static StoreException told(final Throwable damageOrFault) {
        return damageOrFault instanceof InternalError e ? mediaError(e) : (CorruptStoreException) damageOrFault;
    }

    /** A fault on the mapping: the JVM reports it as an {@link InternalError}. */
    static MediaErrorException mediaError(final InternalError e) {
        return new MediaErrorException(
                "the device reported a fault under the mapping, or the file was truncated while open: " + e.getMessage()
                        + "; close the store, check the device and the file, then verify",
                e);
    }
}
