package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.INVALID_OPTION;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How to open or create a pool: an immutable value with defaults for everything. */
public final class PoolOptions {
    /** What to do about a file that is there, or is not. */
    public enum OpenMode {
        /** Open the pool; create it where there is none. */
        CREATE_IF_ABSENT,
        /** Create the pool; refuse where anything bears its name. */
        CREATE_ONLY,
        /** Open the pool; refuse where there is none. */
        OPEN_ONLY
    }

    /** Size that a new pool gets, unless another one is asked for. */
    public static final long DEFAULT_INITIAL_BYTES = 256L << 20;

    /** Size that a new pool can grow to, unless another one is asked for. */
    public static final long DEFAULT_MAXIMUM_BYTES = 1L << 40;

    private static final PoolOptions DEFAULTS = builder().build();

    private final OpenMode openMode;
    private final long initialBytes;
    private final long maximumBytes;
    private final @Nullable Geometry geometry;
    private final DescriptorPlacement placement;
    private final @Nullable Path descriptorFile;
    private final boolean extendedDescriptors;
    private final boolean readOnly;
    private final DurabilityRequest durability;
    private final boolean hugePages;
    private final boolean backgroundGrowth;

    private PoolOptions(final Builder builder) {
        openMode = builder.openMode;
        initialBytes = builder.initialBytes;
        maximumBytes = Math.max(builder.maximumBytes, builder.initialBytes);
        geometry = builder.geometry;
        placement = builder.placement;
        descriptorFile = builder.descriptorFile;
        extendedDescriptors = builder.extendedDescriptors;
        readOnly = builder.readOnly;
        durability = builder.durability;
        hugePages = builder.hugePages;
        backgroundGrowth = builder.backgroundGrowth;
    }

    /**
     * All defaults.
     *
     * @return the options
     */
    public static PoolOptions defaults() {
        return DEFAULTS;
    }

    /**
     * A builder that holds the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A builder that holds these options.
     *
     * @return a new builder
     */
    public Builder toBuilder() {
        final Builder builder = new Builder();
        builder.openMode = openMode;
        builder.initialBytes = initialBytes;
        builder.maximumBytes = maximumBytes;
        builder.geometry = geometry;
        builder.placement = placement;
        builder.descriptorFile = descriptorFile;
        builder.extendedDescriptors = extendedDescriptors;
        builder.readOnly = readOnly;
        builder.durability = durability;
        builder.hugePages = hugePages;
        builder.backgroundGrowth = backgroundGrowth;
        return builder;
    }

    public OpenMode openMode() {
        return openMode;
    }

    public long initialBytes() {
        return initialBytes;
    }

    public long maximumBytes() {
        return maximumBytes;
    }

    public @Nullable Geometry geometry() {
        return geometry;
    }

    public DescriptorPlacement placement() {
        return placement;
    }

    public @Nullable Path descriptorFile() {
        return descriptorFile;
    }

    public boolean extendedDescriptors() {
        return extendedDescriptors;
    }

    public boolean readOnly() {
        return readOnly;
    }

    public DurabilityRequest durability() {
        return durability;
    }

    public boolean hugePages() {
        return hugePages;
    }

    public boolean backgroundGrowth() {
        return backgroundGrowth;
    }

    /** Collects options; not safe for use by several threads. */
    public static final class Builder {
        private OpenMode openMode = OpenMode.CREATE_IF_ABSENT;
        private long initialBytes = DEFAULT_INITIAL_BYTES;
        private long maximumBytes = DEFAULT_MAXIMUM_BYTES;
        private @Nullable Geometry geometry;
        private DescriptorPlacement placement = DescriptorPlacement.AUTO;
        private @Nullable Path descriptorFile;
        private boolean extendedDescriptors;
        private boolean readOnly;
        private DurabilityRequest durability = DurabilityRequest.BEST;
        private boolean hugePages = true;
        private boolean backgroundGrowth = true;

        private Builder() {}

        /**
         * Whether the pool may, must or must not be there; {@link OpenMode#CREATE_IF_ABSENT} by default.
         *
         * @param value the mode
         * @return this
         */
        public Builder openMode(final OpenMode value) {
            openMode = Objects.requireNonNull(value, "openMode");
            return this;
        }

