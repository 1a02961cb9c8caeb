package org.ashlar.bench.compare;

import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** {@link ConcurrentHashMap}: what a program has without any store. Keys of 8 bytes are {@code Long}s, others arrays with their hash. */
public final class HeapContender implements Contender {
    /** Of a record, beside key and value: node, key object, header of the array, place in the table. */
    private static final int OVERHEAD_BYTES = 120;

    /** Young generation, and what a collection needs. */
    private static final double HEAP_OF_LIVE = 1.6;

    private static final long FIXED_HEAP_BYTES = 512L << 20;
    private static final int MIB_SHIFT = 20;

    /** For the service loader. */
    public HeapContender() {}

    @Override
    public String name() {
        return "heap";
    }

    @Override
    public String product() {
        return "java.util.concurrent.ConcurrentHashMap";
    }

    @Override
    public String configuration() {
        return "sized beforehand, 8-byte keys as Long, values as byte[], heap of 1.6 times the data, the JVM's own choice of collector";
    }

    @Override
    public String guarantee() {
        return "nothing: it is gone with the process";
    }

    @Override
    public List<String> jvmFlags(final Shape shape) {
        final double live = shape.userBytes() + (double) shape.records() * OVERHEAD_BYTES;
        final long heapMib = ((long) (live * HEAP_OF_LIVE) + FIXED_HEAP_BYTES) >> MIB_SHIFT;
        return List.of("-Xms" + heapMib + "m", "-Xmx" + heapMib + "m");
    }

    @Override
    public Abilities abilities() {
        return new Abilities(true, true, false, false, false);
    }

    @Override
    public long mostFileBytes(final Shape shape) {
        return 0;
    }

    @Override
    public OpenStore open(final Path folder, final Shape shape) {
        final ConcurrentHashMap<Object, byte[]> map = new ConcurrentHashMap<>(shape.records());
        return OpenStore.of(
                () -> shape.keyBytes() == Shape.SHORT_KEY_BYTES
                        ? new LongKeySession(map, shape)
                        : new ArrayKeySession(map, shape),
                map::clear);
    }

    /** Equal by content; its hash is computed once. */
    private static final class ArrayKey {
        private final byte[] bytes;
        private int hash;

        ArrayKey(final byte[] bytes) {
            this.bytes = bytes;
        }

        void rehash() {
            hash = Arrays.hashCode(bytes);
        }

        ArrayKey copy() {
            final ArrayKey copy = new ArrayKey(bytes.clone());
            copy.hash = hash;
            return copy;
        }

        @Override
        public boolean equals(final Object other) {
            return other instanceof ArrayKey key && hash == key.hash && Arrays.equals(bytes, key.bytes);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    private abstract static class MapSession extends Session {
        final ConcurrentHashMap<Object, byte[]> map;

        MapSession(final ConcurrentHashMap<Object, byte[]> map, final Shape shape) {
            super(shape, false);
            this.map = map;
        }

        final int copyOf(final byte[] bytes) {
            found.putBytes(0, bytes);
            return bytes.length;
        }

        final byte[] written(final int length) {
            return Arrays.copyOf(value.byteArray(), length);
        }
    }

    private static final class LongKeySession extends MapSession {
        LongKeySession(final ConcurrentHashMap<Object, byte[]> map, final Shape shape) {
            super(map, shape);
        }

        private Long number() {
            return key.getLong(0, ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        protected int get() {
            final byte[] bytes = map.get(number());
            return bytes == null ? -1 : copyOf(bytes);
        }

        @Override
        protected void put(final int length) {
            map.put(number(), written(length));
        }

        @Override
        protected boolean delete() {
            return map.remove(number()) != null;
        }
    }

    private static final class ArrayKeySession extends MapSession {
        private final ArrayKey probe = new ArrayKey(key.byteArray());

        ArrayKeySession(final ConcurrentHashMap<Object, byte[]> map, final Shape shape) {
            super(map, shape);
        }

        @Override
        protected void select(final long index, final long number) {
            super.select(index, number);
            probe.rehash();
        }

        @Override
        protected int get() {
            final byte[] bytes = map.get(probe);
            return bytes == null ? -1 : copyOf(bytes);
        }

        @Override
        protected void put(final int length) {
            map.put(probe.copy(), written(length));
        }

        @Override
        protected boolean delete() {
            return map.remove(probe) != null;
        }
    }
}
