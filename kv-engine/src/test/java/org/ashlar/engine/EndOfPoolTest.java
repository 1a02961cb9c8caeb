package org.ashlar.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.ashlar.engine.index.IndexDamage;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.KvMap;
import org.ashlar.pmem.Memory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Behind the last chunk nothing is mapped: a word that leads there must be told, or the JVM ends. So these run in JVMs of their own. */
final class EndOfPoolTest {
    @TempDir(factory = MemoryFolder.class)
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"page", "key"})
    void whatWouldLieBehindTheEndIsNotRead(final String what) {
        final String output = ChildJvm.run(
                folder,
                ChildJvm.command(Child.class, what, folder.resolve("pool").toString()));
        assertTrue(output.contains("told") && output.endsWith("exit code 0"), output);
    }

    /** Makes a pool that is in use to its end, and leads a look-up to that. */
    static final class Child {
        private Child() {}

        public static void main(final String[] arguments) {
            final EngineStore store = TestStores.tiny(Path.of(arguments[1]));
            final byte[] key = "12345678".getBytes(US_ASCII);
            final KvMap map = store.map("m");
            map.put(key, new byte[10]);
            final long data = store.space().pool().dataAddress();
            final long end = fill(store);
            final MapCore core = ((EngineMap) map).core();
            if (arguments[0].equals("page")) {
                final long home =
                        TestStores.recordOf(store.catalog().catalog(), CatalogRecord.nameKey("m".getBytes(US_ASCII)));
                Memory.putLong(CatalogRecord.tailOf(home), IndexDamage.word(end >>> 12, 0));
            } else {
                final long record = data + end - 24; // its header is in the pool, and half of its key
                final long header = TestStores.recordOf(core, key);
                Memory.putLong(record, Memory.getLong(header));
                Memory.putLong(record + 8, Memory.getLong(header + 8));
                IndexDamage.redirect(core.index(), header, data, end - 24);
            }
            for (int i = 0; i < 20_000; i++) { // compiled code too
                try {
                    map.get(key);
                    throw new AssertionError("a value was found");
                } catch (final CorruptStoreException e) {
                    // as it should be
                }
            }
            System.out.println("told");
            store.abandon();
        }

        /** Puts large values until all that is mapped is in use; returns how much that is. */
        private static long fill(final EngineStore store) {
            final long chunkBytes = store.space().pool().geometry().chunkBytes();
            for (int i = 0; store.space().usedBytes() < store.space().pool().chunkCount() * chunkBytes; i++) {
                store.map("filler").put(Integer.toString(i).getBytes(US_ASCII), new byte[60_000]);
            }
            return store.space().usedBytes();
        }
    }
}
