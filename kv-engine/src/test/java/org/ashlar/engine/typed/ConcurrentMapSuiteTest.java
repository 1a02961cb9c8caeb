package org.ashlar.engine.typed;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.testing.ConcurrentMapTestSuiteBuilder;
import com.google.common.collect.testing.SampleElements;
import com.google.common.collect.testing.TestMapGenerator;
import com.google.common.collect.testing.TestStringMapGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.MapFeature;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import junit.framework.TestCase;
import junit.framework.TestSuite;
import org.ashlar.engine.MemoryFolder;
import org.ashlar.engine.TinyStores;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.kv.VerifyReport;
import org.ashlar.kv.typed.Codec;
import org.ashlar.kv.typed.Codecs;
import org.ashlar.kv.typed.TypedMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds {@link TypedMap#asConcurrentMap} to what Guava's suite knows of a {@link java.util.concurrent.ConcurrentMap}. No test of the
 * suite is suppressed.
 */
final class ConcurrentMapSuiteTest {
    private static final int CHUNKS = 256;
    /** More maps than any test of the suite uses at once; so none is cleared while it is looked at. */
    private static final int MAPS = 16;

    @TempDir(factory = MemoryFolder.class)
    static Path folder;

    private static Store store;
    private static int mapsMade;

    @BeforeAll
    static void open() {
        store = TinyStores.open(folder.resolve("pool"), Placement.POOL, CHUNKS);
    }

    @AfterAll
    static void checkAndClose() {
        try (Store checked = store) {
            final VerifyReport report = checked.verify();
            assertTrue(report.isSound(), () -> String.join("\n", report.problems()));
        }
    }

    /** A map that was used and cleared behaves as a new one, and costs less. */
    private static <K, V> Map<K, V> emptyMap(final Codec<K> keys, final Codec<V> values) {
        final KvMap map = store.map("map" + mapsMade++ % MAPS);
        final TypedMap<K, V> typed = TypedMap.of(map, keys, values);
        typed.clear();
        return typed.asConcurrentMap();
    }

    @TestFactory
    DynamicNode stringsToStrings() {
        return suite("strings to strings", new TestStringMapGenerator() {
            @Override
            protected Map<String, String> create(final Map.Entry<String, String>[] entries) {
                final Map<String, String> map = emptyMap(Codecs.STRING, Codecs.STRING);
                for (final Map.Entry<String, String> entry : entries) {
                    map.put(entry.getKey(), entry.getValue());
                }
                return map;
            }
        });
    }

    /** Values of this kind are encoded in place. */
    @TestFactory
    DynamicNode intsToLongs() {
        return suite("ints to longs", new IntsToLongs());
    }

    private static final class IntsToLongs implements TestMapGenerator<Integer, Long> {
        @Override
        public SampleElements<Map.Entry<Integer, Long>> samples() {
            return new SampleElements<>(
                    Map.entry(0, 0L),
                    Map.entry(-1, -1L),
                    Map.entry(1, Long.MAX_VALUE),
                    Map.entry(Integer.MIN_VALUE, Long.MIN_VALUE),
                    Map.entry(Integer.MAX_VALUE, 4L));
        }

        @Override
        @SuppressWarnings("unchecked")
        public Map<Integer, Long> create(final Object... elements) {
            final Map<Integer, Long> map = emptyMap(Codecs.INT, Codecs.LONG);
            for (final Object element : elements) {
                final Map.Entry<Integer, Long> entry = (Map.Entry<Integer, Long>) element;
                map.put(entry.getKey(), entry.getValue());
            }
            return map;
        }

        @Override
        @SuppressWarnings({"unchecked", "rawtypes"})
        public Map.Entry<Integer, Long>[] createArray(final int length) {
            return new Map.Entry[length];
        }

        @Override
        public Integer[] createKeyArray(final int length) {
            return new Integer[length];
        }

        @Override
        public Long[] createValueArray(final int length) {
            return new Long[length];
        }

        @Override
        public Iterable<Map.Entry<Integer, Long>> order(final List<Map.Entry<Integer, Long>> insertionOrder) {
            return insertionOrder;
        }
    }

    private static <K, V> DynamicNode suite(final String name, final TestMapGenerator<K, V> generator) {
        return node(ConcurrentMapTestSuiteBuilder.using(generator)
                .named(name)
                .withFeatures(
                        CollectionSize.ANY, MapFeature.GENERAL_PURPOSE, CollectionFeature.SUPPORTS_ITERATOR_REMOVE)
                .createTestSuite());
    }

    /** A suite of JUnit 3 as JUnit 5 knows suites. */
    private static DynamicNode node(final junit.framework.Test test) {
        if (test instanceof TestSuite suite) {
            final Stream<junit.framework.Test> tests = Collections.list(suite.tests()).stream();
            return DynamicContainer.dynamicContainer(suite.getName(), tests.map(ConcurrentMapSuiteTest::node));
        }
        final TestCase test3 = (TestCase) test;
        final String name = test3.getName(); // which reports of dynamic tests leave out
        return DynamicTest.dynamicTest(name, () -> assertDoesNotThrow(test3::runBare, name));
    }
}
