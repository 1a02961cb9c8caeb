package org.ashlar.kv;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How to open a store: an immutable value. Start from {@link #defaults} and change what matters:
 *
 * <pre>{@code
 * StoreOptions options = StoreOptions.defaults().withMaximumBytes(8L << 30).withDurability(Durability.POWER_FAILURE);
 * }</pre>
 *
 * <p>Sizes, granule and placement are decided when the pool is created; for a pool that exists they are ignored and the pool's own
 * apply.
 */
public final class StoreOptions {
    private static final long DEFAULT_INITIAL_BYTES = 16L << 20;
    private static final long DEFAULT_MAXIMUM_BYTES = 1L << 40;
    private static final StoreOptions DEFAULTS = new StoreOptions(new Builder());

    private final long initialBytes;
    private final long maximumBytes;
    private final Durability durability;
    private final Placement placement;
    private final Granule granule;
    private final @Nullable Path descriptorFile;
    private final boolean extendedDescriptors;
    private final boolean readOnly;
    private final boolean createIfMissing;
    private final boolean verifyReads;
    private final boolean backgroundWork;

    private StoreOptions(final Builder b) {
        initialBytes = b.initialBytes;
        maximumBytes = b.maximumBytes;
        durability = b.durability;
        placement = b.placement;
        granule = b.granule;
        descriptorFile = b.descriptorFile;
        extendedDescriptors = b.extendedDescriptors;
        readOnly = b.readOnly;
        createIfMissing = b.createIfMissing;
        verifyReads = b.verifyReads;
        backgroundWork = b.backgroundWork;
    }

    /**
     * The defaults: 16 MiB at first, growing online up to 1 TiB; the best durability that the file offers; descriptor placement
     * by size; read and write; created where missing.
     *
     * @return the default options
     */
    public static StoreOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Bytes that the pool file starts with. Default 16 MiB: little to begin with, as it grows online.
     *
     * @return bytes
     */
    public long initialBytes() {
        return initialBytes;
    }

    /**
     * Bytes of data that the pool may grow to. Default 1 TiB: it costs address space and a sparse table, not memory or disk.
     *
     * @return bytes
     */
    public long maximumBytes() {
        return maximumBytes;
    }

    /**
     * The durability asked for. Default {@link Durability#BEST}, which takes the best that costs no system call, and reports it.
     *
     * @return the durability
     */
    public Durability durability() {
        return durability;
    }

    /**
     * Where descriptors live. Default {@link Placement#AUTO}: in DRAM where they are few, in the pool where they would take much of it.
     *
     * @return the placement
     */
    public Placement placement() {
        return placement;
    }

    /**
     * The sections of a new pool. Default {@link Granule#AUTO}: by its size, as the right one follows from that.
     *
     * @return the granule
     */
    public Granule granule() {
        return granule;
    }

    /**
     * The file of the descriptors under {@link Placement#FILE}. Default null: beside the pool, with {@code .descriptors} appended, as nobody has to
     * find a name for it then.
     *
     * @return the file, or null
     */
    public @Nullable Path descriptorFile() {
        return descriptorFile;
    }

    /**
     * Whether 64 more bytes of DRAM per touched page tell access heat, last writer and what allocated it, for {@link
     * Store#hottestPages}. Default false: each operation would pay for what few look at.
     *
     * @return true when they are kept
     */
    public boolean extendedDescriptors() {
        return extendedDescriptors;
    }

    /**
     * Whether the store is opened for reading only. Default false, as a store is made to be written.
     *
     * <p>A read-only open takes a shared lock and writes nothing, not even to tell that it was there. Its limits: it can be had only while no
     * process has the store open for writing, in this JVM or another, and keeps writers out; there must be a store, and the map must be
     * in it; descriptors are in DRAM, and what writers would do on first touch (judge pages, count the records of a store that was killed)
     * stays in this process; {@link Store#verify} reports and frees nothing; {@link Store#compact}, and whatever else would
     * change the store, throws {@link ReadOnlyStoreException}.
     *
     * @return true when writes are refused
     */
    public boolean readOnly() {
        return readOnly;
    }

    /**
     * Whether a missing file is created. Default true: the first run of a program is no special case.
     *
     * @return true when it is
     */
    public boolean createIfMissing() {
        return createIfMissing;
    }

    /**
     * Whether each get checks the record's checksum. Default false, for speed: bounds, hash and identity are checked always.
     *
     * @return true when it does
     */
    public boolean verifyReads() {
        return verifyReads;
    }

    /**
     * Whether daemon threads of the store grow the file ahead of need, give back what cleared and dropped maps held, and give free
     * chunks back to the file system. Default true, so that no put waits for these. Without them, the put that needs the space waits for the growth, and the rest is left
     * to {@link Store#compact} and to puts that find the store full.
     *
     * @return true when it does
     */
    public boolean backgroundWork() {
        return backgroundWork;
    }

    /**
     * These options with another initial size.
     *
     * @param bytes more than 0
     * @return the changed options
     */
    public StoreOptions withInitialBytes(final long bytes) {
        final Builder b = new Builder(this);
        b.initialBytes = requirePositive(bytes, "initialBytes");
        return new StoreOptions(b);
    }

    /**
     * These options with another maximum size.
     *
     * @param bytes more than 0; rounded up to whole chunks
     * @return the changed options
     */
    public StoreOptions withMaximumBytes(final long bytes) {
        final Builder b = new Builder(this);
        b.maximumBytes = requirePositive(bytes, "maximumBytes");
        return new StoreOptions(b);
    }

    /**
     * These options with another durability.
     *
     * @param value the durability asked for
     * @return the changed options
     */
    public StoreOptions withDurability(final Durability value) {
        final Builder b = new Builder(this);
        b.durability = Objects.requireNonNull(value, "durability");
        return new StoreOptions(b);
    }

    /**
     * These options with another descriptor placement.
     *
     * @param value the placement
     * @return the changed options
     */
    public StoreOptions withPlacement(final Placement value) {
        final Builder b = new Builder(this);
        b.placement = Objects.requireNonNull(value, "placement");
        return new StoreOptions(b);
    }

    /**
     * These options with another granule.
     *
     * @param value the granule of a pool that is created
     * @return the changed options
     */
    public StoreOptions withGranule(final Granule value) {
        final Builder b = new Builder(this);
        b.granule = Objects.requireNonNull(value, "granule");
        return new StoreOptions(b);
    }

    /**
     * These options with the descriptors in a file of their own.
     *
     * @param file the file; created where missing
     * @return the changed options, with {@link Placement#FILE}
     */
    public StoreOptions withDescriptorFile(final Path file) {
        final Builder b = new Builder(this);
        b.placement = Placement.FILE;
        b.descriptorFile = Objects.requireNonNull(file, "descriptorFile");
        return new StoreOptions(b);
    }

    /**
     * These options with or without extended descriptors.
     *
     * @param value whether to keep them
     * @return the changed options
     */
    public StoreOptions withExtendedDescriptors(final boolean value) {
        final Builder b = new Builder(this);
        b.extendedDescriptors = value;
        return new StoreOptions(b);
    }

    /**
     * These options, read-only or not.
     *
     * @param value whether writes are refused
     * @return the changed options
     */
    public StoreOptions withReadOnly(final boolean value) {
        final Builder b = new Builder(this);
        b.readOnly = value;
        return new StoreOptions(b);
    }

    /**
     * These options, creating a missing file or not.
     *
     * @param value whether to create it
     * @return the changed options
     */
    public StoreOptions withCreateIfMissing(final boolean value) {
        final Builder b = new Builder(this);
        b.createIfMissing = value;
        return new StoreOptions(b);
    }

    /**
     * These options with or without checksums on reads.
     *
     * @param value whether each get checks the record's checksum
     * @return the changed options
     */
    public StoreOptions withVerifyReads(final boolean value) {
        final Builder b = new Builder(this);
        b.verifyReads = value;
        return new StoreOptions(b);
    }

    /**
     * These options with or without a background thread.
     *
     * @param value whether a daemon thread grows the file ahead of need
     * @return the changed options
     */
    public StoreOptions withBackgroundWork(final boolean value) {
        final Builder b = new Builder(this);
        b.backgroundWork = value;
        return new StoreOptions(b);
    }

    private static long requirePositive(final long bytes, final String what) {
        if (bytes <= 0) {
            throw new IllegalArgumentException(what + " must be more than 0, but is " + bytes);
        }
        return bytes;
    }

    private static final class Builder {
        long initialBytes = DEFAULT_INITIAL_BYTES;
        long maximumBytes = DEFAULT_MAXIMUM_BYTES;
        Durability durability = Durability.BEST;
        Placement placement = Placement.AUTO;
        Granule granule = Granule.AUTO;

        @Nullable Path descriptorFile;

        boolean extendedDescriptors;
        boolean readOnly;
        boolean createIfMissing = true;
        boolean verifyReads;
        boolean backgroundWork = true;

        Builder() {}

        Builder(final StoreOptions o) {
            initialBytes = o.initialBytes;
            maximumBytes = o.maximumBytes;
            durability = o.durability;
            placement = o.placement;
            granule = o.granule;
            descriptorFile = o.descriptorFile;
            extendedDescriptors = o.extendedDescriptors;
            readOnly = o.readOnly;
            createIfMissing = o.createIfMissing;
            verifyReads = o.verifyReads;
            backgroundWork = o.backgroundWork;
        }
    }
}
