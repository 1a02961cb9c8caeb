package org.ashlar.pmem;

/**
 * A full memory fence in every running thread of this process, issued by one of them: {@code membarrier(2)}, private expedited. It
 * takes the fence off a frequent side (readers that announce themselves with a plain store) and puts it, dearer, on a rare one.
 *
 * <p>Thread-safe.
 */
public final class ProcessBarrier {
    private static final int REGISTER_PRIVATE_EXPEDITED = 1 << 4;
    private static final int PRIVATE_EXPEDITED = 1 << 3;
    private static final boolean AVAILABLE = register();

    private ProcessBarrier() {}

    private static boolean register() {
        return NativeLinux.LOAD_FAILURE == null
                && number() != 0
                && NativeLinux.syscall(number(), REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0
                && NativeLinux.syscall(number(), PRIVATE_EXPEDITED, 0, 0) == 0;
    }

    /** The number of the system call, 0 where it is not known. */
    private static long number() {
        return switch (System.getProperty("os.arch", "")) {
            case "amd64" -> 324;
            case "aarch64", "riscv64" -> 283;
            default -> 0;
        };
    }

    /**
     * Whether {@link #issue} works here; not so on kernels before 4.14 and where a sandbox forbids the call.
     *
     * @return true when it does
     */
    public static boolean isAvailable() {
        return AVAILABLE;
    }

    /**
     * Returns when every thread of this process has executed a full fence since the call began.
     *
     * @throws IllegalStateException where it is not available
     */
    public static void issue() {
        if (!AVAILABLE || NativeLinux.syscall(number(), PRIVATE_EXPEDITED, 0, 0) != 0) {
            throw new IllegalStateException("membarrier(2) is not available, or failed");
        }
    }
}
