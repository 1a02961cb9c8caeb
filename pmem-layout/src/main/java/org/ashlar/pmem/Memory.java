package org.ashlar.pmem;

import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/**
 * The memory seam: every load, store, copy, write-back and fence on a mapped address goes through this class.
 *
 * <p>In production {@link #RECORDER} is {@code null}; it is {@code static final}, so the JIT removes every test of it. When
 * the system property {@value #RECORDER_PROPERTY} names a {@link MemoryRecorder} at class initialisation, that recorder
 * sees each store just before it happens, and each write-back and fence just after, in program order per thread.
 *
 * <p>Addresses are absolute. Nothing here checks bounds: callers do, before they call. A fault on the mapping (a poisoned
 * page, a file truncated behind our back) surfaces as an {@link InternalError} from the plain loads and stores, but kills
 * the JVM in {@link #writeBack} and in an interpreted compare-and-set; touch with a plain load first where a page may be bad.
 *
 * <p>Order of memory shows in the method's name: no suffix is plain, {@code Acquire}, {@code Release} and {@code Volatile} are
 * as in {@link java.lang.invoke.VarHandle}, {@code Consume} is explained at {@link #getLongConsume}. All multi-byte values are little endian; only little-endian machines are supported.
 * Plain loads and stores need no alignment, as on all processors that are supported; the JDK's own methods for unaligned access are not used:
 * compiled by themselves they contain loads that JDK 17 cannot step over when a page is bad, and ends instead.
 */
public final class Memory {
    /** System property that names the recorder class; it needs a public constructor without arguments. */
    public static final String RECORDER_PROPERTY = "ashlar.recorder";

    /** Offset of the first byte of a {@code byte[]} from its base, for the methods that take a base and an offset. */
    public static final long ARRAY_BASE = UnsafeApi.arrayBaseOffset(byte[].class);

    /** Offset of the first element of an {@code int[]} from its base. */
    public static final long INT_ARRAY_BASE = UnsafeApi.arrayBaseOffset(int[].class);

    /** Offset of the first element of a {@code long[]} from its base. */
    public static final long LONG_ARRAY_BASE = UnsafeApi.arrayBaseOffset(long[].class);

    /** Bytes of a cache line: the unit of write-back. */
    public static final int LINE_BYTES = 64;

    /** Up to here a loop is faster than a call (measured, 1 to 1,024 bytes). */
    private static final int SMALL_COPY_BYTES = 256;

    /**
     * The same for copies out of the mapping. A call costs more there too, but has its loads in vectors: a processor that waits for the source
     * has room for some 88 loads (Zen 4), and whether the next get's cache misses can begin meanwhile hangs on a few of them (100 bytes, the
     * comparison's driver: 600 ns a get become 370 where they can, JDK 17 and 25).
     */
    private static final int SMALL_COPY_OUT_BYTES = 64;

    /** From here on a look for a fault, which the JVM would show some instructions later, costs little beside the copy. */
    static final int CHECKED_COPY_BYTES = 16 << 10;

    private static final int LAST_FEATURE_WITH_EAGER_CODE = 17;

    private static final int CANARIES = 256;
    private static final long CANARY_VALUE = 0x5EED_0FBA_D9A6_E001L;

    /** Where {@link #checkReadable(long)} copies to; a line for each of a few threads, which may share one: then a look more is taken. */
    private static final long[] CANARY = new long[CANARIES * (LINE_BYTES / Long.BYTES)];

    static final @Nullable MemoryRecorder RECORDER = loadRecorder();

    /** Read and written without order: only that the compiler cannot know them matters. */
    private static int settleLength;

    @SuppressWarnings("UnusedVariable") // Storing it keeps the compiler from leaving its creation out.
    private static byte[][] settled = new byte[0][];

    private Memory() {}

