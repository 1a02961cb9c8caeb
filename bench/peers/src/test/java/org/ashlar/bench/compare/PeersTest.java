package org.ashlar.bench.compare;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each peer holds 1,000 records: every value that is read is checked, and all bytes of all records before they are deleted. */
@Timeout(300)
class PeersTest {
    private static final Set<String> PEERS =
            Set.of("chronicle-map", "lmdb", "lmdb-sync", "mapdb", "mvstore", "mvstore-sync", "rocksdb", "rocksdb-sync");

    @TempDir
    private Path directory;

    @Test
    void allPeersAreThereAndSayWhatTheyAre() {
        final Map<String, Contender> all = Contenders.all();
        assertTrue(all.keySet().containsAll(PEERS), () -> all.keySet().toString());
        for (final String name : PEERS) {
            final Contender peer = Contenders.named(name);
            assertAll(
                    name,
                    () -> assertFalse(peer.guarantee().isBlank()),
                    () -> assertFalse(peer.configuration().isBlank()),
                    () -> assertTrue(peer.product().matches(".* \\d+(\\.\\d+)+"), peer.product()));
        }
    }

    @Test
    void thoseThatWaitForTheDeviceTakePartOnlyWhenAskedFor() {
        for (final String name : PEERS) {
            final Contender peer = Contenders.named(name);
            assertEquals(name.endsWith("-sync"), peer.isOptional(), name);
            assertEquals(name.endsWith("-sync"), peer.guarantee().startsWith("loss of power"), name);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "chronicle-map,1000",
        "lmdb,1000",
        "lmdb-sync,1000",
        "mapdb,",
        "mvstore,",
        "mvstore-sync,1000",
        "rocksdb,1000",
        "rocksdb-sync,1000"
    })
    void aPeerKeepsWhatItIsGivenAndAfterAKillWhereItPromisesTo(final String peer, final String restart)
            throws IOException {
        final Stream<String> always = Stream.of(
                "--stores",
                peer,
                "--records",
                "1000",
                "--rounds",
                "2",
                "--seconds",
                "0.02",
                "--warm-up",
                "0.02",
                "--age",
                "1",
                "--workloads",
                "A,D,F",
                "--path",
                directory.toString());
        final Stream<String> kill = restart == null ? Stream.of() : Stream.of("--restart", restart);
        assertEquals(0, CompareStores.execute(Stream.concat(always, kill).toArray(String[]::new)));
        assertEquals(List.of(), filesLeft());
    }

    @ParameterizedTest
    @CsvSource({"chronicle-map", "lmdb", "mapdb", "mvstore", "mvstore-sync", "rocksdb"})
    void aPeerKeepsLongKeysAndMixedValuesOfTwoThreads(final String peer) throws IOException {
        assertEquals(
                0,
                CompareStores.execute(
                        "--stores",
                        peer,
                        "--records",
                        "1000",
                        "--rounds",
                        "1",
                        "--seconds",
                        "0.02",
                        "--warm-up",
                        "0.02",
                        "--key-bytes",
                        "23",
                        "--values",
                        "mixed",
                        "--threads",
                        "2",
                        "--workloads",
                        "A",
                        "--path",
                        directory.toString()));
        assertEquals(List.of(), filesLeft());
    }

    private List<Path> filesLeft() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
