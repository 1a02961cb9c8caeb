package org.ashlar.engine;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreException;

/**
 * The operations of one writer in one life of a process: they follow from the seed, so that who knows how many were
 * acknowledged knows them all. Each writer has keys of its own in maps that all share, and two maps of its own, which it clears, drops and
 * renames.
 */
final class KillWorkload {
    static final int WRITERS = 2;
    private static final int KEYS = 700;
    private static final int OWN_MAPS = 2;
    private static final int OWN_KEYS = 300;
    private static final int FIRST_OWN_KEY = 1_000_000_000; // beyond all that are alike
    private static final int AWAITED_ONE_IN = 200;

    /** Numbers of keys whose hashes begin alike: few of them make the directory deep, so that it doubles again and again. */
    private static final List<Integer> ALIKE = TinyStores.collidingKeys(3_000, 1_000, 9, KillWorkload::key);

    /** First some whose hashes begin less and less unlike: where nothing tells the others apart, none is worth a split. */
    private static final List<Integer> DEEPENING = Stream.concat(
                    IntStream.rangeClosed(1, 8)
                            .boxed()
                            .flatMap(bits -> TinyStores.collidingKeys(20, 500, bits, KillWorkload::key).stream()),
                    ALIKE.stream())
            .toList();

    private final SplittableRandom random;
    private final List<Integer> alike;
    private final List<Integer> deepening;
    private final int writer;
    private final Mix mix;
    private final long life;
    private long number;

    /** What the operations are like. */
    enum Mix {
        USUAL,
        /** Nearly all are such that the writer need not wait for them. */
        UNAWAITED,
        /** Puts of keys whose hashes begin alike to one map: its directory soon doubles. */
        DEEPENING,
        /** On every key, and deletes first: they need no room, so that nothing is touched but for them. */
        TOUCHING
    }

    enum Kind {
        PUT,
        PUT_IF_ABSENT,
        REPLACE,
        DELETE,
        /** Of the operation's map. */
        CLEAR,
        /** Of the operation's map. */
        DROP,
        /**
         * The writer's other map takes the name of this one, where this one holds nothing. Where it does, it is dropped.
         */
        RENAME
    }

    /**
     * One operation.
     *
     * @param key what it is about, where that is not the whole map
     * @param stamp tells its value from all others; the value's bytes follow from it
     */
    record Operation(Kind kind, String map, int key, long stamp, int length) {
        byte[] value() {
            final byte[] value = new byte[length];
            new SplittableRandom(stamp).nextBytes(value);
            return value;
        }

        boolean isAboutMap() {
            return kind == Kind.CLEAR || kind == Kind.DROP || kind == Kind.RENAME;
        }

        /** Whether {@link #start} can run it. */
        boolean canStart() {
            return kind == Kind.PUT || kind == Kind.DELETE;
        }

        /** The writer's map that is not this operation's. */
        String otherMap() {
            return map.substring(0, map.length() - 1) + (map.endsWith("0") ? '1' : '0');
        }

        /** Begins it, for somebody who does not wait for it. */
        CompletableFuture<?> start(final Store store) {
            final KvMap target = store.map(map);
            return kind == Kind.PUT
                    ? target.putAsync(KillWorkload.key(key), value())
                    : target.deleteAsync(KillWorkload.key(key));
        }

        void run(final Store store) {
            switch (kind) {
                case CLEAR -> store.map(map).clear();
                case DROP -> store.dropMap(map);
                case RENAME -> rename(store);
                default -> run(store.map(map));
            }
        }

        private void rename(final Store store) {
            final boolean holdsSomething = store.map(map).size() > 0;
            store.dropMap(map);
            if (!holdsSomething) {
                store.renameMap(otherMap(), map);
            }
        }

        private void run(final KvMap map) {
            switch (kind) {
                case PUT_IF_ABSENT -> {
                    if (stamp % 2 == 0) {
                        map.putIfAbsent(KillWorkload.key(key), value());
                    } else {
                        map.computeIfAbsent(KillWorkload.key(key), none -> value());
                    }
                }
                case REPLACE -> replace(map, KillWorkload.key(key), value());
                case DELETE -> delete(map, KillWorkload.key(key));
                default -> put(map, KillWorkload.key(key), value());
            }
        }

        /** In one of the ways that all do the same. */
        private void put(final KvMap map, final byte[] k, final byte[] value) {
            switch ((int) (stamp % 7)) {
                case 0 -> map.put(k, value.length, slot -> slot.putBytes(0, value));
                case 1 -> map.getAndPut(k, value);
                case 2 -> map.compute(k, before -> value);
                case 3 -> await(map.putAsync(k, value));
                default -> map.put(k, value);
            }
        }

        /** Throws what the write threw. */
        private static void await(final CompletableFuture<?> write) {
            try {
                write.join();
            } catch (final CompletionException e) {
                if (e.getCause() instanceof StoreException) {
                    throw (StoreException) e.getCause();
                }
                throw e;
            }
        }

