package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.DurabilityUnavailableException;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.ReadOnlyStoreException;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.StoreLockedException;
import org.ashlar.kv.StoreOptions;
import org.ashlar.kv.StoreUnavailableException;
import org.ashlar.kv.UnsupportedFormatException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be opened is refused with a typed exception that says why, and not a byte of it is changed. */
final class BadInputTest {
    private static final int HEADER_BYTES = 256;
    private static final int VERSION_OFFSET = 8;
    private static final int INCOMPAT_OFFSET = 32;
    private static final int ENGINE_AREA_OFFSET = 8192;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private Path path = Path.of("");

    private static byte[] bytes(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @BeforeEach
    void createStore() {
        path = folder.resolve("pool");
        try (Store store = TestStores.tiny(path)) {
            store.map("m").put(bytes("key"), bytes("value"));
        }
    }

    private void assertOpensWithAll() {
        try (Store store = TestStores.tiny(path)) {
            assertArrayEquals(bytes("value"), store.map("m").get(bytes("key")));
            TestStores.assertSound(store);
        }
    }

    private String assertRefused(final Class<? extends StoreException> type) throws IOException {
        String message = "";
        final byte[] before = Files.readAllBytes(path);
        for (final StoreOptions options : new StoreOptions[] {
            TestStores.options(),
            TestStores.options().withCreateIfMissing(false),
            TestStores.options().withReadOnly(true)
        }) {
            final StoreException e =
                    assertThrows(type, () -> Store.open(path, options).close());
            assertArrayEquals(before, Files.readAllBytes(path), "not a byte was changed");
            message = String.valueOf(e.getMessage());
            assertNotNull(e.getCause());
            try (Stream<Path> files = Files.list(folder)) {
                assertEquals(1, files.count(), "nothing was left behind");
            }
        }
        return message;
    }

    private static void assertSays(final String message, final String... parts) {
        for (final String part : parts) {
            assertTrue(message.contains(part), () -> "'" + part + "' is missing in: " + message);
        }
    }

    private void edit(final Consumer<ByteBuffer> change) throws IOException {
        final byte[] bytes = Files.readAllBytes(path);
        change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        Files.write(path, bytes);
    }

    /** Changes both copies of the header and makes their checksums fit. */
    private void forge(final Consumer<ByteBuffer> change) throws IOException {
        edit(file -> {
            for (int copy = 0; copy < 2; copy++) {
                final ByteBuffer header = file.slice(copy * 4096, HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
                change.accept(header);
                final CRC32C crc = new CRC32C();
                crc.update(header.slice(0, HEADER_BYTES - 4));
                header.putInt(HEADER_BYTES - 4, (int) crc.getValue());
            }
        });
    }

    @Test
    void aFileThatIsNoPoolIsRefused() throws IOException {
        Files.writeString(path, "precious words");
        assertSays(assertRefused(UnsupportedFormatException.class), path.toString());
        Files.write(path, new byte[200_000]);
        assertSays(assertRefused(UnsupportedFormatException.class), path.toString());
    }

    @Test
    void anEmptyFileIsRefused() throws IOException {
        Files.write(path, new byte[0]);
        assertSays(assertRefused(UnsupportedFormatException.class), path.toString(), "empty");
    }

    @Test
    void aFolderIsRefused() {
        final StoreException e = assertThrows(UnsupportedFormatException.class, () -> Store.open(folder));
        assertSays(String.valueOf(e.getMessage()), folder.toString());
    }

    @Test
    void aTruncatedPoolIsRefused() throws IOException {
        final byte[] whole = Files.readAllBytes(path);
        for (final int length : new int[] {whole.length - 1, whole.length / 2, 20_000, 8192, 300}) {
            Files.write(path, Arrays.copyOf(whole, length));
            assertSays(assertRefused(CorruptStoreException.class), Integer.toString(length));
        }
        Files.write(path, whole);
        assertOpensWithAll();
    }

    @Test
    void anotherFormatVersionIsRefused() throws IOException {
        forge(header -> header.putInt(VERSION_OFFSET, 7));
        assertSays(assertRefused(UnsupportedFormatException.class), "version 7");
        forge(header -> header.putInt(VERSION_OFFSET, 1));
        assertOpensWithAll();
    }

    @Test
    void anUnknownIncompatibleFeatureIsRefused() throws IOException {
        forge(header -> header.putLong(INCOMPAT_OFFSET, 0x20));
        assertSays(assertRefused(UnsupportedFormatException.class), "0x20", "later");
        forge(header -> header.putLong(INCOMPAT_OFFSET, 0));
        assertOpensWithAll();
    }

    @Test
    void anotherEngineOrEngineVersionIsRefused() throws IOException {
        edit(file -> file.putLong(ENGINE_AREA_OFFSET + Superblock.VERSION_OFFSET, 9));
        final StoreException version = assertThrows(UnsupportedFormatException.class, () -> TestStores.tiny(path));
        assertSays(String.valueOf(version.getMessage()), "version 9", path.toString());
        edit(file -> file.putLong(ENGINE_AREA_OFFSET + Superblock.VERSION_OFFSET, Superblock.VERSION));
        assertOpensWithAll();
        edit(file -> file.putLong(ENGINE_AREA_OFFSET, 77));
        final StoreException engine = assertThrows(UnsupportedFormatException.class, () -> TestStores.tiny(path));
        assertSays(String.valueOf(engine.getMessage()), "another engine");
        edit(file -> file.putLong(ENGINE_AREA_OFFSET, Superblock.MAGIC));
        assertOpensWithAll();
    }

    @Test
    void aBrokenHeaderIsCorruption() throws IOException {
        edit(file -> file.putInt(100, 77).putInt(4096 + 120, 78));
        assertSays(assertRefused(CorruptStoreException.class), "header");
    }

    @Test
    void aPathThatCannotBeIsUnavailable() throws IOException {
        final Path under = path.resolve("child");
        final StoreException under1 = assertThrows(StoreUnavailableException.class, () -> Store.open(under));
        assertSays(String.valueOf(under1.getMessage()), under.toString());
        final Path nowhere = folder.resolve("no/such/folder/pool");
        assertSays(
                String.valueOf(assertThrows(StoreUnavailableException.class, () -> Store.open(nowhere))
                        .getMessage()),
                "no/such/folder");
        final Path missing = folder.resolve("missing");
        for (final StoreOptions options : new StoreOptions[] {
            TestStores.options().withCreateIfMissing(false),
            TestStores.options().withReadOnly(true)
        }) {
            assertSays(
                    String.valueOf(assertThrows(StoreUnavailableException.class, () -> Store.open(missing, options))
                            .getMessage()),
                    missing.toString());
        }
        assertFalse(Files.exists(missing));
    }

    @Test
    void aSecondOpenInThisProcessIsRefusedAndTheFirstGoesOn() {
        try (Store store = TestStores.tiny(path)) {
            for (final boolean readOnly : new boolean[] {false, true}) {
                final StoreException e = assertThrows(
                        StoreLockedException.class,
                        () -> Store.open(path, TestStores.options().withReadOnly(readOnly)));
                assertSays(
                        String.valueOf(e.getMessage()),
                        path.toString(),
                        "this process",
                        Long.toString(ProcessHandle.current().pid()));
            }
            store.map("m").put(bytes("other"), bytes("value"));
            TestStores.assertSound(store);
        }
        assertOpensWithAll();
    }

    @Test
    void readOnlyStoresServeReadsAndRefuseWritesAndNotAByteIsChanged() throws IOException {
        final byte[] before = Files.readAllBytes(path);
        final StoreOptions readOnly = TestStores.options().withReadOnly(true);
        try (Store store = Store.open(path, readOnly);
                Store second = Store.open(path, readOnly)) {
            final KvMap map = store.map("m");
            assertArrayEquals(bytes("value"), map.get(bytes("key")));
            assertArrayEquals(bytes("value"), second.map("m").get(bytes("key")));
            assertEquals(1, map.size());
            assertSays(
                    String.valueOf(assertThrows(ReadOnlyStoreException.class, () -> map.put(bytes("a"), bytes("b")))
                            .getMessage()),
                    path.toString(),
                    "read-only");
            assertThrows(ReadOnlyStoreException.class, () -> map.putIfAbsent(bytes("a"), bytes("b")));
            assertThrows(ReadOnlyStoreException.class, () -> map.delete(bytes("key")));
            final StoreException e = assertThrows(StoreException.class, () -> store.map("new"));
            assertSays(String.valueOf(e.getMessage()), "new", "read-only");
            assertThrows(StoreLockedException.class, () -> TestStores.tiny(path));
            assertTrue(store.verify().isSound());
            assertTrue(store.stats().chunks() > 0);
        }
        assertArrayEquals(before, Files.readAllBytes(path));
    }

    /** What a writer would do about it stays in the process: counts, judged pages, the mark of the open that did not end. */
    @Test
    void aPoolThatWasKilledServesThoseWhoOnlyReadItAndIsNotChangedByThem() throws IOException {
        final EngineStore killed = TestStores.tiny(path);
        final KvMap written = killed.map("m");
        for (int i = 0; i < 2_000; i++) {
            written.put(bytes("k" + i), new byte[i % 700]);
        }
        for (int i = 0; i < 2_000; i += 3) {
            assertTrue(written.delete(bytes("k" + i)));
        }
        final long size = written.size();
        killed.map("cleared").put(bytes("k"), bytes("v"));
        killed.map("cleared").clear();
        killed.abandon();
        final byte[] before = Files.readAllBytes(path);
        final StoreOptions readOnly = TestStores.options().withReadOnly(true);
        try (Store first = Store.open(path, readOnly);
                Store second = Store.open(path, readOnly)) {
            for (final Store store : new Store[] {first, second}) {
                final KvMap map = store.map("m");
                assertEquals(size, map.size());
                for (int i = 0; i < 2_000; i++) {
                    assertArrayEquals(i % 3 == 0 ? null : new byte[i % 700], map.get(bytes("k" + i)));
                }
                assertEquals(0, store.map("cleared").size());
                assertTrue(
                        store.verify().isSound(),
                        () -> store.verify().problems().toString());
                assertThrows(ReadOnlyStoreException.class, () -> map.put(bytes("k1"), bytes("v")));
            }
        }
        assertArrayEquals(before, Files.readAllBytes(path));
        try (Store store = TestStores.tiny(path)) {
            assertEquals(size, store.map("m").size());
        }
        assertOpensWithAll();
    }

    @Test
    void durabilityThatCannotBeHadIsRefusedBeforeAnythingIsCreated() {
        final Path fresh = folder.resolve("fresh");
        final StoreException e = assertThrows(
                DurabilityUnavailableException.class,
                () -> Store.open(fresh, TestStores.options().withDurability(org.ashlar.kv.Durability.POWER_FAILURE)));
        assertTrue(String.valueOf(e.getMessage()).length() > 20, e.getMessage());
        assertFalse(Files.exists(fresh));
    }

    @Test
    void sizesBeyondTheFormatAreRefused() {
        final Path fresh = folder.resolve("fresh");
        assertThrows(
                IllegalArgumentException.class,
                () -> Store.open(fresh, TestStores.options().withMaximumBytes(1L << 60)));
        assertFalse(Files.exists(fresh));
    }
}