        /**
         * The size of a new pool, all told, to within a chunk and the tables at its front; {@value #DEFAULT_INITIAL_BYTES}
         * by default. The file is sparse: blocks are allocated as chunks are.
         *
         * @param value bytes, more than 0
         * @return this
         */
        public Builder initialBytes(final long value) {
            initialBytes = value;
            return this;
        }

        /**
         * The size that a new pool can grow to; {@value #DEFAULT_MAXIMUM_BYTES} by default, and the initial size where that
         * is more. It costs virtual addresses, and blocks only as the pool grows.
         *
         * @param value bytes, more than 0
         * @return this
         */
        public Builder maximumBytes(final long value) {
            maximumBytes = value;
            return this;
        }

        /**
         * The geometry of a new pool, in place of the standard one; its {@code maxChunks} replaces the maximum size.
         *
         * @param value the geometry, or null for the standard one
         * @return this
         */
        public Builder geometry(final @Nullable Geometry value) {
            geometry = value;
            return this;
        }

        /**
         * Where descriptors live; {@link DescriptorPlacement#AUTO} by default.
         *
         * @param value the placement
         * @return this
         */
        public Builder placement(final DescriptorPlacement value) {
            placement = Objects.requireNonNull(value, "placement");
            return this;
        }

        /**
         * The file of {@link DescriptorPlacement#FILE}; created where it is absent, reset where it is not this pool's.
         *
         * @param value the file, or null
         * @return this
         */
        public Builder descriptorFile(final @Nullable Path value) {
            descriptorFile = value;
            return this;
        }

        /**
         * Whether to keep {@linkplain ExtendedDescriptors extended descriptors}, in DRAM; false by default.
         *
         * @param value true to keep them
         * @return this
         */
        public Builder extendedDescriptors(final boolean value) {
            extendedDescriptors = value;
            return this;
        }

        /**
         * Whether to open under a shared lock and change nothing; false by default.
         *
         * @param value true for read-only
         * @return this
         */
        public Builder readOnly(final boolean value) {
            readOnly = value;
            return this;
        }

        /**
         * The durability asked for; {@link DurabilityRequest#BEST} by default.
         *
         * @param value the request
         * @return this
         */
        public Builder durability(final DurabilityRequest value) {
            durability = Objects.requireNonNull(value, "durability");
            return this;
        }

        /**
         * Whether to advise huge pages for the mapping; true by default, and harmless where they are not to be had.
         *
         * @param value true to advise them
         * @return this
         */
        public Builder hugePages(final boolean value) {
            hugePages = value;
            return this;
        }

        /**
         * Whether a daemon thread allocates device blocks ahead of need; true by default. Tests that replay a run want false.
         *
         * @param value true to allocate ahead in the background
         * @return this
         */
        public Builder backgroundGrowth(final boolean value) {
            backgroundGrowth = value;
            return this;
        }

        /**
         * Checks the options against each other.
         *
         * @return the options
         * @throws PoolException ({@code INVALID_OPTION}) where they contradict each other
         */
        public PoolOptions build() {
            require(
                    initialBytes > 0 && maximumBytes > 0,
                    "sizes are more than 0, not " + initialBytes + " and " + maximumBytes);
            require(
                    initialBytes <= Geometry.LIMIT_BYTES && maximumBytes <= Geometry.LIMIT_BYTES,
                    "a pool has at most " + Geometry.LIMIT_BYTES + " bytes");
            require(
                    !readOnly || openMode != OpenMode.CREATE_ONLY,
                    "a pool cannot be created read-only; drop readOnly or CREATE_ONLY");
            require(
                    placement != DescriptorPlacement.FILE || descriptorFile != null,
                    "placement FILE needs descriptorFile");
            require(
                    descriptorFile == null
                            || placement == DescriptorPlacement.FILE
                            || placement == DescriptorPlacement.AUTO,
                    "descriptorFile is for placement FILE or AUTO, not " + placement);
            return new PoolOptions(this);
        }

        private static void require(final boolean condition, final String message) {
            if (!condition) {
                throw new PoolException(INVALID_OPTION, message);
            }
        }
    }
}
