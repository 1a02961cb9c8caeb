package org.ashlar.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.ashlar.engine.HostilePool.Versions;
import org.ashlar.kv.KvEntry;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.StoreOptions;
import org.ashlar.kv.Verification;
import org.ashlar.kv.VerifyReport;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a program might do with a damaged pool: open, read, write, verify, open again, salvage. Each call may be refused with a
 * {@link StoreException}; anything else that it throws is a defect, and so is a value that the key never had, when reads are verified.
 */
final class HostileRun {
    private static final int OPERATIONS = 40;
    private static final int SCRUB_BYTES = 64 << 10;
    private static final List<String> MAPS = List.of(
            HostilePool.SMALL,
            HostilePool.SMALL,
            HostilePool.DEEP,
            HostilePool.DEEP,
            HostilePool.CHAIN,
            HostilePool.LARGE,
            "empty",
            "fresh");

    private final HostileCase damaged;
    private final Choices choices;
    private final Path path;
    private final Path target;

    /** What keys may have by now; what is not here has what the pool was built with. */
    private final Map<String, Versions> written = new TreeMap<>();

    private final HostilePool pool;
    private final List<String[]> keys = new ArrayList<>();

    private int missed;
    private boolean isSound = true;
    private boolean isMissNotTold;

    /** Reads one key of so many. */
    HostileRun(
            final HostilePool pool,
            final HostileCase damaged,
            final Choices choices,
            final Path folder,
            final int oneKeyOf) {
        this.pool = pool;
        this.damaged = damaged;
        this.choices = choices;
        path = folder.resolve("damaged");
        target = folder.resolve("salvaged");
        final int[] passed = {0};
        pool.model.forEach((map, content) -> content.keySet().forEach(key -> {
            if (passed[0]++ % oneKeyOf == 0) {
                keys.add(new String[] {map, key});
            }
        }));
    }

    /** A call that may be refused. */
    @FunctionalInterface
    private interface Call {
        void run();
    }

    /** Does it all. */
    void run() throws IOException {
        Files.write(path, damaged.file);
        try {
            with(TestStores.options().withReadOnly(true).withVerifyReads(true), store -> {
                readAll(store);
                verify(store);
                isMissNotTold = missed > 0 && isSound;
            });
            with(TestStores.options().withVerifyReads(true), store -> {
                write(store);
                readAll(store);
                look(store);
            });
            with(TestStores.options(), store -> {
                verify(store);
                readUnverified(store);
            });
            salvage();
        } finally {
            Files.deleteIfExists(path);
            Files.deleteIfExists(target);
        }
    }

    /** Whether a read of the pool as it was found gave nothing where there was something, and a verification tells of no damage. */
    boolean isMissNotTold() {
        return isMissNotTold;
    }

    private void attempt(final Call call) {
        try {
            call.run();
        } catch (final StoreException e) {
            Objects.requireNonNull(e.getMessage(), "an exception without a message");
        }
    }

    private void with(final StoreOptions options, final java.util.function.Consumer<Store> use) {
        final EngineStore store;
        try {
            store = EngineStore.open(path, options, Tuning.tiny());
        } catch (final StoreException e) {
            return;
        }
        boolean isClosed = false;
        try {
            use.accept(store);
            attempt(store::close);
            isClosed = true;
        } finally {
            if (!isClosed) {
                store.abandon();
            }
        }
    }

    // ------------------------------------------------------------------------------------------------------ reading

    private void readAll(final Store store) {
        final Set<String> names = new HashSet<>();
        attempt(() -> names.addAll(store.mapNames()));
        final Map<String, KvMap> maps = new TreeMap<>();
        for (final String name : pool.model.keySet()) {
            if (names.contains(name)) {
                attempt(() -> maps.put(name, store.map(name)));
            }
        }
        for (final String[] key : keys) {
            final KvMap map = maps.get(key[0]);
            if (map != null) {
                attempt(() -> check(key[0], key[1], map.get(HostilePool.key(key[1]))));
            }
        }
        maps.forEach(this::readMany);
    }

    private void readMany(final String name, final KvMap map) {
        attempt(map::size);
        attempt(() -> map.forEach((key, value) -> {
            check(name, new String(key.toByteArray(), ISO_8859_1), value.toByteArray());
            return true;
        }));
        attempt(() -> {
            for (final KvEntry entry : map.entries()) {
                check(name, new String(entry.key(), ISO_8859_1), entry.value());
            }
        });
        final List<byte[]> some = new ArrayList<>();
        for (final String key : Objects.requireNonNull(pool.model.get(name)).keySet()) {
            if (some.size() < 40) {
                some.add(HostilePool.key(key));
            }
        }
        attempt(() -> map.readAll(some.toArray(byte[][]::new), (i, view) -> {
            check(name, new String(some.get(i), ISO_8859_1), view == null ? null : view.toByteArray());
        }));
    }

    /** What is read without checksums may be wrong, but comes from the pool, or an exception tells. */
    private void readUnverified(final Store store) {
        for (final String name : pool.model.keySet()) {
            attempt(() -> {
                if (store.mapNames().contains(name)) {
                    final KvMap map = store.map(name);
                    for (final KvEntry entry : map.entries()) {
                        attempt(() -> map.readLong(entry.key(), view -> view.capacity(), -1));
                    }
                    map.keys().forEach(key -> attempt(() -> map.contains(key)));
                }
            });
        }
    }

