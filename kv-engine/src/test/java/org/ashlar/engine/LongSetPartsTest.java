package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Long sets go on where they were stopped, and what fails is not lost. */
final class LongSetPartsTest {
    private static final String PROGRESS = "ashlar.sample.progress";

    @TempDir
    Path folder;

    private final List<Long> done = new ArrayList<>();

    @BeforeEach
    void name() {
        System.setProperty(PROGRESS, folder.resolve("progress").toString());
    }

    @AfterEach
    void forget() {
        System.clearProperty(PROGRESS);
    }

    private static LongSetParts parts(final String numbers) {
        return new LongSetParts(LongSetPartsTest.class, "sample", numbers);
    }

    private void doPart(final long number, final long[] counts) {
        counts[0] = 5;
        done.add(number);
    }

    private void failInPartTwo(final long number, final long[] counts) {
        doPart(number, counts);
        assertTrue(number != 2, "two");
    }

    @Test
    void aPartThatFailsIsToldAndDoesNotEndTheSet() throws IOException, InterruptedException {
        assertEquals(List.of(2L), parts("1-3").run(1, this::failInPartTwo));
        assertEquals(List.of(1L, 2L, 3L), done);
        assertTrue(parts("1-3").found().startsWith("failures left: parts [2], see "), parts("1-3")::found);
        final String failures = Files.readString(folder.resolve("progress-failures"));
        assertTrue(failures.startsWith("part 2, run again with -Dtest=LongSetPartsTest -Dashlar.sample.parts=2\n"));
        assertTrue(failures.contains("two"), failures);
    }

    @Test
    void onlyPartsThatWereNotDoneOrFailedAreDue() throws IOException, InterruptedException {
        parts("1-3").run(1, this::failInPartTwo);
        done.clear();
        assertEquals(List.of(), parts("1-4").run(1, this::doPart));
        assertEquals(List.of(2L, 4L), done);
        assertEquals("nothing", parts("1-4").found());
        assertEquals(25, parts("1-4").total(0));
    }
}