    private static @Nullable MemoryRecorder loadRecorder() {
        final String name = System.getProperty(RECORDER_PROPERTY);
        if (name == null || name.isEmpty()) {
            return null;
        }
        try {
            return Class.forName(name)
                    .asSubclass(MemoryRecorder.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (final ReflectiveOperationException e) {
            throw new IllegalStateException("cannot load the recorder " + name + " of -D" + RECORDER_PROPERTY, e);
        }
    }

    /**
     * The size of the kernel's pages.
     *
     * @return bytes
     */
    static int pageBytes() {
        return UnsafeApi.pageSize();
    }

    /**
     * Whether this JVM can write cache lines back from user space. A later JDK than 17 that runs without its C2 compiler
     * ({@code -Xint}, {@code -XX:TieredStopAtLevel=1}) says that it can and then jumps to address 0, as only that compiler's start
     * generates the code (measured on JDK 25); so it cannot. Levels 2 and 3 do the same, and cannot be told from outside.
     *
     * @return true where {@link #writeBack} works
     */
    public static boolean canWriteBack() {
        return UnsafeApi.isWritebackEnabled()
                && hasWriteBackCode(Runtime.version().feature(), System.getProperty("java.vm.info", ""));
    }

    static boolean hasWriteBackCode(final int javaFeature, final String vmInfo) {
        final boolean hasC2 = !vmInfo.contains("emulated-client") && !vmInfo.contains("interpreted mode");
        return hasC2 || javaFeature <= LAST_FEATURE_WITH_EAGER_CODE;
    }

    /**
     * Makes a fault of an earlier load or store of this thread show here, as the {@link InternalError} that it becomes.
     *
     * <p>The JVM only notes such a fault when it happens, and throws when the thread next enters the runtime from Java code,
     * which may be after the method whose try block was meant to catch it. The creation of a multi-dimensional array of
     * variable size enters the runtime in interpreted and in compiled code alike (found by experiment on JDK 17 and 25; a native
     * method does not do). It costs some 100 ns and 16 bytes of garbage, so it is for places where a page may be bad.
     */
    public static void settleFaults() {
        settled = new byte[settleLength][settleLength];
    }

    // ---------------------------------------------------------------------------------------------------- loads

    public static byte getByte(final long address) {
        return UnsafeApi.getByte(null, address);
    }

    public static short getShort(final long address) {
        return UnsafeApi.getShort(null, address);
    }

    public static int getInt(final long address) {
        return UnsafeApi.getInt(null, address);
    }

    public static long getLong(final long address) {
        return UnsafeApi.getLong(null, address);
    }

    public static int getIntAcquire(final long address) {
        if (RECORDER != null) {
            RECORDER.loadAcquire(address);
        }
        return UnsafeApi.getIntAcquire(null, address);
    }

    public static long getLongAcquire(final long address) {
        if (RECORDER != null) {
            RECORDER.loadAcquire(address);
        }
        return UnsafeApi.getLongAcquire(null, address);
    }

    /**
     * A load that is ordered before those whose addresses are computed from its result, as {@code memory_order_consume} of C11 promises; before no
     * other. A plain load, with which all processors that are supported keep that promise; the compiler cannot know the address sooner either.
     *
     * @param address of a word, aligned
     * @return the word
     */
    public static long getLongConsume(final long address) {
        if (RECORDER != null) {
            RECORDER.loadAcquire(address);
        }
        return UnsafeApi.getLong(null, address);
    }

    public static long getLongVolatile(final long address) {
        if (RECORDER != null) {
            RECORDER.loadAcquire(address);
        }
        return UnsafeApi.getLongVolatile(null, address);
    }

    public static byte getByte(final @Nullable Object base, final long offset) {
        return UnsafeApi.getByte(base, offset);
    }

    public static int getInt(final @Nullable Object base, final long offset) {
        return UnsafeApi.getInt(base, offset);
    }

    public static long getLong(final @Nullable Object base, final long offset) {
        return UnsafeApi.getLong(base, offset);
    }

    // --------------------------------------------------------------------------------------------------- stores

    public static void putByte(final long address, final byte value) {
        if (RECORDER != null) {
            RECORDER.store(address, 1);
        }
        UnsafeApi.putByte(null, address, value);
    }

    public static void putShort(final long address, final short value) {
        if (RECORDER != null) {
            RECORDER.store(address, 2);
        }
        UnsafeApi.putShort(null, address, value);
    }

    public static void putInt(final long address, final int value) {
        if (RECORDER != null) {
            RECORDER.store(address, 4);
        }
        UnsafeApi.putInt(null, address, value);
    }

    public static void putLong(final long address, final long value) {
        if (RECORDER != null) {
            RECORDER.store(address, 8);
        }
        UnsafeApi.putLong(null, address, value);
    }

    public static void putLongRelease(final long address, final long value) {
        if (RECORDER != null) {
            RECORDER.storeRelease(address, 8);
        }
        UnsafeApi.putLongRelease(null, address, value);
    }

    public static void putLongVolatile(final long address, final long value) {
        if (RECORDER != null) {
            RECORDER.storeRelease(address, 8);
        }
        UnsafeApi.putLongVolatile(null, address, value);
    }

    public static boolean compareAndSetLong(final long address, final long expected, final long value) {
        if (RECORDER != null) {
            RECORDER.storeRelease(address, 8);
        }
        return UnsafeApi.compareAndSetLong(null, address, expected, value);
    }

    /**
     * Fills a range with one byte value.
     *
     * @param address first byte
     * @param length bytes, 0 or more
     * @param value the byte
     */
    public static void fill(final long address, final long length, final byte value) {
        if (length == 0) {
            return;
        }
        if (RECORDER != null) {
            RECORDER.store(address, length);
        }
        UnsafeApi.setMemory(address, length, value);
    }

    /**
     * Copies into mapped memory.
     *
     * @param sourceBase array that holds the source, or null when {@code sourceOffset} is an absolute address
     * @param sourceOffset offset from the base ({@link #ARRAY_BASE} plus an index), or an address
     * @param address destination
     * @param length bytes, 0 or more
     */
    public static void copyIn(
            final @Nullable Object sourceBase, final long sourceOffset, final long address, final long length) {
        if (length == 0) {
            return;
        }
        if (RECORDER != null) {
            RECORDER.store(address, length);
        }
        if (length <= SMALL_COPY_BYTES) {
            copySmall(sourceBase, sourceOffset, null, address, (int) length);
        } else {
            UnsafeApi.copyMemory(sourceBase, sourceOffset, null, address, length);
        }
    }

    /**
     * Notes that a range was stored to by other means than this class: by user code, through a view that checks its bounds. To be called after
     * the last such store and before anything is said of the range's durability.
     *
     * @param address first byte
     * @param length bytes, 0 or more
     */
    public static void noteStored(final long address, final long length) {
        if (RECORDER != null && length != 0) {
            RECORDER.store(address, length);
        }
    }

    /**
     * Copies out of mapped memory into the heap, or to an address that is not part of a pool. Of {@value #CHECKED_COPY_BYTES} bytes or more a
     * fault is told before it returns.
     *
     * @param address source
     * @param targetBase array that receives, or null when {@code targetOffset} is an absolute address
     * @param targetOffset offset from the base, or an address
     * @param length bytes, 0 or more
     */
    public static void copyOut(
            final long address, final @Nullable Object targetBase, final long targetOffset, final long length) {
        if (length <= SMALL_COPY_OUT_BYTES) {
            copySmall(null, address, targetBase, targetOffset, (int) length);
        } else {
            copyLarge(null, address, targetBase, targetOffset, length);
        }
    }

    private static void copyLarge(
            final @Nullable Object sourceBase,
            final long source,
            final @Nullable Object targetBase,
            final long target,
            final long length) {
        UnsafeApi.copyMemory(sourceBase, source, targetBase, target, length);
        if (sourceBase == null && length >= CHECKED_COPY_BYTES) {
            checkReadable(source, length);
        }
    }

    /**
     * Copies from anywhere to a heap array; tells of faults as {@link #copyOut} does.
     *
     * @param sourceBase array that holds the source, or null when {@code sourceOffset} is an absolute address
     * @param sourceOffset offset from the base ({@link #ARRAY_BASE} plus an index), or an address
     * @param target array that receives
     * @param targetIndex first index in it
     * @param length bytes, 0 or more; the caller has checked that they fit
     */
    public static void copyToHeap(
            final @Nullable Object sourceBase,
            final long sourceOffset,
            final byte[] target,
            final int targetIndex,
            final int length) {
        if (length <= SMALL_COPY_OUT_BYTES) {
            copySmall(sourceBase, sourceOffset, target, ARRAY_BASE + targetIndex, length);
        } else {
            copyLarge(sourceBase, sourceOffset, target, ARRAY_BASE + targetIndex, length);
        }
    }

    /**
     * Copies in a few straight runs, the last of which may overlap the one before. A call of the JVM's copy routine costs more than
     * that; and a loop ends with a branch that waits for the length, which a miss of the cache may hold up: when the processor guesses
     * it wrong, all that it has begun meanwhile is lost, the next operation's misses with it.
     */
    private static void copySmall(
            final @Nullable Object sourceBase,
            final long source,
            final @Nullable Object targetBase,
            final long target,
            final int length) {
        if (length >= 8 * Long.BYTES) {
            copyEight(sourceBase, source, targetBase, target);
            if (length > 16 * Long.BYTES) {
                copyEight(sourceBase, source + 8 * Long.BYTES, targetBase, target + 8 * Long.BYTES);
                if (length > 24 * Long.BYTES) {
                    copyEight(sourceBase, source + 16 * Long.BYTES, targetBase, target + 16 * Long.BYTES);
                }
            }
            final int last = length - 8 * Long.BYTES;
            copyEight(sourceBase, source + last, targetBase, target + last);
        } else if (length >= 2 * Long.BYTES) {
            copyTwo(sourceBase, source, targetBase, target);
            if (length > 4 * Long.BYTES) {
                copyTwo(sourceBase, source + 2 * Long.BYTES, targetBase, target + 2 * Long.BYTES);
                if (length > 6 * Long.BYTES) {
                    copyTwo(sourceBase, source + 4 * Long.BYTES, targetBase, target + 4 * Long.BYTES);
                }
            }
            final int last = length - 2 * Long.BYTES;
            copyTwo(sourceBase, source + last, targetBase, target + last);
        } else if (length >= Long.BYTES) {
            final int last = length - Long.BYTES;
            final long lastWord = UnsafeApi.getLong(sourceBase, source + last);
            UnsafeApi.putLong(targetBase, target, UnsafeApi.getLong(sourceBase, source));
            UnsafeApi.putLong(targetBase, target + last, lastWord);
        } else {
            for (int i = 0; i < length; i++) {
                UnsafeApi.putByte(targetBase, target + i, UnsafeApi.getByte(sourceBase, source + i));
            }
        }
    }

    private static void copyEight(
            final @Nullable Object sourceBase,
            final long source,
            final @Nullable Object targetBase,
            final long target) {
        copyTwo(sourceBase, source, targetBase, target);
        copyTwo(sourceBase, source + 2 * Long.BYTES, targetBase, target + 2 * Long.BYTES);
        copyTwo(sourceBase, source + 4 * Long.BYTES, targetBase, target + 4 * Long.BYTES);
        copyTwo(sourceBase, source + 6 * Long.BYTES, targetBase, target + 6 * Long.BYTES);
    }

    /**
     * Copies two words by way of the registers for floating point, which keep every bit: a processor has enough of them to spare, while a copy
     * of 100 bytes through the general ones uses up so many that the next operation's cache misses cannot begin before this one's have ended
     * (a get in a loop took 270 ns instead of 450 when its copy came by here, JDK 17, Zen 5).
     */
    private static void copyTwo(
            final @Nullable Object sourceBase,
            final long source,
            final @Nullable Object targetBase,
            final long target) {
        UnsafeApi.putDouble(targetBase, target, UnsafeApi.getDouble(sourceBase, source));
        UnsafeApi.putDouble(targetBase, target + Long.BYTES, UnsafeApi.getDouble(sourceBase, source + Long.BYTES));
    }

    /**
     * Whether two ranges hold the same bytes.
     *
     * @param address the first range
     * @param base array that holds the second, or null when {@code offset} is an absolute address
     * @param offset offset from the base, or an address
     * @param length bytes, 0 or more
     * @return true when they do
     */
    public static boolean isEqual(
            final long address, final @Nullable Object base, final long offset, final int length) {
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            if (UnsafeApi.getLong(null, address + i) != UnsafeApi.getLong(base, offset + i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (UnsafeApi.getByte(null, address + i) != UnsafeApi.getByte(base, offset + i)) {
                return false;
            }
        }
        return true;
    }

    // ------------------------------------------------------------------------------------- persistence and order

    /**
     * Throws the error of a page that has gone bad, now. A write-back of such a page would end the JVM, and so would a load that the compiler
     * has made part of an instruction that JDK 17 cannot step over (found in a hash of a mapped key); and the error of a load or store comes
     * some instructions late. A copy that meets the fault leaves its target as it was, so that it shows without delay. Some ten
     * nanoseconds: for what is not read often, of pages that have not been read yet.
     *
     * @param address in the page
     */
    public static void checkReadable(final long address) {
        final int mine = (int) (Thread.currentThread().getId() & (CANARIES - 1)) * (LINE_BYTES / Long.BYTES);
        CANARY[mine] = CANARY_VALUE;
        UnsafeApi.copyMemory(
                null, address & -Long.BYTES, CANARY, LONG_ARRAY_BASE + (long) mine * Long.BYTES, Long.BYTES);
        if (CANARY[mine] == CANARY_VALUE) {
            settleFaults(); // goes on where the page holds just this value
        }
    }

    /**
     * Throws where a store did not happen, as to a page that can be read and not be written to: the JVM would say so some instructions later
     * only. It waits for this thread's earlier stores. A store that is to be written back is checked before that, as its line may leave the cache.
     *
     * @param address of a word, aligned
     * @param expected what this thread has stored there, and nobody else has changed since
     * @throws InternalError where something else is there
     */
    public static void checkStored(final long address, final long expected) {
        final int mine = (int) (Thread.currentThread().getId() & (CANARIES - 1)) * (LINE_BYTES / Long.BYTES);
        CANARY[mine] = ~expected;
        UnsafeApi.copyMemory(null, address, CANARY, LONG_ARRAY_BASE + (long) mine * Long.BYTES, Long.BYTES);
        if (CANARY[mine] != expected) { // or another thread was at the canary
            settleFaults();
            if (UnsafeApi.getLongVolatile(null, address) != expected) {
                throw new InternalError("a store did not happen");
            }
        }
    }

    /**
     * Stores a word where its content does not matter, and throws as {@link #checkStored} does; without waiting for other stores (that was 200
     * of the 1,100 ns of a put: the JVM's copy loads more than the word, which can be had from the cache only; JDK 17, Zen 5). A load that
     * meets a fault leaves its register as it was, which is why the word must be one that no register of this thread can hold by chance.
     *
     * @param address of a word, aligned
     * @param value other than any that was stored or loaded lately
     * @throws InternalError where the page can't be read or can't be written to
     */
    public static void probe(final long address, final long value) {
        putLong(address, value);
        UnsafeApi.loadFence(); // no instruction on x86; else the compiler answers with what was stored, and loads
        // nothing
        // Volatile: a load that is made part of a comparison could not be stepped over by JDK 17.
        if (UnsafeApi.getLongVolatile(null, address) != value
                || UnsafeApi.getIntVolatile(null, address + Integer.BYTES) != (int) (value >>> Integer.SIZE)) {
            checkStored(address, value);
        }
    }

    /**
     * Whether all pages of a range can be read, for about the price of {@link #checkReadable(long)} for each. A fault of an earlier load or store of
     * this thread may show here, and make it say no.
     *
     * @param address first byte
     * @param length bytes
     * @return false when one has gone bad
     */
    public static boolean isReadable(final long address, final long length) {
        try {
            checkReadable(address, length);
            return true;
        } catch (final InternalError e) {
            return false;
        }
    }

    /**
     * Does for each page of a range what {@link #checkReadable(long)} does for one.
     *
     * @param address first byte
     * @param length bytes
     */
    public static void checkReadable(final long address, final long length) {
        for (long page = address; page < address + length; page = (page | (Geometry.PAGE_BYTES - 1)) + 1) {
            checkReadable(page);
        }
    }

    /**
     * Writes the cache lines of a range back to memory and waits for them (one fence at the end). Ends the JVM where a page is bad.
     *
     * @param address first byte
     * @param length bytes, more than 0
     */
    static void writeBack(final long address, final long length) {
        UnsafeApi.writebackMemory(address, length);
        if (RECORDER != null) {
            RECORDER.writeBack(address, length);
            RECORDER.fence();
        }
    }

    /** Orders all earlier loads and stores of this thread before all later ones, and drains the store buffer. */
    static void fullFence() {
        UnsafeApi.fullFence();
        if (RECORDER != null) {
            RECORDER.fence();
        }
    }

    /** Orders earlier loads and stores of this thread before later stores; emits no instruction on x86. */
    static void releaseFence() {
        UnsafeApi.storeFence();
    }

    /** Orders earlier loads before later loads and stores; emits no instruction on x86. */
    public static void acquireFence() {
        UnsafeApi.loadFence();
    }

    // ------------------------------------------------------------------------------------------ what is mapped

    static void noteMapped(final PoolFile file, final long address, final long length, final long fileOffset) {
        if (RECORDER != null) {
            RECORDER.mapped(file.path(), address, length, fileOffset);
        }
    }

    static void noteUnmapped(final long address, final long length) {
        if (RECORDER != null) {
            RECORDER.unmapped(address, length);
        }
    }

    /** A range is about to become zero, at the file system's hands. */
    static void noteErased(final long address, final long length) {
        if (RECORDER != null) {
            RECORDER.store(address, length);
        }
    }

    static void noteSyncing(final long address, final long length) {
        if (RECORDER != null) {
            RECORDER.rangeSyncing(address, length);
        }
    }

    static void noteRangeSynced() {
        if (RECORDER != null) {
            RECORDER.rangeSynced();
        }
    }

    /** Whether syncs reach something that keeps bytes, whatever the file system is: a test's. */
    static boolean hasSimulatedDevice() {
        return RECORDER != null && RECORDER.isDevice();
    }

    static void noteSyncing(final PoolFile file) {
        if (RECORDER != null) {
            RECORDER.syncing(file.path());
        }
    }

    static void noteSynced(final PoolFile file) {
        if (RECORDER != null) {
            RECORDER.synced(file.path());
        }
    }

    static void noteLength(final PoolFile file) {
        if (RECORDER != null) {
            RECORDER.fileSized(file.path(), file.length());
        }
    }
}