        private void replace(final KvMap map, final byte[] k, final byte[] value) {
            switch ((int) (stamp % 4)) {
                case 0 -> map.replace(k, value);
                case 1 -> map.getAndReplace(k, value);
                case 2 -> map.computeIfPresent(k, before -> value);
                default -> {
                    final byte[] before = map.get(k);
                    if (before != null && !map.replace(k, before, value)) {
                        throw new IllegalStateException("only this thread writes this key");
                    }
                }
            }
        }

        private void delete(final KvMap map, final byte[] k) {
            switch ((int) (stamp % 5)) {
                case 0 -> map.getAndDelete(k);
                case 1 -> map.compute(k, before -> null);
                case 2 -> await(map.deleteAsync(k));
                case 3 -> {
                    final byte[] before = map.get(k);
                    if (before != null && !map.delete(k, before)) {
                        throw new IllegalStateException("only this thread writes this key");
                    }
                }
                default -> map.delete(k);
            }
        }
    }

    KillWorkload(final int writer, final long life) {
        this(writer, life, Mix.USUAL);
    }

    /** The operations of a writer. */
    KillWorkload(final int writer, final long life, final Mix mix) {
        this.mix = mix;
        this.writer = writer;
        this.life = life;
        random = new SplittableRandom(life * 1_000_003 + writer);
        alike = ownOf(ALIKE);
        deepening = ownOf(DEEPENING);
    }

    private List<Integer> ownOf(final List<Integer> keys) {
        return keys.stream().filter(key -> key % WRITERS == writer).toList();
    }

    int writer() {
        return writer;
    }

    /** Name of the map that a key of the shared ones is in. */
    static String mapOf(final int key) {
        return "map-" + key % 3;
    }

    /** Names of the maps that a key may be in, by now. */
    static List<String> mapsOf(final int key) {
        final int writer = key % WRITERS;
        return key < FIRST_OWN_KEY ? List.of(mapOf(key)) : List.of(ownMap(writer, 0), ownMap(writer, 1));
    }

    private static String ownMap(final int writer, final int number) {
        return "own-" + writer + '-' + number;
    }

    static byte[] key(final int key) {
        return ByteBuffer.allocate(4 + key % 20).putInt(key).array();
    }

    Operation next() {
        number++;
        if (mix == Mix.DEEPENING) {
            return nextThatDeepens();
        }
        if (mix == Mix.TOUCHING) {
            return nextThatTouches();
        }
        if (random.nextInt(6) == 0) {
            return nextOnOwnMap();
        }
        // Mostly few keys, often written; some that are new and make the index grow.
        final int key = switch (random.nextInt(8)) {
            case 0 -> (20_000 + random.nextInt(20_000)) * WRITERS + writer;
            case 1 -> alike.get(random.nextInt(alike.size()));
            default -> random.nextInt(KEYS) * WRITERS + writer;
        };
        return operation(kindOnKey(), mapOf(key), key);
    }

    private Operation nextThatDeepens() {
        final int key = deepening.get((int) (number % deepening.size()));
        return new Operation(Kind.PUT, mapOf(0), key, stamp(), random.nextInt(20));
    }

    private Operation nextThatTouches() {
        final int key = (int) (number % KEYS) * WRITERS + writer;
        final Kind kind = number / KEYS % 2 == 0 ? Kind.DELETE : Kind.PUT;
        return new Operation(kind, mapOf(key), key, stamp(), random.nextInt(150));
    }

    private long stamp() {
        return (life * 31 + writer) * 1_000_000_007L + number;
    }

    private Operation nextOnOwnMap() {
        final String map = ownMap(writer, random.nextInt(OWN_MAPS));
        final int key = FIRST_OWN_KEY + random.nextInt(OWN_KEYS) * WRITERS + writer;
        return switch (random.nextInt(120)) {
            case 0 -> operation(Kind.CLEAR, map, key);
            case 1 -> operation(Kind.DROP, map, key);
            case 2, 3 -> operation(Kind.RENAME, map, key);
            default -> operation(kindOnKey(), map, key);
        };
    }

    private Kind kindOnKey() {
        if (mix == Mix.UNAWAITED && random.nextInt(AWAITED_ONE_IN) > 0) {
            return random.nextInt(4) == 0 ? Kind.DELETE : Kind.PUT;
        }
        return switch (random.nextInt(10)) {
            case 0, 1 -> Kind.DELETE;
            case 2, 3 -> Kind.PUT_IF_ABSENT;
            case 4 -> Kind.REPLACE;
            default -> Kind.PUT;
        };
    }

    private Operation operation(final Kind kind, final String map, final int key) {
        final int length = switch (random.nextInt(60)) {
            case 0 -> random.nextInt(150_000);
            case 1, 2 -> random.nextInt(10_000);
            case 3 -> 0;
            default -> random.nextInt(150);
        };
        return new Operation(kind, map, key, stamp(), length);
    }
}
