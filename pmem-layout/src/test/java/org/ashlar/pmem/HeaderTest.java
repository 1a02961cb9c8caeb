package org.ashlar.pmem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.ashlar.pmem.PoolException.Reason;
import org.ashlar.pmem.PoolOptions.OpenMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderTest {
    private static final long VALUE = 0x0123_4567_89AB_CDEFL;

    @TempDir
    Path folder;

    private Path path = Path.of("");

    @BeforeEach
    void createPool() {
        path = folder.resolve("pool");
        try (Pool pool = Pool.open(path, TestPools.tiny().build())) {
            pool.allocateChunksTo(1);
            Memory.putLong(pool.dataAddress(), VALUE);
        }
    }

    @AfterEach
    void removeHook() {
        Steps.install(null);
    }

    private void assertOpens() {
        try (Pool pool = Pool.open(path, TestPools.tiny().build())) {
            assertEquals(VALUE, Memory.getLong(pool.dataAddress()));
        }
    }

    /** Asserts that every way of opening is refused for the same reason, and changes nothing. */
    private void assertRefused(final Reason reason) throws IOException {
        for (final OpenMode mode : new OpenMode[] {OpenMode.OPEN_ONLY, OpenMode.CREATE_IF_ABSENT}) {
            assertRefused(reason, TestPools.tiny().openMode(mode).build());
        }
        assertRefused(reason, TestPools.tiny().readOnly(true).build());
    }

    private void assertRefused(final Reason reason, final PoolOptions options) throws IOException {
        final byte[] before = Files.readAllBytes(path);
        final PoolException e = assertThrows(PoolException.class, () -> Pool.open(path, options));
        assertEquals(reason, e.reason(), e.getMessage());
        assertArrayEquals(before, Files.readAllBytes(path));
        assertEquals(1, folder.toFile().list().length);
    }

    private void edit(final Consumer<ByteBuffer> change) throws IOException {
        final byte[] bytes = Files.readAllBytes(path);
        change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        Files.write(path, bytes);
    }

    /** Changes both copies and makes their CRCs fit. */
    private void forge(final Consumer<ByteBuffer> change) throws IOException {
        edit(file -> {
            for (int copy = 0; copy < 2; copy++) {
                final ByteBuffer header =
                        file.slice(copy * 4096, PoolHeader.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                change.accept(header);
                final CRC32C crc = new CRC32C();
                crc.update(header.slice(0, PoolHeader.CRC_OFFSET));
                header.putInt(PoolHeader.CRC_OFFSET, (int) crc.getValue());
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void oneBrokenCopyIsRepairedAtOpen(final int copy) throws IOException {
        for (int offset = 0; offset < PoolHeader.BYTES; offset += 7) {
            final int at = copy * 4096 + offset;
            edit(file -> file.put(at, (byte) ~file.get(at)));
            assertOpens();
            // The other copy alone must do now, so the broken one was rewritten.
            edit(file -> file.putLong((1 - copy) * 4096, 0));
            assertOpens();
        }
    }

    @Test
    void aZeroedHeaderPageIsRepairedAtOpen() throws IOException {
        edit(file -> file.put(0, new byte[4096]));
        assertOpens();
        edit(file -> file.put(4096, new byte[4096]));
        assertOpens();
    }

    private static void failAt(final String... steps) {
        Steps.install(step -> {
            for (final String failing : steps) {
                if (step.equals(failing)) {
                    throw new PoolException(step.startsWith("read") ? Reason.MEDIA_ERROR : Reason.IO, step + " failed");
                }
            }
        });
    }

    /** Writing a whole page takes a bad block back into use, where the device has others in reserve. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aCopyOnAPageThatCannotBeReadIsWrittenAnewAtOpen(final int copy) throws IOException {
        edit(file -> file.put(copy * 4096, new byte[4096]));
        failAt("read header " + copy);
        final byte[] before = Files.readAllBytes(path);
        try (Pool pool = Pool.open(path, TestPools.tiny().readOnly(true).build())) {
            assertEquals(VALUE, pool.region().getLong(0));
        }
        assertArrayEquals(before, Files.readAllBytes(path));
        assertOpens();
        Steps.install(null);
        edit(file -> file.putLong((1 - copy) * 4096, 0));
        assertOpens();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aCopyOnAPageThatCanNeitherBeReadNorWrittenIsAMediaErrorOfOpensForWriting(final int copy) throws IOException {
        failAt("read header " + copy, "write pool at " + copy * 4096);
        assertRefused(Reason.MEDIA_ERROR, TestPools.tiny().build());
        try (Pool pool = Pool.open(path, TestPools.tiny().readOnly(true).build())) {
            assertEquals(VALUE, pool.region().getLong(0));
        }
        Steps.install(null);
        assertOpens();
    }

    @Test
    void twoCopiesThatCannotBeReadAreAMediaError() throws IOException {
        failAt("read header 0", "read header 1");
        assertRefused(Reason.MEDIA_ERROR);
    }

    /** It may be the newer one, of another version, or of another pool. */
    @Test
    void aBrokenCopyBesideOneThatCannotBeReadIsAMediaError() throws IOException {
        edit(file -> file.put(PoolHeader.OPEN_COUNTER_OFFSET, (byte) 77));
        failAt("read header 1");
        assertRefused(Reason.MEDIA_ERROR);
    }

    @Test
    void aFaultInTheMappingWhileAPoolIsOpenedIsAMediaErrorAndLeavesNoLock() {
        Steps.install(step -> {
            if (step.startsWith("write header")) {
                throw new InternalError("a fault occurred in an unsafe memory access operation");
            }
        });
        final PoolException e = assertThrows(
                PoolException.class, () -> Pool.open(path, TestPools.tiny().build()));
        assertEquals(Reason.MEDIA_ERROR, e.reason());
        Steps.install(null);
        assertOpens();
    }

    @Test
    void twoBrokenCopiesAreCorruption() throws IOException {
        edit(file ->
                file.put(PoolHeader.OPEN_COUNTER_OFFSET, (byte) 77).put(4096 + PoolHeader.CREATED_OFFSET, (byte) 77));
        assertRefused(Reason.CORRUPT_HEADER);
    }

    @Test
    void copiesOfDifferentPoolsAreCorruption() throws IOException {
        final Path other = folder.resolve("other");
        Pool.open(other, TestPools.tiny().build()).close();
        final byte[] foreign = Files.readAllBytes(other);
        Files.delete(other);
        edit(file -> file.put(4096, foreign, 4096, 4096));
        assertRefused(Reason.CORRUPT_HEADER);
    }

    @Test
    void theNewerOfTwoCopiesCounts() throws IOException {
        final byte[] old = Files.readAllBytes(path);
        assertOpens();
        edit(file -> file.put(4096, old, 4096, 4096));
        try (Pool pool = Pool.open(path, TestPools.tiny().build())) {
            assertEquals(3, pool.openCounter());
        }
    }

    @Test
    void anotherVersionIsRefused() throws IOException {
        forge(header -> header.putInt(PoolHeader.VERSION_OFFSET, 2));
        assertRefused(Reason.UNSUPPORTED_VERSION);
    }

    @Test
    void anotherVersionIsRefusedEvenWhereItsChecksumIsElsewhere() throws IOException {
        edit(file -> file.putInt(PoolHeader.VERSION_OFFSET, 9).putInt(4096 + PoolHeader.VERSION_OFFSET, 9));
        assertRefused(Reason.UNSUPPORTED_VERSION);
    }

    @Test
    void anUnknownIncompatFeatureIsRefused() throws IOException {
        forge(header -> header.putLong(PoolHeader.INCOMPAT_OFFSET, 1L << 63));
        assertRefused(Reason.UNSUPPORTED_FEATURE);
    }

    @Test
    void anUnknownReadOnlyCompatFeatureIsRefusedForWritingOnly() throws IOException {
        forge(header -> header.putLong(PoolHeader.RO_COMPAT_OFFSET, 4));
        assertRefused(Reason.UNSUPPORTED_FEATURE, TestPools.tiny().build());
        Pool.open(path, TestPools.tiny().readOnly(true).build()).close();
    }

    @Test
    void anUnknownCompatFeatureIsKept() throws IOException {
        forge(header -> header.putLong(PoolHeader.COMPAT_OFFSET, 8));
        assertOpens();
        final byte[] bytes = Files.readAllBytes(path);
        assertEquals(8, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(PoolHeader.COMPAT_OFFSET));
    }

    @Test
    void anotherDescriptorSizeIsRefused() throws IOException {
        forge(header -> header.putInt(PoolHeader.DESCRIPTOR_BYTES_OFFSET, 128));
        assertRefused(Reason.UNSUPPORTED_FEATURE);
    }

    @Test
    void impossibleFieldsAreCorruptionInSpiteOfAFittingChecksum() throws IOException {
        final byte[] sound = Files.readAllBytes(path);
        final int[] offsets = {
            PoolHeader.HEADER_BYTES_OFFSET,
            PoolHeader.PLACEMENT_OFFSET,
            PoolHeader.CHUNK_BYTES_OFFSET,
            PoolHeader.MAX_CHUNKS_OFFSET,
            PoolHeader.SECTION_BYTES_OFFSET,
            PoolHeader.CHUNK_COUNT_OFFSET,
            PoolHeader.ALLOCATED_CHUNKS_OFFSET,
            PoolHeader.OPEN_COUNTER_OFFSET,
            PoolHeader.OPEN_STAMP_OFFSET,
            PoolHeader.MODE_OFFSET
        };
        for (final int offset : offsets) {
            Files.write(path, sound);
            forge(header -> header.putInt(offset, -3));
            assertRefused(Reason.CORRUPT_HEADER);
        }
    }

    @Test
    void aShorterFileThanTheHeaderSaysIsRefused() throws IOException {
        final byte[] whole = Files.readAllBytes(path);
        for (final int length : new int[] {whole.length - 1, whole.length / 2, 8192}) {
            Files.write(path, Arrays.copyOf(whole, length));
            assertRefused(Reason.TRUNCATED);
        }
        Files.write(path, Arrays.copyOf(whole, 100));
        assertRefused(Reason.TRUNCATED);
    }

    @Test
    void aLongerFileIsFine() throws IOException {
        final byte[] whole = Files.readAllBytes(path);
        Files.write(path, Arrays.copyOf(whole, whole.length + 12345));
        assertOpens();
    }

    @Test
    void anEmptyFileIsRefusedAndNotOverwritten() throws IOException {
        Files.write(path, new byte[0]);
        assertRefused(Reason.EMPTY_FILE);
    }

    @Test
    void anyOtherFileIsRefusedAndNotOverwritten() throws IOException {
        Files.writeString(path, "precious");
        assertRefused(Reason.NOT_A_POOL);
        Files.write(path, new byte[1 << 20]);
        assertRefused(Reason.NOT_A_POOL);
        Files.delete(path);
        Files.createDirectory(path);
        final PoolException e = assertThrows(PoolException.class, () -> Pool.open(path, PoolOptions.defaults()));
        assertEquals(Reason.NOT_A_POOL, e.reason());
    }

    @Test
    void aMissingFileIsNotFoundUnlessItMayBeCreated() {
        final Path missing = folder.resolve("missing");
        for (final PoolOptions options : new PoolOptions[] {
            TestPools.tiny().openMode(OpenMode.OPEN_ONLY).build(),
            TestPools.tiny().readOnly(true).build()
        }) {
            final PoolException e = assertThrows(PoolException.class, () -> Pool.open(missing, options));
            assertEquals(Reason.NOT_FOUND, e.reason());
        }
        final PoolException e = assertThrows(
                PoolException.class, () -> Pool.open(folder.resolve("no/such/folder"), PoolOptions.defaults()));
        assertEquals(Reason.NOT_FOUND, e.reason());
    }

    @Test
    void createOnlyRefusesWhatIsThere() throws IOException {
        assertRefused(
                Reason.ALREADY_EXISTS,
                TestPools.tiny().openMode(OpenMode.CREATE_ONLY).build());
        assertTrue(Files.exists(path));
    }

    @Test
    void aReadOnlyOpenWritesNothing() throws IOException {
        final byte[] before = Files.readAllBytes(path);
        try (Pool pool = Pool.open(path, TestPools.tiny().readOnly(true).build());
                Pool second = Pool.open(path, TestPools.tiny().readOnly(true).build())) {
            assertEquals(1, pool.openCounter());
            assertEquals(VALUE, pool.region().getLong(0));
            assertEquals(VALUE, second.region().getLong(0));
            assertEquals(DescriptorPlacement.DRAM, pool.placement());
            assertTrue(pool.descriptors().beginInitialisation(0));
            pool.descriptors().endInitialisation(0);
            assertEquals(
                    Reason.READ_ONLY,
                    assertThrows(PoolException.class, () -> pool.allocateChunksTo(30))
                            .reason());
            pool.closeCleanly();
        }
        assertArrayEquals(before, Files.readAllBytes(path));
    }
}
