package org.ashlar.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.ashlar.engine.index.DamagedLeaf;
import org.ashlar.engine.record.Keys;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreClosedException;
import org.ashlar.kv.Verification;
import org.ashlar.kv.VerifyReport;
import org.ashlar.pmem.Memory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A verification in pieces finds what one in full finds, and stands in nobody's way. */
final class ScrubTest {
    private static final int RECORDS = 5_000;
    private static final int PIECE_BYTES = 64 << 10;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private Path path = Path.of("");

    @BeforeEach
    void load() {
        path = folder.resolve("pool");
        try (EngineStore store = TestStores.tiny(path)) {
            for (int i = 0; i < RECORDS; i++) {
                store.map("m" + i % 3).put(key(i), new byte[i % 200]);
            }
            store.map("large").put(key(1), new byte[300_000]);
            for (int i = 0; i < RECORDS; i += 4) {
                store.map("m" + i % 3).delete(key(i));
            }
        }
    }

    private static byte[] key(final int number) {
        return Integer.toString(number).getBytes(US_ASCII);
    }

    private static VerifyReport finish(final Verification scrub, final long bytes) {
        double progress = scrub.progress();
        while (scrub.step(bytes)) {
            assertTrue(scrub.progress() >= progress && scrub.progress() < 1, "progress never falls");
            progress = scrub.progress();
        }
        assertEquals(1, scrub.progress());
        return scrub.report();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, PIECE_BYTES, Long.MAX_VALUE})
    void inPiecesOfAnySizeTheReportIsThatOfAFullVerify(final long bytes) {
        final VerifyReport pieces;
        try (EngineStore store = TestStores.tiny(path)) {
            pieces = finish(store.verification(), bytes);
        }
        try (EngineStore store = TestStores.tiny(path)) {
            assertEquals(store.verify(), pieces);
            assertEquals(pieces, finish(store.verification(), bytes), "again, with nothing left to judge");
            assertEquals(RECORDS * 3L / 4 + 1, pieces.records());
        }
        try (Store store = Store.open(path, TestStores.options().withReadOnly(true))) {
            assertEquals(store.verify(), finish(store.verification(), bytes));
        }
    }

    @Test
    void aPieceReadsLittleMoreThanItWasTold() {
        try (EngineStore store = TestStores.tiny(path)) {
            final Verification scrub = store.verification();
            final long most = PIECE_BYTES + 441L * (RecordHeader.BYTES + 200) + 4096 * 3;
            long before = 0;
            int pieces = 0;
            while (scrub.step(PIECE_BYTES)) {
                final long read = scrub.bytesRead() - before;
                assertTrue(read <= most || (read >= 300_000 && read <= 300_000 + most), () -> "read " + read);
                before = scrub.bytesRead();
                pieces++;
            }
            assertTrue(pieces > 10, "pieces " + pieces);
        }
    }

    @Test
    void damageIsFoundInPiecesAndTheRestIsWalked() {
        try (EngineStore store = TestStores.tiny(path)) {
            final MapCore core = ((EngineMap) store.map("m1")).core();
            final byte[] key = key(1);
            final long hash = new Keys(42).hash(key, Memory.ARRAY_BASE, key.length);
            final long record = core.index().find(hash, key, Memory.ARRAY_BASE, key.length);
            Memory.putInt(record + RecordHeader.OPEN_OFFSET, ~Memory.getInt(record + RecordHeader.OPEN_OFFSET));
            final VerifyReport report = finish(store.verification(), PIECE_BYTES);
            assertFalse(report.isSound());
            assertEquals(1, report.problems().size(), () -> report.problems().toString());
            assertEquals(RECORDS * 3L / 4 + 1, report.records());
            assertEquals(store.verify().problems(), report.problems());
            store.abandon();
        }
        try (EngineStore store = TestStores.tiny(path)) {
            DamagedLeaf.flip(
                    DamagedLeaf.lastOf(((EngineMap) store.map("m2")).core().index()));
            assertFalse(finish(store.verification(), PIECE_BYTES).isSound());
            store.abandon();
        }
    }

    /** What is replaced, deleted, split, dropped and moved between two pieces is no problem. */
    @ParameterizedTest
    @ValueSource(longs = {1, PIECE_BYTES})
    void writesBetweenPiecesAreNoProblems(final long bytes) {
        try (EngineStore store = TestStores.tiny(path)) {
            for (int round = 0; round < 3; round++) {
                final Verification scrub = store.verification();
                int next = 0;
                while (scrub.step(bytes)) {
                    for (int i = 0; i < 40; i++, next++) {
                        final KvMap map = store.map("m" + next % 3);
                        map.put(key(next % RECORDS), new byte[(next * 7) % 300]);
                        map.delete(key((next * 13) % RECORDS));
                    }
                    if (next == 400) {
                        store.dropMap("m0");
                        store.renameMap("m1", "renamed" + round);
                        store.compact();
                    }
                }
                final VerifyReport report = scrub.report();
                assertTrue(report.isSound(), () -> String.join("\n", report.problems()));
            }
            TestStores.assertSound(store);
        }
    }

    @Test
    void aStepOfNothingOrAfterCloseIsRefused() {
        final Verification scrub;
        try (EngineStore store = TestStores.tiny(path)) {
            scrub = store.verification();
            assertThrows(IllegalArgumentException.class, () -> scrub.step(0));
            assertTrue(scrub.step(1));
        }
        assertThrows(StoreClosedException.class, () -> scrub.step(1));
        assertThrows(StoreClosedException.class, scrub::report);
    }
}
