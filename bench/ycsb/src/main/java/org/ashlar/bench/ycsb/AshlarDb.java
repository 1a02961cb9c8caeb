package org.ashlar.bench.ycsb;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.Vector;
import org.ashlar.kv.Durability;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreOptions;
import org.jspecify.annotations.Nullable;
import site.ycsb.ByteArrayByteIterator;
import site.ycsb.ByteIterator;
import site.ycsb.DB;
import site.ycsb.Status;

/**
 * Ashlar for the YCSB client, which makes one of these for each of its threads; they share one store. A table is a map, a record one
 * value that holds all its fields. Scans wait for ordered maps. Properties: {@code ashlar.path}, the pool's file; {@code
 * ashlar.durability}, one of {@link Durability}, by default {@code BEST}.
 */
public final class AshlarDb extends DB {
    static final String PATH = "ashlar.path";
    static final String DURABILITY = "ashlar.durability";

    private static final Object LOCK = new Object();
    private static @Nullable Store shared;
    private static int users;

    private @Nullable Store store;

    /** For the client. */
    public AshlarDb() {}

    @Override
    public void init() {
        final Properties properties = getProperties();
        final String path = Objects.requireNonNull(
                properties.getProperty(PATH), "give the pool's file: -p " + PATH + "=/mnt/pmem/ycsb.pool");
        final Durability durability = Durability.valueOf(properties.getProperty(DURABILITY, Durability.BEST.name()));
        synchronized (LOCK) {
            if (shared == null) {
                shared = Store.open(Path.of(path), StoreOptions.defaults().withDurability(durability));
            }
            users++;
            store = shared;
        }
    }

    @Override
    public void cleanup() {
        synchronized (LOCK) {
            store = null;
            users--;
            final Store last = shared;
            if (users == 0 && last != null) {
                last.close();
                shared = null;
            }
        }
    }

    @Override
    public Status read(
            final String table,
            final String key,
            final @Nullable Set<String> fields,
            final Map<String, ByteIterator> result) {
        final byte[] value = map(table).get(bytes(key));
        if (value == null) {
            return Status.NOT_FOUND;
        }
        Fields.decode(value).forEach((name, content) -> {
            if (fields == null || fields.contains(name)) {
                result.put(name, new ByteArrayByteIterator(content));
            }
        });
        return Status.OK;
    }

    @Override
    @SuppressWarnings("NonApiType") // the client's own
    public Status scan(
            final String table,
            final String startkey,
            final int recordcount,
            final @Nullable Set<String> fields,
            final Vector<HashMap<String, ByteIterator>> result) {
        return Status.NOT_IMPLEMENTED;
    }

    /** In one step, whoever else updates the record. */
    @Override
    public Status update(final String table, final String key, final Map<String, ByteIterator> values) {
        final Map<String, byte[]> changed = contents(values);
        final byte[] after = map(table).computeIfPresent(bytes(key), before -> {
            final Map<String, byte[]> fields = before == null ? new LinkedHashMap<>() : Fields.decode(before);
            fields.putAll(changed);
            return Fields.encode(fields);
        });
        return after == null ? Status.NOT_FOUND : Status.OK;
    }

    @Override
    public Status insert(final String table, final String key, final Map<String, ByteIterator> values) {
        map(table).put(bytes(key), Fields.encode(contents(values)));
        return Status.OK;
    }

    @Override
    public Status delete(final String table, final String key) {
        return map(table).delete(bytes(key)) ? Status.OK : Status.NOT_FOUND;
    }

    private KvMap map(final String table) {
        return Objects.requireNonNull(store, "init was not called").map(table);
    }

    private static byte[] bytes(final String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, byte[]> contents(final Map<String, ByteIterator> values) {
        final Map<String, byte[]> contents = new LinkedHashMap<>();
        values.forEach((name, value) -> contents.put(name, value.toArray()));
        return contents;
    }
}
