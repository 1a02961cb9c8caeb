package org.ashlar.engine.crash;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.kv.Durability;
import org.ashlar.kv.DurabilityInfo;
import org.ashlar.kv.EntryVisitor;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.PageInfo;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreStats;
import org.ashlar.kv.ValueFunction;
import org.ashlar.kv.ValueSlot;
import org.ashlar.kv.ValueView;
import org.ashlar.kv.ValueWriter;
import org.ashlar.kv.Verification;
import org.ashlar.kv.VerifyReport;
import org.ashlar.pmem.MappedToyFile;
import org.ashlar.pmem.Memory;
import org.jspecify.annotations.Nullable;

/**
 * A store that is a log of checksummed records and a map in memory: simple enough to be right, and to be wrong on purpose.
 *
 * <pre>
 *    0        4        8                 16           18           20           24
 *   +--------+--------+-----------------+------------+------------+------------+------+-----+-------+
 *   | CRC32C | length | sequence        | map length | key length | value len. | map  | key | value |
 *   +--------+--------+-----------------+------------+------------+------------+------+-----+-------+
 * </pre>
 */
final class ToyStore implements Store {
    /** How the store is wrong. */
    enum Mistake {
        NONE,
        RECORD_NOT_WRITTEN_BACK,
        LAST_LINE_NOT_WRITTEN_BACK,
        CHECKSUM_NOT_CHECKED,
        VISIBLE_BEFORE_DURABLE,
        DELETE_NOT_WRITTEN_BACK,
        RECOVERY_NOT_SAFE_AGAINST_CRASHES,
        READERS_WAIT_FOR_WRITERS
    }

    static final int FILE_BYTES = 1 << 20;
    private static final int HEADER_BYTES = 24;
    private static final int SEQUENCE_OFFSET = 8;
    private static final int MAP_LENGTH_OFFSET = 16;
    private static final int KEY_LENGTH_OFFSET = 18;
    private static final int VALUE_LENGTH_OFFSET = 20;
    private static final int NO_KEY = 0xFFFF;

    private final MappedToyFile file;
    private final Mistake mistake;
    private final Object writerLock = new Object();
    private final Map<String, Map<ByteBuffer, byte[]>> maps = new TreeMap<>();
    private long tail;
    private long sequence = 1;

    ToyStore(final Path path, final Mistake mistake) {
        file = new MappedToyFile(path, FILE_BYTES);
        this.mistake = mistake;
        if (mistake == Mistake.RECOVERY_NOT_SAFE_AGAINST_CRASHES) {
            rewriteFirstWord();
        }
        while (recoverNext()) {
            sequence++;
        }
        // What a killed process left pending is durable before anybody relies on it.
        file.persistence().persist(file.address(), Math.max(tail, Long.BYTES));
    }

    /** Takes the first record apart and puts it together again. */
    private void rewriteFirstWord() {
        final long word = Memory.getLong(file.address());
        Memory.putLong(file.address(), 0);
        file.persistence().persist(file.address(), Long.BYTES);
        Memory.putLong(file.address(), word);
        file.persistence().persist(file.address(), Long.BYTES);
    }

    private boolean recoverNext() {
        final int length = Memory.getInt(null, file.address() + tail + Integer.BYTES);
        if (length < HEADER_BYTES || tail + length > FILE_BYTES) {
            return false;
        }
        final byte[] bytes = new byte[length];
        Memory.copyOut(file.address() + tail, bytes, Memory.ARRAY_BASE, length);
        final ByteBuffer record = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        final boolean isWhole = record.getInt(0) == crc(bytes) && record.getLong(SEQUENCE_OFFSET) == sequence;
        if (!isWhole && mistake != Mistake.CHECKSUM_NOT_CHECKED) {
            return false;
        }
        tail += padded(length);
        apply(record);
        return true;
    }

    private void apply(final ByteBuffer record) {
        final byte[] name = new byte[record.getShort(MAP_LENGTH_OFFSET)];
        record.position(HEADER_BYTES).get(name);
        final Map<ByteBuffer, byte[]> map =
                maps.computeIfAbsent(new String(name, StandardCharsets.UTF_8), n -> new HashMap<>());
        final int keyLength = record.getShort(KEY_LENGTH_OFFSET) & NO_KEY;
        if (keyLength != NO_KEY) {
            final byte[] key = new byte[keyLength];
            record.get(key);
            final int valueLength = record.getInt(VALUE_LENGTH_OFFSET);
            if (valueLength < 0) {
                map.remove(ByteBuffer.wrap(key));
            } else {
                final byte[] value = new byte[valueLength];
                record.get(value);
                map.put(ByteBuffer.wrap(key), value);
            }
        }
    }

