package org.ashlar.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.ashlar.kv.KvEntry;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.SalvageReport;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.Verification;
import org.ashlar.kv.VerifyReport;
import org.ashlar.pmem.Memory;
import org.jspecify.annotations.Nullable;

/**
 * Does everything that there is to do with a pool of {@link BadBlockPool} that has a bad block. Each part says how many calls were told of it,
 * and which exceptions told them; ends with an exit status of its own where something wrong was served, or a call does not end.
 */
final class BadBlockCheck {
    private static final int LIMIT_MINUTES = 20;
    private static final int MOST_IN_A_ROW = 100;
    private static final int WRONG = 5;
    private static final int HANGS = 6;
    private static final String[] NAMES = {BadBlockPool.MAP, BadBlockPool.LARGE, BadBlockPool.OTHER};

    private final BadBlockPool pool;

    /** What each key of the map may hold, where that is not just what was loaded; a null is for "nothing". */
    private final Map<Integer, List<byte @Nullable []>> changed = new HashMap<>();

    private BadBlockCheck(final BadBlockPool pool) {
        this.pool = pool;
    }

    /** Arguments: file, {@code small} or {@code standard}, parts to be done in this order: {@code read-only}, {@code write}, {@code mapped},
     * {@code salvage}. */
    public static void main(final String[] arguments) throws IOException {
        CompletableFuture.delayedExecutor(LIMIT_MINUTES, TimeUnit.MINUTES).execute(() -> {
            System.out.println("does not end");
            Runtime.getRuntime().halt(HANGS);
        });
        final BadBlockCheck check = new BadBlockCheck(BadBlockPool.of(arguments[0], arguments[1]));
        for (final String part : List.of(arguments).subList(2, arguments.length)) {
            switch (part) {
                case "read-only" -> check.open(true);
                case "write" -> check.open(false);
                case "mapped" -> check.openAndWait();
                case "salvage" -> check.salvage();
                default -> throw new IllegalArgumentException(part);
            }
        }
        System.out.println("done");
        System.exit(0);
    }

    /** Asks for all maps and touches everything, and waits for its standard input to say that the block is bad now. */
    private void openAndWait() throws IOException {
        final EngineStore store = pool.open(false);
        final KvMap[] maps = new KvMap[NAMES.length];
        Arrays.setAll(maps, i -> store.map(NAMES[i]));
        reads("before", maps[0]);
        say("ready");
        System.in.read();
        call("mapped maps", maps.length, i -> store.map(NAMES[i]));
        serve("mapped", store, false, maps);
        call("mapped close", 1, i -> store.close());
    }

    private void open(final boolean isReadOnly) {
        final String what = isReadOnly ? "read-only" : "write";
        final EngineStore store;
        try {
            store = pool.open(isReadOnly);
        } catch (final StoreException e) {
            say(what + ": open is refused, " + e.getClass().getSimpleName() + ": " + e.getMessage());
            return;
        }
        say(what + ": open, " + store.durability().mechanism());
        final @Nullable KvMap[] maps = new @Nullable KvMap[NAMES.length];
        call(what + " maps", maps.length, i -> maps[i] = store.map(NAMES[i]));
        serve(what, store, isReadOnly, maps);
        call(what + " close", 1, i -> store.close());
    }

    /** Through the maps that could be had. */
    private void serve(
            final String what, final EngineStore store, final boolean isReadOnly, final @Nullable KvMap[] maps) {
        final KvMap map = maps[0];
        final KvMap large = maps[1];
        final KvMap other = maps[2];
        if (map != null) {
            reads(what, map);
            if (!isReadOnly) {
                writes(what, map);
            }
        }
        if (large != null) {
            call(
                    what + " large",
                    BadBlockPool.LARGE_RECORDS,
                    i -> same(large.get(BadBlockPool.key(i)), BadBlockPool.largeValue(i), i));
        }
        if (other != null && !isReadOnly) {
            final Set<Integer> stored = new HashSet<>();
            call(what + " new", BadBlockPool.RECORDS, i -> {
                other.put(BadBlockPool.key(i + 1), BadBlockPool.newValue(i));
                stored.add(i);
            });
            call(what + " new read", BadBlockPool.RECORDS, i -> {
                if (stored.contains(i)) {
                    same(other.get(BadBlockPool.key(i + 1)), BadBlockPool.newValue(i), i);
                }
            });
        }
        call(what + " stats", 1, i -> store.stats());
        call(what + " verify", 1, i -> report(what + " verify", store.verify()));
        call(what + " scrub", 1, i -> {
            final Verification scrub = store.verification();
            while (scrub.step(1 << 16)) {
                // to its end
            }
            report(what + " scrub", scrub.report());
        });
        if (!isReadOnly) {
            call(what + " compact", 1, i -> store.compact());
        }
        if (map != null) {
            call(what + " gets again", BadBlockPool.RECORDS, i -> expect(i, map.get(BadBlockPool.key(i))));
        }
    }

