package org.ashlar.examples.inspector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InspectorTest {
    private static final int RECORDS = 200;
    private static final String MARK = "the value of ninety-nine";

    private final StringWriter output = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @TempDir
    private Path folder;

    private Path pool = Path.of("");

    @BeforeEach
    void createPool() {
        pool = folder.resolve("app.pool");
        try (Store store = Store.open(pool)) {
            final KvMap map = store.map("users");
            for (int i = 0; i < RECORDS; i++) {
                map.put(Integer.toString(i).getBytes(UTF_8), (i == 99 ? MARK : "value " + i).getBytes(UTF_8));
            }
        }
    }

    private int run(final String... args) {
        output.getBuffer().setLength(0);
        errors.getBuffer().setLength(0);
        return Inspector.run(new PrintWriter(output), new PrintWriter(errors), args);
    }

    private JsonNode json() throws JsonProcessingException {
        return new JsonMapper().readTree(output.toString());
    }

    /** Changes a byte of the value that bears the mark. */
    private void spoilRecord() throws IOException {
        final byte[] front = new byte[8 << 20];
        try (RandomAccessFile file = new RandomAccessFile(pool.toFile(), "rw")) {
            for (long base = 0; base < file.length(); base += front.length) {
                file.seek(base);
                final int count = file.read(front);
                final int at = new String(front, 0, count, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf(MARK);
                if (at >= 0) {
                    file.seek(base + at);
                    file.write('T');
                    return;
                }
            }
        }
        throw new AssertionError("there is no such value");
    }

    @Test
    void aSoundPoolIsStatusZeroAndIsNotWritten() throws IOException {
        final Path before = Files.copy(pool, folder.resolve("before")); // on the heap, two of them leave little room
        assertEquals(0, run("verify", pool.toString()), output::toString);
        assertTrue(output.toString().contains("sound        true"), output::toString);
        assertEquals(0, run("verify", pool.toString(), "--json"));
        assertTrue(json().get("sound").asBoolean());
        assertEquals(RECORDS, json().get("records").asInt());
        assertEquals(0, json().get("problems").size());
        assertEquals(-1, Files.mismatch(before, pool));
        assertEquals(0, run("verify", pool.toString(), "--for-writing", "--json"));
        assertEquals(RECORDS, json().get("records").asInt());
    }

    @Test
    void aRateIsKept() throws IOException {
        assertEquals(0, run("verify", pool.toString(), "--json"));
        final long bytes = RECORDS * 30L; // at least: headers, keys, values; the index too
        final long began = System.nanoTime();
        assertEquals(0, run("verify", pool.toString(), "--json", "--rate", Long.toString(bytes * 20)));
        final long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        assertTrue(millis >= 40, () -> "took " + millis + " ms");
        assertEquals(RECORDS, json().get("records").asInt());
    }

    @Test
    void aDamagedPoolIsStatusOneAndSalvageCopiesTheRest() throws IOException {
        spoilRecord();
        assertEquals(1, run("verify", pool.toString(), "--json"), output::toString);
        assertFalse(json().get("sound").asBoolean());
        assertEquals(1, json().get("problems").size());
        assertEquals(1, run("verify", pool.toString()));
        assertTrue(output.toString().contains("fails its checksum"), output::toString);

        final Path target = folder.resolve("new.pool");
        assertEquals(1, run("salvage", pool.toString(), target.toString(), "--json"), output::toString);
        assertFalse(json().get("complete").asBoolean());
        assertEquals(RECORDS - 1, json().get("copied").get("users").asInt());
        assertEquals(1, json().get("lost").size());
        assertTrue(json().get("lost").get(0).get("reason").asText().contains("'99'"), output::toString);
        assertEquals(0, json().get("doubtful").size());
        assertEquals(0, run("verify", target.toString()), output::toString);
    }

    @Test
    void salvageOfASoundPoolIsStatusZero() throws IOException {
        final Path target = folder.resolve("new.pool");
        assertEquals(0, run("salvage", pool.toString(), target.toString()), output::toString);
        assertTrue(output.toString().contains("copied: map users, 200 records"), output::toString);
        try (Store store = Store.open(target)) {
            assertArrayEquals(MARK.getBytes(UTF_8), store.map("users").get("99".getBytes(UTF_8)));
        }
    }

    @Test
    void whatCannotBeReadIsStatusTwoAndSaysWhy() throws IOException {
        final Path none = folder.resolve("none.pool");
        assertEquals(2, run("verify", none.toString(), "--json"));
        assertTrue(json().get("error").asText().contains("none.pool"), output::toString);
        assertFalse(Files.exists(none));
        final Path text = Files.writeString(folder.resolve("text"), "no pool");
        assertEquals(2, run("verify", text.toString()));
        assertTrue(output.toString().contains("not a pool"), output::toString);
        assertEquals(2, run("salvage", text.toString(), none.toString(), "--json"));
        assertTrue(json().hasNonNull("error"), output::toString);
        assertFalse(Files.exists(none));
        assertEquals(2, run("salvage", pool.toString(), text.toString(), "--json"));
        assertTrue(json().get("error").asText().contains("exists already"), output::toString);
        assertEquals("no pool", Files.readString(text));
        try (Store store = Store.open(pool)) {
            assertEquals(2, run("verify", pool.toString(), "--json"));
            assertTrue(json().get("error").asText().contains("open already"), output::toString);
            assertEquals(1, store.mapNames().size());
        }
    }

    @Test
    void aBadArgumentIsStatusTwo() {
        assertEquals(2, run("verify"));
        assertTrue(errors.toString().contains("POOL"), errors::toString);
        assertEquals(2, run("verify", pool.toString(), "--rate", "0"));
        assertTrue(errors.toString().contains("--rate must be"), errors::toString);
        assertEquals(2, run("salvage", pool.toString(), "x", "--maximum", "0"));
    }
}
