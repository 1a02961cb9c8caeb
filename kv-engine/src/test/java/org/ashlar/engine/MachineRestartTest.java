package org.ashlar.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.ashlar.kv.Durability;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.StoreOptions;
import org.ashlar.pmem.PoolPlaces;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A machine went down under an open pool whose durability did not cover that: each page, or part of one, is on the disk as it was last, as it was
 * at the clean close before, or not at all. All is checked before anything is served; what is served was stored once under its key, and
 * {@code verify()} tells of all that a call does.
 */
final class MachineRestartTest {
    private static final StoreOptions OPTIONS = TestStores.options().withDurability(Durability.PROCESS_CRASH);
    private static final int KEYS = 900;
    private static final int VALUE_BYTES = 200;
    private static final int PAGE_BYTES = 4096;
    private static final int LINE_BYTES = 64;
    private static final String MAP = "m";

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private final Map<String, List<byte[]>> stored = new HashMap<>();
    private Path path = Path.of("");
    private byte[] older = new byte[0];
    private byte[] newer = new byte[0];
    private int told;
    private int served;

    @BeforeEach
    void load() throws IOException {
        path = folder.resolve("pool");
        try (EngineStore store = EngineStore.open(path, OPTIONS, Tuning.tiny())) {
            put(store.map(MAP), 0, KEYS, 0);
        }
        older = Files.readAllBytes(path);
        try (EngineStore store = EngineStore.open(path, OPTIONS, Tuning.tiny())) {
            final KvMap map = store.map(MAP);
            put(map, 0, KEYS / 3, 1);
            for (int i = KEYS / 2; i < KEYS / 2 + 50; i++) {
                map.delete(key(i));
            }
            put(map, KEYS, KEYS + KEYS / 3, 1);
            store.abandon();
        }
        newer = Files.readAllBytes(path);
        for (int copy = 0; copy < 2; copy++) {
            PoolPlaces.forgeBootId(newer, copy * PAGE_BYTES);
        }
    }

    private void put(final KvMap map, final int from, final int to, final int version) {
        for (int i = from; i < to; i++) {
            final byte[] value = new byte[VALUE_BYTES];
            new SplittableRandom(2L * i + version).nextBytes(value);
            stored.computeIfAbsent(Integer.toString(i), k -> new ArrayList<>()).add(value);
            map.put(key(i), value);
        }
    }

    private static byte[] key(final int number) {
        return Integer.toString(number).getBytes(US_ASCII);
    }

    /** Pages but the headers', of which the system call that an open makes has taken care. */
    private List<Integer> pagesThatDiffer() {
        final List<Integer> pages = new ArrayList<>();
        for (int page = 2; page < newer.length / PAGE_BYTES; page++) {
            final int at = page * PAGE_BYTES;
            if (at >= older.length || !Arrays.equals(older, at, at + PAGE_BYTES, newer, at, at + PAGE_BYTES)) {
                pages.add(page);
            }
        }
        return pages;
    }

    private void takeBack(final byte[] image, final int at, final int bytes) {
        if (at < older.length) {
            System.arraycopy(older, at, image, at, bytes);
        } else {
            Arrays.fill(image, at, at + bytes, (byte) 0);
        }
    }

    private void check(final byte[] image, final String what) throws IOException {
        Files.write(path, image);
        final EngineStore store;
        try {
            store = EngineStore.open(path, OPTIONS, Tuning.tiny());
        } catch (final StoreException e) {
            told++;
            return;
        }
        try (store) {
            assertEquals(0, store.space().sweep().unsweptPages(), () -> what + ": an open has looked at all");
            final boolean isTold = read(store, what);
            told += isTold ? 1 : 0;
            served += isTold ? 0 : 1;
            assertTrue(
                    !isTold || !store.verify().isSound(), () -> what + ": a call was told, and verify() says nothing");
            store.abandon();
        }
    }

    /** Whether a call was told. */
    private boolean read(final EngineStore store, final String what) {
        boolean isTold = false;
        try {
            if (!store.mapNames().contains(MAP)) {
                return false; // its creation may not have reached the disk
            }
            final KvMap map = store.map(MAP);
            final Set<String> found = new HashSet<>();
            for (final String key : stored.keySet()) {
                try {
                    final byte[] value = map.get(key.getBytes(US_ASCII));
                    assertStored(key, value, what);
                    if (value != null) {
                        found.add(key);
                    }
                } catch (final StoreException e) {
                    isTold = true;
                }
            }
            final Set<String> walked = new HashSet<>();
            final boolean[] isTwice = new boolean[1];
            map.forEach((keyView, valueView) -> {
                final String key = new String(keyView.toByteArray(), US_ASCII);
                isTwice[0] |= !walked.add(key);
                assertStored(key, valueView.toByteArray(), what);
                return true;
            });
            isTold |= isTwice[0]; // of a torn leaf; each was stored, and verify() has to say so
            if (!isTold) {
                assertEquals(found, walked, what);
                assertEquals(walked.size(), map.size(), () -> what + ": no count of before is believed");
            }
        } catch (final StoreException e) {
            isTold = true;
        }
        return isTold;
    }

    private void assertStored(final String key, final byte @Nullable [] value, final String what) {
        assertTrue(
                value == null || stored.getOrDefault(key, List.of()).stream().anyMatch(v -> Arrays.equals(v, value)),
                () -> what + ": " + key + " never had " + Arrays.toString(value));
    }

    @Test
    void wholeItIsServed() throws IOException {
        check(newer.clone(), "nothing lost");
        assertEquals(1, served);
    }

    @Test
    void aPageThatDidNotReachTheDiskIsNeverAWrongValue() throws IOException {
        for (final int page : pagesThatDiffer()) {
            final byte[] image = newer.clone();
            takeBack(image, page * PAGE_BYTES, PAGE_BYTES);
            check(image, "page " + page + " as it was");
            Arrays.fill(image, page * PAGE_BYTES, (page + 1) * PAGE_BYTES, (byte) 0);
            check(image, "page " + page + " zeroed");
        }
        assertTrue(told > 20 && served > 4, () -> told + " told, " + served + " served");
    }

    @Test
    void tornPagesAreNeverAWrongValue() throws IOException {
        TestStores.seeds(20)
                .forEach(seed -> TestStores.repeatable(MachineRestartTest.class, seed, () -> {
                    final SplittableRandom random = new SplittableRandom(seed);
                    for (int i = 0; i < 30; i++) {
                        final byte[] image = newer.clone();
                        final int oneIn = 1 << random.nextInt(6);
                        for (final int page : pagesThatDiffer()) {
                            for (int line = 0; random.nextInt(oneIn) == 0 && line < PAGE_BYTES; line += LINE_BYTES) {
                                if (random.nextBoolean()) {
                                    takeBack(image, page * PAGE_BYTES + line, LINE_BYTES);
                                }
                            }
                        }
                        check(image, "image " + i + " of seed " + seed);
                    }
                }));
        assertTrue(told > 0, () -> told + " told, " + served + " served");
    }
}
