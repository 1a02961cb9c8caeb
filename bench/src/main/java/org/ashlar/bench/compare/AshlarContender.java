package org.ashlar.bench.compare;

import java.nio.file.Path;
import java.util.List;
import org.ashlar.bench.Scratch;
import org.ashlar.kv.Durability;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreOptions;

/** Ashlar. */
abstract class AshlarContender implements Contender {
    private static final String MAP = "bench";

    private final Durability durability;

    AshlarContender(final Durability durability) {
        this.durability = durability;
    }

    /** As on persistent memory: each write is written back before it returns. */
    public static final class WrittenBack extends AshlarContender {
        /** For the service loader. */
        public WrittenBack() {
            super(Durability.WRITE_BACK_FORCED);
        }

        @Override
        public String name() {
            return CompareStores.REFERENCE;
        }

        @Override
        public String guarantee() {
            return "loss of power, where the files are on persistent memory: every write is written back before it returns";
        }
    }

    /** As on any other memory, without options. */
    public static final class Default extends AshlarContender {
        /** For the service loader. */
        public Default() {
            super(Durability.BEST);
        }

        @Override
        public String name() {
            return "ashlar-default";
        }

        @Override
        public String guarantee() {
            return "the end of the process; loss of power too, where the files are on persistent memory";
        }
    }

    @Override
    public final String product() {
        return "Ashlar";
    }

    @Override
    public final String configuration() {
        return "durability " + durability + ", else as it comes; reads copy into the caller's buffer; checksums on";
    }

    @Override
    public final List<String> jvmFlags(final Shape shape) {
        return List.of("-Xmx256m");
    }

    @Override
    public final Abilities abilities() {
        return new Abilities(true, true, true, true, false);
    }

    @Override
    public final long mostFileBytes(final Shape shape) {
        return Scratch.poolBytes(
                shape.records(), shape.keyBytes() + shape.values().average());
    }

    @Override
    public final OpenStore open(final Path folder, final Shape shape) {
        final Store store =
                Store.open(folder.resolve("pool"), StoreOptions.defaults().withDurability(durability));
        final KvMap map = store.map(MAP);
        return OpenStore.of(() -> new MapSession(map, shape), store::close);
    }

    private static final class MapSession extends Session {
        private final KvMap map;
        private final int keyBytes;

        MapSession(final KvMap map, final Shape shape) {
            super(shape, false);
            this.map = map;
            keyBytes = shape.keyBytes();
        }

        @Override
        protected int get() {
            return map.get(key, 0, keyBytes, found, 0);
        }

        @Override
        protected void put(final int length) {
            map.put(key, 0, keyBytes, value, 0, length);
        }

        @Override
        protected boolean delete() {
            return map.delete(key, 0, keyBytes);
        }
    }
}