    private void append(final String map, final byte @Nullable [] key, final byte @Nullable [] value) {
        final byte[] name = map.getBytes(StandardCharsets.UTF_8);
        final int length =
                HEADER_BYTES + name.length + (key == null ? 0 : key.length) + (value == null ? 0 : value.length);
        final byte[] bytes = new byte[length];
        final ByteBuffer record = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        record.putInt(Integer.BYTES, length)
                .putLong(SEQUENCE_OFFSET, sequence++)
                .putShort(MAP_LENGTH_OFFSET, (short) name.length)
                .putShort(KEY_LENGTH_OFFSET, (short) (key == null ? NO_KEY : key.length))
                .putInt(VALUE_LENGTH_OFFSET, value == null ? -1 : value.length);
        record.position(HEADER_BYTES).put(name);
        if (key != null) {
            record.put(key);
        }
        if (value != null) {
            record.put(value);
        }
        record.putInt(0, crc(bytes));
        write(bytes, record, key != null && value == null);
    }

    private void write(final byte[] bytes, final ByteBuffer record, final boolean isDelete) {
        final long address = file.address() + tail;
        if (mistake == Mistake.VISIBLE_BEFORE_DURABLE) {
            apply(record);
        }
        Memory.copyIn(bytes, Memory.ARRAY_BASE, address, bytes.length);
        final long wholeLines = (address + bytes.length & -Memory.LINE_BYTES) - address;
        if (mistake == Mistake.LAST_LINE_NOT_WRITTEN_BACK) {
            if (wholeLines > 0) {
                file.persistence().persist(address, wholeLines);
            }
        } else if (mistake != Mistake.RECORD_NOT_WRITTEN_BACK
                && !(isDelete && mistake == Mistake.DELETE_NOT_WRITTEN_BACK)) {
            file.persistence().persist(address, bytes.length);
        }
        tail += padded(bytes.length);
        apply(record);
    }

    private static int padded(final int length) {
        return length + 7 & -8;
    }

    private static int crc(final byte[] bytes) {
        final CRC32C crc = new CRC32C();
        crc.update(bytes, Integer.BYTES, bytes.length - Integer.BYTES);
        return (int) crc.getValue();
    }

