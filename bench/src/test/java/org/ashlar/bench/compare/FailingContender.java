package org.ashlar.bench.compare;

import java.nio.file.Path;
import java.util.List;

/** Loses a record: to see that this is noticed, and ends nobody else's part. */
public final class FailingContender implements Contender {
    /** For the service loader. */
    public FailingContender() {}

    @Override
    public String name() {
        return "failing";
    }

    @Override
    public String product() {
        return "a store that loses a record <for a test>";
    }

    @Override
    public String configuration() {
        return "-";
    }

    @Override
    public String guarantee() {
        return "-";
    }

    @Override
    public List<String> jvmFlags(final Shape shape) {
        return List.of("-Xmx64m");
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
        final OpenStore heap = new HeapContender().open(folder, shape);
        return new OpenStore() {
            @Override
            public Session session(final int thread) {
                return new ForgetfulSession(heap.session(thread), shape);
            }

            @Override
            public void close() {
                heap.close();
            }
        };
    }

    private static final class ForgetfulSession extends Session {
        private final Session heap;
        private long selected;

        ForgetfulSession(final Session heap, final Shape shape) {
            super(shape, false);
            this.heap = heap;
        }

        @Override
        protected void select(final long index, final long number) {
            heap.select(index, number);
            selected = index;
        }

        @Override
        protected int get() {
            final int length = heap.get();
            found.putBytes(0, heap.found, 0, found.capacity());
            return length;
        }

        @Override
        protected void put(final int length) {
            heap.value.putBytes(0, value, 0, length);
            if (selected != 1) {
                heap.put(length);
            }
        }

        @Override
        protected boolean delete() {
            return heap.delete();
        }
    }
}
