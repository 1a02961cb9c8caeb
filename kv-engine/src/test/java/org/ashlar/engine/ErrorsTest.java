package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
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
import org.ashlar.pmem.PoolErrors;
import org.ashlar.pmem.PoolException;
import org.ashlar.pmem.PoolException.Reason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the layer below reports reaches users as a type that they know, with what it said. */
final class ErrorsTest {
    private static final Map<Reason, Class<? extends RuntimeException>> TYPES = Map.ofEntries(
            Map.entry(Reason.NOT_A_POOL, UnsupportedFormatException.class),
            Map.entry(Reason.EMPTY_FILE, UnsupportedFormatException.class),
            Map.entry(Reason.UNSUPPORTED_VERSION, UnsupportedFormatException.class),
            Map.entry(Reason.UNSUPPORTED_FEATURE, UnsupportedFormatException.class),
            Map.entry(Reason.CREATION_UNFINISHED, UnsupportedFormatException.class),
            Map.entry(Reason.TRUNCATED, CorruptStoreException.class),
            Map.entry(Reason.CORRUPT_HEADER, CorruptStoreException.class),
            Map.entry(Reason.LOCKED, StoreLockedException.class),
            Map.entry(Reason.FULL, StoreFullException.class),
            Map.entry(Reason.DEVICE_FULL, StoreFullException.class),
            Map.entry(Reason.DURABILITY_UNAVAILABLE, DurabilityUnavailableException.class),
            Map.entry(Reason.MEDIA_ERROR, MediaErrorException.class),
            Map.entry(Reason.CLOSED, StoreClosedException.class),
            Map.entry(Reason.READ_ONLY, ReadOnlyStoreException.class),
            Map.entry(Reason.INVALID_OPTION, IllegalArgumentException.class),
            Map.entry(Reason.NO_PERMISSION, StoreUnavailableException.class),
            Map.entry(Reason.READ_ONLY_FILE_SYSTEM, StoreUnavailableException.class),
            Map.entry(Reason.NOT_FOUND, StoreUnavailableException.class),
            Map.entry(Reason.ALREADY_EXISTS, StoreUnavailableException.class),
            Map.entry(Reason.ADDRESS_SPACE, StoreUnavailableException.class),
            Map.entry(Reason.UNSUPPORTED_PLATFORM, StoreUnavailableException.class),
            Map.entry(Reason.NATIVE_LIBRARY, StoreUnavailableException.class),
            Map.entry(Reason.MISSING_JVM_FLAG, StoreUnavailableException.class),
            Map.entry(Reason.IO, StoreUnavailableException.class),
            Map.entry(Reason.OUT_OF_BOUNDS, StoreException.class),
            Map.entry(Reason.NOT_ALLOCATED, StoreException.class));

    @ParameterizedTest
    @EnumSource(Reason.class)
    void eachReasonBecomesItsTypeAndKeepsTheMessage(final Reason reason) {
        final PoolException below = PoolErrors.of(reason, "what " + reason + " says", 7_000, 3_000);
        final RuntimeException e = Errors.translate(below);
        assertEquals(TYPES.get(reason), e.getClass());
        assertTrue(String.valueOf(e.getMessage()).startsWith("what " + reason + " says"), e.getMessage());
        assertSame(below, e.getCause());
        if (reason == Reason.FULL || reason == Reason.DEVICE_FULL) {
            final StoreFullException full = assertInstanceOf(StoreFullException.class, e);
            assertEquals(7_000, full.needed());
            assertEquals(3_000, full.available());
        }
    }
}