    @Override
    public KvMap map(final String name) {
        if (!maps.containsKey(name)) {
            synchronized (writerLock) {
                append(name, null, null);
            }
        }
        final ToyMap toy = new ToyMap(name);
        return (KvMap) Proxy.newProxyInstance(
                KvMap.class.getClassLoader(), new Class<?>[] {KvMap.class}, (proxy, method, arguments) -> {
                    try {
                        return ToyMap.class
                                .getMethod(method.getName(), method.getParameterTypes())
                                .invoke(toy, arguments);
                    } catch (final NoSuchMethodException e) {
                        throw new UnsupportedOperationException(method.getName(), e);
                    } catch (final InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }

    @Override
    public long compact() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void sync() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean renameMap(final String from, final String to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean dropMap(final String name) {
        throw new UnsupportedOperationException("the toy drops nothing");
    }

    @Override
    public Set<String> mapNames() {
        return new TreeSet<>(maps.keySet());
    }

    @Override
    public DurabilityInfo durability() {
        return new DurabilityInfo(Durability.BEST, Durability.WRITE_BACK_FORCED, "WRITE_BACK", "a toy");
    }

    @Override
    public List<PageInfo> hottestPages(final int limit) {
        return List.of();
    }

    @Override
    public StoreStats stats() {
        final StoreStats.Bytes bytes = new StoreStats.Bytes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
        final StoreStats.Chunks chunks = new StoreStats.Chunks(0, 0, 0, 0, 0, 0, 0, 0);
        final StoreStats.Background background = new StoreStats.Background(false, 0, 0, 0, 0, 0);
        return new StoreStats(
                0, 0, 0, bytes, chunks, 0, 0, 0, Placement.DRAM, 0, 0, 0, background, 0, 0, 0, durability(), 0);
    }

    @Override
    public VerifyReport verify() {
        return new VerifyReport(maps.size(), 0, 0, 0, 0, true, List.of());
    }

    @Override
    public Verification verification() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    @Override
    public boolean close(final Duration limit) {
        file.close();
        return true;
    }

    /** The methods of a {@link KvMap} that the crash tests call. */
    public final class ToyMap {
        private final String name;

        ToyMap(final String name) {
            this.name = name;
        }

        private Map<ByteBuffer, byte[]> entries() {
            final Map<ByteBuffer, byte[]> entries = maps.get(name);
            if (entries == null) {
                throw new IllegalStateException(name);
            }
            return entries;
        }

        public String name() {
            return name;
        }

        public void put(final byte[] key, final byte[] value) {
            synchronized (writerLock) {
                append(name, key, value);
            }
        }

        public boolean putIfAbsent(final byte[] key, final byte[] value) {
            synchronized (writerLock) {
                final boolean absent = !contains(key);
                if (absent) {
                    append(name, key, value);
                }
                return absent;
            }
        }

        public boolean delete(final byte[] key) {
            synchronized (writerLock) {
                final boolean present = contains(key);
                if (present) {
                    append(name, key, null);
                }
                return present;
            }
        }

        public void put(final byte[] key, final int valueLength, final ValueWriter writer) {
            final UnsafeBuffer value = new UnsafeBuffer(new byte[valueLength]);
            writer.write((ValueSlot) Proxy.newProxyInstance(
                    ValueSlot.class.getClassLoader(),
                    new Class<?>[] {ValueSlot.class},
                    (p, m, a) -> m.invoke(value, a)));
            put(key, value.byteArray());
        }

        public CompletableFuture<@Nullable Void> putAsync(final byte[] key, final byte[] value) {
            put(key, value);
            return CompletableFuture.completedFuture(null);
        }

        public CompletableFuture<Boolean> deleteAsync(final byte[] key) {
            return CompletableFuture.completedFuture(delete(key));
        }

        public byte @Nullable [] getAndPut(final byte[] key, final byte[] value) {
            synchronized (writerLock) {
                final byte[] before = get(key);
                append(name, key, value);
                return before;
            }
        }

        public boolean replace(final byte[] key, final byte[] value) {
            synchronized (writerLock) {
                final boolean present = contains(key);
                if (present) {
                    append(name, key, value);
                }
                return present;
            }
        }

        public boolean replace(final byte[] key, final byte[] expected, final byte[] value) {
            synchronized (writerLock) {
                return Arrays.equals(expected, get(key)) && replace(key, value);
            }
        }

        public byte @Nullable [] getAndReplace(final byte[] key, final byte[] value) {
            synchronized (writerLock) {
                final byte[] before = get(key);
                replace(key, value);
                return before;
            }
        }

        public byte @Nullable [] getAndDelete(final byte[] key) {
            synchronized (writerLock) {
                final byte[] before = get(key);
                delete(key);
                return before;
            }
        }

        public boolean delete(final byte[] key, final byte[] expected) {
            synchronized (writerLock) {
                return Arrays.equals(expected, get(key)) && delete(key);
            }
        }

        public byte @Nullable [] computeIfPresent(final byte[] key, final ValueFunction function) {
            synchronized (writerLock) {
                final byte[] before = get(key);
                final byte[] value = before == null ? null : function.apply(before);
                if (value != null) {
                    put(key, value);
                }
                return value;
            }
        }

        public byte @Nullable [] get(final byte[] key) {
            if (mistake == Mistake.READERS_WAIT_FOR_WRITERS) {
                synchronized (writerLock) {
                    return entries().get(ByteBuffer.wrap(key));
                }
            }
            return entries().get(ByteBuffer.wrap(key));
        }

        public boolean contains(final byte[] key) {
            return entries().containsKey(ByteBuffer.wrap(key));
        }

        public boolean forEach(final EntryVisitor visitor) {
            for (final Map.Entry<ByteBuffer, byte[]> entry : entries().entrySet()) {
                if (!visitor.visit(view(entry.getKey().array()), view(entry.getValue()))) {
                    return false;
                }
            }
            return true;
        }

        /** A view of which nothing but the bytes can be had. */
        private ValueView view(final byte[] bytes) {
            return (ValueView) Proxy.newProxyInstance(
                    ValueView.class.getClassLoader(), new Class<?>[] {ValueView.class}, (p, m, a) -> {
                        if (m.getName().equals("toByteArray")) {
                            return bytes.clone();
                        }
                        throw new UnsupportedOperationException(m.getName());
                    });
        }

        public long size() {
            return entries().size();
        }
    }
}