    private void reads(final String what, final KvMap map) {
        call(what + " gets", BadBlockPool.RECORDS, i -> expect(i, map.get(BadBlockPool.key(i))));
        call(what + " reads of many", BadBlockPool.RECORDS / 10, i -> {
            final byte[][] keys = new byte[10][];
            Arrays.setAll(keys, j -> BadBlockPool.key(i * 10 + j));
            final byte[][] values = new byte[10][];
            map.readAll(keys, (j, view) -> values[j] = view == null ? null : view.toByteArray());
            Memory.settleFaults(); // what was read before the fault is shown may be anything
            for (int j = 0; j < keys.length; j++) {
                expect(i * 10 + j, values[j]);
            }
        });
        call(
                what + " for each",
                1,
                i -> map.forEach((key, value) -> {
                    Memory.settleFaults();
                    final byte[] k = key.toByteArray();
                    final byte[] v = value.toByteArray();
                    Memory.settleFaults();
                    expect(Integer.parseInt(new String(k, US_ASCII)), v);
                    return true;
                }));
        call(what + " entries", 1, i -> {
            for (final KvEntry entry : map.entries()) {
                Memory.settleFaults();
                expect(Integer.parseInt(new String(entry.key(), US_ASCII)), entry.value());
            }
        });
        call(what + " size", 1, i -> map.size());
    }

    private void writes(final String what, final KvMap map) {
        final int third = BadBlockPool.RECORDS / 3;
        change(what + " updates", 0, third, map, true);
        change(what + " deletes", third, third, map, false);
    }

    private void change(final String what, final int from, final int count, final KvMap map, final boolean isPut) {
        call(what, count, i -> {
            final int number = from + i;
            final byte @Nullable [] after = isPut ? BadBlockPool.newValue(number) : null;
            changed.put(number, Arrays.asList(BadBlockPool.value(number), after)); // until it returns, either
            if (after != null) {
                map.put(BadBlockPool.key(number), after);
            } else {
                map.delete(BadBlockPool.key(number));
            }
            Memory.settleFaults();
            changed.put(number, Arrays.asList(new byte @Nullable [][] {after}));
        });
    }

    private void salvage() {
        final Path target = Path.of("/tmp/salvaged.pool");
        call("salvage", 1, i -> {
            Files.deleteIfExists(target);
            final BadBlockPool salvaged = new BadBlockPool(target, pool.isSmall());
            final SalvageReport report = Salvage.run(
                    pool.path(),
                    target,
                    pool.options(),
                    pool.tuning(),
                    Objects.requireNonNullElseGet(
                            pool.tuning().geometry(), () -> EngineStore.geometry(pool.options())));
            say("salvage: copied " + report.copied() + ", doubtful "
                    + report.doubtful().size() + ", lost " + report.lost());
            final Set<String> doubtful = new HashSet<>();
            report.doubtful().forEach(d -> doubtful.add(d.map() + '/' + new String(d.key(), US_ASCII)));
            int missing = 0;
            try (EngineStore store = salvaged.open(false)) {
                final KvMap map = store.map(BadBlockPool.MAP);
                for (int j = 0; j < BadBlockPool.RECORDS; j++) {
                    final byte[] value = map.get(BadBlockPool.key(j));
                    if (value == null) {
                        missing += mayHold(j, null) ? 0 : 1;
                    } else if (!doubtful.contains(BadBlockPool.MAP + '/' + j)) {
                        expect(j, value);
                    }
                }
                TestStores.assertSound(store);
            }
            say("salvage: missing " + missing);
        });
    }

    // ------------------------------------------------------------------------------------------------------ checks

    private boolean mayHold(final int number, final byte @Nullable [] value) {
        final List<byte @Nullable []> possible = changed.get(number);
        return possible == null
                ? Arrays.equals(BadBlockPool.value(number), value)
                : possible.stream().anyMatch(p -> Arrays.equals(p, value));
    }

    private void expect(final int number, final byte @Nullable [] value) {
        if (!mayHold(number, value)) {
            Memory.settleFaults(); // not wrong if the fault is told after all
            wrong(number, value);
        }
    }

    private static void same(final byte @Nullable [] found, final byte[] expected, final int number) {
        if (!Arrays.equals(found, expected)) {
            Memory.settleFaults();
            wrong(number, found);
        }
    }

    private static void wrong(final int number, final byte @Nullable [] value) {
        say("WRONG: record " + number + " is served as " + Arrays.toString(value));
        Runtime.getRuntime().halt(WRONG);
    }

    private interface Call {
        void run(int i) throws Exception;
    }

    private static void call(final String what, final int times, final Call call) {
        final Map<String, Integer> told = new HashMap<>();
        String first = "";
        int failuresInARow = 0;
        for (int i = 0; i < times; i++) {
            try {
                call.run(i);
                Memory.settleFaults(); // the JVM may deliver the error a few instructions late: after the call
                failuresInARow = 0;
            } catch (final StoreException | InternalError e) {
                told.merge(e.getClass().getSimpleName(), 1, Integer::sum);
                first = first.isEmpty() ? ": " + e.getMessage() : first;
                if (++failuresInARow == MOST_IN_A_ROW) {
                    break; // each may take long, and the next ones will hardly be told otherwise
                }
            } catch (final Exception e) {
                throw new IllegalStateException(what, e);
            }
        }
        say(what + ": told " + told + first);
    }

    private static void report(final String what, final VerifyReport report) {
        say(what + ": sound " + report.isSound() + ", " + report.records() + " records, " + report.problems());
    }

    private static void say(final String text) {
        System.out.println(text);
    }
}
