package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.ashlar.kv.Granule;
import org.ashlar.kv.StoreOptions;
import org.ashlar.pmem.Geometry;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolOptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The sections that users choose are those that the pool gets. */
final class GranuleTest {
    @TempDir(factory = MemoryFolder.class)
    Path folder;

    @ParameterizedTest
    @EnumSource(Granule.class)
    void aPoolHasTheGranuleThatItWasCreatedWith(final Granule granule) {
        final Path path = folder.resolve("pool");
        final StoreOptions options =
                TestStores.options().withMaximumBytes(1L << 30).withGranule(granule);
        final byte[] key = {1};
        try (EngineStore store = EngineStore.open(path, options, Tuning.STANDARD)) {
            store.map("m").put(key, new byte[300]);
        }
        try (Pool pool = Pool.open(path, PoolOptions.builder().readOnly(true).build())) {
            assertEquals(
                    granule == Granule.GIB_1 ? Geometry.LARGE_SECTION_BYTES : Geometry.SECTION_BYTES,
                    pool.geometry().sectionBytes());
            assertEquals(1L << 30, pool.geometry().dataBytes(pool.maxChunks()));
        }
        try (EngineStore store = EngineStore.open(path, options.withGranule(Granule.AUTO), Tuning.STANDARD)) {
            assertArrayEquals(new byte[300], store.map("m").get(key));
            TestStores.assertSound(store);
        }
    }
}
