package org.ashlar.bench.compare;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ashlar.bench.RawMapping;
import org.ashlar.bench.RawProbe;

/** The floor: one index line and one record on the same kind of mapping, and no store around them. */
public final class RawContender implements Contender {
    private static final long FIXED_BYTES = 16L << 20;

    /** For the service loader. */
    public RawContender() {}

    @Override
    public String name() {
        return CompareStores.RAW;
    }

    @Override
    public String product() {
        return "the memory itself";
    }

    @Override
    public String configuration() {
        return "no store: an index line and a record at places computed beforehand; no hash, no checksum, no growth, no reuse;"
                + " of several threads, each has records of its own";
    }

    @Override
    public String guarantee() {
        return "as ashlar: record and index entry are written back";
    }

    @Override
    public List<String> jvmFlags(final Shape shape) {
        return List.of("-Xmx256m");
    }

    @Override
    public Abilities abilities() {
        return new Abilities(true, false, true, false, true);
    }

    @Override
    public long mostFileBytes(final Shape shape) {
        return RawProbe.bytes(shape.records(), shape.threads(), shape.values().longest()) + FIXED_BYTES;
    }

    @Override
    public boolean takes(final Shape shape) {
        return shape.keyBytes() == Shape.SHORT_KEY_BYTES
                && shape.values().areOfOneLength()
                && shape.threads() <= shape.records();
    }

    @Override
    public OpenStore open(final Path folder, final Shape shape) throws IOException {
        final Path file = folder.resolve("raw");
        final long bytes =
                RawProbe.bytes(shape.records(), shape.threads(), shape.values().longest());
        final RawMapping mapping = Files.exists(file) ? RawMapping.reopen(file, bytes) : RawMapping.create(file, bytes);
        final RawProbe probe =
                new RawProbe(mapping, shape.records(), shape.values().longest());
        return new OpenStore() {
            @Override
            public Session session(final int thread) {
                final RawProbe.Operations operations = probe.operations(thread, shape.threads(), thread);
                return shape.threads() == 1
                        ? new ProbeSession(operations, shape)
                        : new SharingSession(operations, shape);
            }

            @Override
            public void close() {
                mapping.close();
            }
        };
    }

    private static class ProbeSession extends Session {
        final RawProbe.Operations operations;
        private final int length;
        long index;

        ProbeSession(final RawProbe.Operations operations, final Shape shape) {
            super(shape, false);
            this.operations = operations;
            length = shape.values().longest();
            found.wrap(operations.target());
        }

        @Override
        protected void select(final long selected, final long number) {
            index = selected;
        }

        @Override
        protected int get() {
            operations.getOne(index);
            return length;
        }

        @Override
        protected void put(final int bytes) {
            if (operations.isThere(index)) {
                operations.updateOne(index);
            } else {
                operations.insertOne(index);
            }
        }

        @Override
        protected boolean delete() {
            operations.deleteOne(index); // which has checked that it was there
            return true;
        }
    }

    /**
     * That of one of several threads. The probe has no lock: a slot that one thread has just left another may still be reading. So each has a part of
     * the records, and uses one of its own in the place of another's; what is drawn more often than others still is.
     */
    static final class SharingSession extends ProbeSession {
        private final int records;
        private long firstOwn;
        private long ownOfAll = 1L << Integer.SIZE;
        private long numberAsked;

        SharingSession(final RawProbe.Operations operations, final Shape shape) {
            super(operations, shape);
            records = shape.records();
        }

        @Override
        protected void share(final int thread, final int threads) {
            final long own = records / threads;
            firstOwn = own * thread;
            ownOfAll = (own << Integer.SIZE) / records;
        }

        @Override
        protected void select(final long selected, final long number) {
            index = ownInPlaceOf(selected);
            numberAsked = number;
        }

        /** Of the record that is used in the place of the selected one. */
        long index() {
            return index;
        }

        private long ownInPlaceOf(final long selected) {
            return firstOwn + ((selected * ownOfAll) >>> Integer.SIZE);
        }

        @Override
        protected int get() {
            final int bytes = super.get(); // which has checked the key of its own
            found.putLong(0, numberAsked, ByteOrder.LITTLE_ENDIAN);
            return bytes;
        }
    }
}
