package org.ashlar.engine;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.ashlar.kv.KvMap;

/**
 * The operations of one writer in one life of a process: they follow from the seed, so that who knows how many were
 * acknowledged knows them all. Each writer has keys of its own.
 */
final class KillWorkload {
    static final int WRITERS = 2;
    private static final int KEYS = 700;

    /** Numbers of keys whose hashes begin alike: few of them make the directory deep, so that it doubles again and again. */
    private static final List<Integer> ALIKE = TinyStores.collidingKeys(3_000, 1_000, 9, KillWorkload::key);

    private final SplittableRandom random;
    private final List<Integer> alike;
    private final int writer;
    private final long life;
    private long number;

    enum Kind {
        PUT,
        PUT_IF_ABSENT,
        REPLACE,
        DELETE
    }

    /**
     * One operation.
     *
     * @param stamp tells its value from all others; the value's bytes follow from it
     */
    record Operation(Kind kind, int key, long stamp, int length) {
        byte[] value() {
            final byte[] value = new byte[length];
            new SplittableRandom(stamp).nextBytes(value);
            return value;
        }

        void run(final KvMap map) {
            switch (kind) {
                case PUT -> put(map, KillWorkload.key(key), value());
                case PUT_IF_ABSENT -> {
                    if (stamp % 2 == 0) {
                        map.putIfAbsent(KillWorkload.key(key), value());
                    } else {
                        map.computeIfAbsent(KillWorkload.key(key), none -> value());
                    }
                }
                case REPLACE -> replace(map, KillWorkload.key(key), value());
                case DELETE -> delete(map, KillWorkload.key(key));
            }
        }

        /** In one of the ways that all do the same. */
        private void put(final KvMap map, final byte[] k, final byte[] value) {
            switch ((int) (stamp % 7)) {
                case 0 -> map.put(k, value.length, slot -> slot.putBytes(0, value));
                case 1 -> map.getAndPut(k, value);
                case 2 -> map.compute(k, before -> value);
                case 3 -> map.putAsync(k, value).join();
                default -> map.put(k, value);
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
                case 2 -> map.deleteAsync(k).join();
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
        this.writer = writer;
        this.life = life;
        random = new SplittableRandom(life * 1_000_003 + writer);
        alike = ALIKE.stream().filter(key -> key % WRITERS == writer).toList();
    }

    int writer() {
        return writer;
    }

    /** Name of the map that an operation goes to. */
    static String mapOf(final int key) {
        return "map-" + key % 3;
    }

    static byte[] key(final int key) {
        return ByteBuffer.allocate(4 + key % 20).putInt(key).array();
    }

    Operation next() {
        number++;
        // Mostly few keys, often written; some that are new and make the index grow.
        final int key = switch (random.nextInt(8)) {
            case 0 -> (20_000 + random.nextInt(20_000)) * WRITERS + writer;
            case 1 -> alike.get(random.nextInt(alike.size()));
            default -> random.nextInt(KEYS) * WRITERS + writer;
        };
        final Kind kind = switch (random.nextInt(10)) {
            case 0, 1 -> Kind.DELETE;
            case 2, 3 -> Kind.PUT_IF_ABSENT;
            case 4 -> Kind.REPLACE;
            default -> Kind.PUT;
        };
        final int length = switch (random.nextInt(60)) {
            case 0 -> random.nextInt(150_000);
            case 1, 2 -> random.nextInt(10_000);
            case 3 -> 0;
            default -> random.nextInt(150);
        };
        return new Operation(kind, key, (life * 31 + writer) * 1_000_000_007L + number, length);
    }
}