    /** A verification of a store that is open tells what is wrong; it is not refused. */
    private void verify(final Store store) {
        final VerifyReport report = store.verify();
        report.problems().forEach(Objects::requireNonNull);
        isSound = report.isSound();
    }

    private void look(final Store store) {
        attempt(store::stats);
        attempt(() -> store.hottestPages(10));
        attempt(() -> {
            final Verification scrub = store.verification();
            while (scrub.step(SCRUB_BYTES)) {
                scrub.progress();
            }
            scrub.report();
        });
        verify(store);
        attempt(store::compact);
    }

    /** A value that a verified read has given. */
    private void check(final String map, final String key, final byte @Nullable [] value) {
        if (damaged.isForged) {
            return;
        }
        final Versions versions = written.getOrDefault(map + '/' + key, original(map, key));
        final byte[] current = versions.current();
        if (value == null) {
            missed += current == null ? 0 : 1;
            return;
        }
        final boolean isAny = versions.isAmbiguous || damaged.mayBeOld;
        final boolean isRight = isAny
                ? versions.all.stream().anyMatch(old -> Arrays.equals(old, value))
                : Arrays.equals(current, value);
        if (!isRight) {
            final HexFormat hex = HexFormat.of();
            throw new AssertionError("map " + map + " has for the key " + hex.formatHex(HostilePool.key(key))
                    + " the value " + hex.formatHex(value, 0, Math.min(value.length, 64)) + " of " + value.length
                    + " bytes, and no exception told; it should be "
                    + (current == null ? "absent" : "another of " + current.length + " bytes"));
        }
    }

    private Versions original(final String map, final String key) {
        final Versions versions = pool.model.getOrDefault(map, Map.of()).get(key);
        return versions == null ? new Versions() : versions;
    }

    // ------------------------------------------------------------------------------------------------------ writing

    private void write(final Store store) {
        for (int i = 0; i < OPERATIONS; i++) {
            final String name = MAPS.get(choices.below(MAPS.size()));
            final String key = choices.below(4) == 0 ? "new" + choices.below(200) : keyOf(name);
            final int length = choices.below(16) == 0 ? choices.below(200_000) : choices.below(100);
            final byte[] value = HostilePool.value(i * 31 + length, length);
            final int operation = choices.below(20);
            attempt(() -> {
                final KvMap map = store.map(name);
                operate(store, map, name, key, value, operation);
            });
            attempt(() -> check(name, key, store.map(name).get(HostilePool.key(key))));
        }
    }

    private String keyOf(final String map) {
        final Map<String, Versions> content = pool.model.getOrDefault(map, Map.of());
        return content.isEmpty()
                ? "any"
                : content.keySet().stream()
                        .skip(choices.below(content.size()))
                        .findFirst()
                        .orElseThrow();
    }

    private void operate(
            final Store store,
            final KvMap map,
            final String name,
            final String key,
            final byte[] value,
            final int operation) {
        final byte[] bytes = HostilePool.key(key);
        switch (operation) {
            case 0, 1, 2, 3, 4, 5, 6 -> change(name, key, value, () -> map.put(bytes, value));
            case 7, 8, 9, 10 -> change(name, key, null, () -> map.delete(bytes));
            case 11 -> change(name, key, value, () -> map.putIfAbsent(bytes, value), true);
            case 12 -> change(name, key, value, () -> map.replace(bytes, value), true);
            case 13 -> change(name, key, value, () -> map.getAndPut(bytes, value));
            case 14 -> change(name, key, value, () -> map.compute(bytes, old -> value));
            case 15 -> change(name, key, null, () -> map.getAndDelete(bytes));
            case 16 -> change(name, key, value, () -> map.put(bytes, value.length, slot -> slot.putBytes(0, value)));
            case 17 -> {
                map.clear();
                forget(name);
            }
            case 18 -> {
                store.dropMap(name);
                forget(name);
            }
            default -> {
                store.renameMap("empty", "elsewhere");
                store.renameMap("elsewhere", "empty");
            }
        }
    }

    /** Nothing of a map is left, or all of it. */
    private void forget(final String name) {
        pool.model.getOrDefault(name, Map.of()).keySet().forEach(key -> versions(name, key));
        written.forEach((id, versions) -> {
            if (id.startsWith(name + '/')) {
                versions.all.add(null);
                versions.isAmbiguous = false;
            }
        });
    }

    private void change(final String map, final String key, final byte @Nullable [] value, final Call call) {
        change(map, key, value, call, false);
    }

    private void change(
            final String map,
            final String key,
            final byte @Nullable [] value,
            final Call call,
            final boolean isConditional) {
        final Versions versions = versions(map, key);
        versions.isAmbiguous = true; // as long as nothing was returned
        versions.all.add(value);
        call.run();
        versions.isAmbiguous = isConditional;
    }

    private Versions versions(final String map, final String key) {
        return written.computeIfAbsent(map + '/' + key, id -> {
            final Versions versions = new Versions();
            versions.all.addAll(original(map, key).all);
            return versions;
        });
    }

    // ------------------------------------------------------------------------------------------------------ salvage

    private void salvage() throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        attempt(() -> {
            Salvage.run(
                    path,
                    target,
                    TestStores.options(),
                    Tuning.tiny(),
                    Tuning.tiny().geometry());
            try (EngineStore store = TestStores.tiny(target)) {
                final VerifyReport report = store.verify();
                if (!report.isSound()) {
                    throw new AssertionError("what was salvaged is not sound: " + report.problems());
                }
            }
        });
    }
}
