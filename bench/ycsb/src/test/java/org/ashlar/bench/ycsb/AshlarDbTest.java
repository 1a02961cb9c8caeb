package org.ashlar.bench.ycsb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.Vector;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import site.ycsb.ByteArrayByteIterator;
import site.ycsb.ByteIterator;
import site.ycsb.Status;

class AshlarDbTest {
    @TempDir
    private Path directory;

    private AshlarDb open() {
        final Properties properties = new Properties();
        properties.setProperty(AshlarDb.PATH, directory.resolve("pool").toString());
        final AshlarDb db = new AshlarDb();
        db.setProperties(properties);
        db.init();
        return db;
    }

    private static Map<String, ByteIterator> fields(final String... namesAndValues) {
        final Map<String, ByteIterator> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(namesAndValues[i], new ByteArrayByteIterator(namesAndValues[i + 1].getBytes(UTF_8)));
        }
        return fields;
    }

    private static Map<String, String> read(final AshlarDb db, final @Nullable Set<String> names) {
        final Map<String, ByteIterator> result = new HashMap<>();
        assertEquals(Status.OK, db.read("table", "user1", names, result));
        final Map<String, String> texts = new TreeMap<>();
        result.forEach((name, value) -> texts.put(name, new String(value.toArray(), UTF_8)));
        return texts;
    }

    @Test
    @SuppressWarnings("JdkObsolete") // a Vector is what the client hands over
    void aRecordComesBackFieldByFieldAlsoWithAnotherThreadsBindingAndAfterAClose() {
        final AshlarDb first = open();
        final AshlarDb second = open();
        assertEquals(Status.OK, first.insert("table", "user1", fields("a", "1", "b", "2")));
        assertEquals(Status.OK, second.update("table", "user1", fields("b", "22", "c", "3")));
        assertEquals(Map.of("a", "1", "b", "22", "c", "3"), read(first, null));
        assertEquals(Map.of("b", "22"), read(second, Set.of("b")));
        first.cleanup();
        assertEquals(Map.of("a", "1"), read(second, Set.of("a")));
        second.cleanup();
        final AshlarDb third = open();
        assertEquals(Map.of("a", "1", "b", "22", "c", "3"), read(third, null));
        assertEquals(Status.OK, third.delete("table", "user1"));
        assertEquals(Status.NOT_FOUND, third.delete("table", "user1"));
        assertEquals(Status.NOT_FOUND, third.update("table", "user1", fields("a", "1")));
        assertEquals(Status.NOT_FOUND, third.read("table", "user1", null, new HashMap<>()));
        assertEquals(Status.NOT_IMPLEMENTED, third.scan("table", "user1", 1, null, new Vector<>()));
        third.cleanup();
    }

    @Test
    @Timeout(300)
    void theClientLoadsRunsAndFindsEveryRecordAsItWas() throws IOException {
        assertNotNull(directory);
        for (final String workload : List.of("A", "D", "F")) {
            // dataintegrity: the client checks each value that it reads.
            assertEquals(
                    0,
                    RunYcsb.execute(
                            "--workload",
                            workload,
                            "--records",
                            "500",
                            "--operations",
                            "2000",
                            "--threads",
                            "2",
                            "--path",
                            directory.toString(),
                            "dataintegrity=true",
                            "fieldlengthdistribution=constant"));
        }
        assertEquals(
                1,
                RunYcsb.execute(
                        "--records", "50", "--operations", "100", "--path", directory.toString(), "scanproportion=1"),
                "scans fail");
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(), left.toList());
        }
    }
}
