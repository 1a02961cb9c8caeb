package org.ashlar.bench.compare;

import java.nio.file.Path;
import java.util.List;

/** Does nothing, and knows what a store would have answered: what it takes is the driver's, what interrupts it the machine's. */
public final class NothingContender implements Contender {
    /** For the service loader. */
    public NothingContender() {}

    @Override
    public String name() {
        return CompareStores.NOTHING;
    }

    @Override
    public String product() {
        return "no store";
    }

    @Override
    public String configuration() {
        return "answers without looking: the driver's own cost, and the pauses of the machine and the JVM";
    }

    @Override
    public String guarantee() {
        return "nothing";
    }

    @Override
    public List<String> jvmFlags(final Shape shape) {
        return List.of("-Xmx256m");
    }

    @Override
    public Abilities abilities() {
        return new Abilities(true, true, false, false, true);
    }

    @Override
    public long mostFileBytes(final Shape shape) {
        return 0;
    }

    @Override
    public OpenStore open(final Path folder, final Shape shape) {
        return OpenStore.of(() -> new NoSession(shape), () -> {});
    }

    private static final class NoSession extends Session {
        private final int length;
        private long number;

        NoSession(final Shape shape) {
            super(shape, false);
            Values.fill(found);
            length = shape.values().length(0);
        }

        @Override
        protected void select(final long index, final long selected) {
            super.select(index, selected);
            number = selected;
        }

        @Override
        protected int get() {
            Values.stamp(found, number, 0);
            return length;
        }

        @Override
        protected void put(final int bytes) {}

        @Override
        protected boolean delete() {
            return true;
        }
    }
}
