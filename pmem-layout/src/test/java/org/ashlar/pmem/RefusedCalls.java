package org.ashlar.pmem;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;

/**
 * System calls that the kernel refuses from now on, as it does on file systems that a test cannot mount: by a seccomp filter, for the calling
 * thread and those that it starts, until they end. For child processes.
 */
public final class RefusedCalls {
    private static final boolean IS_X86 = "amd64".equals(System.getProperty("os.arch"));
    private static final int OPENAT = IS_X86 ? 257 : 56;
    private static final int FALLOCATE = IS_X86 ? 285 : 47;
    private static final int ACCESS_MODE = 3;

    // Classic BPF, on struct seccomp_data.
    private static final int LOAD = 0x20;
    private static final int AND = 0x54;
    private static final int SKIP_UNLESS_EQUAL = 0x15;
    private static final int RETURN = 0x06;
    private static final int NUMBER = 0;
    private static final int THIRD_ARGUMENT = 32;
    private static final int FAIL = 0x0005_0000;
    private static final int ALLOW = 0x7FFF_0000;

    private static final int PR_SET_SECCOMP = 22;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final long MODE_FILTER = 2;
    private static final int INSTRUCTION_BYTES = 8;

    private RefusedCalls() {}

    /** Files cannot be opened for reading and writing, as on a read-only file system. */
    public static void refuseWriting() {
        install(
                instruction(LOAD, 0, NUMBER),
                instruction(SKIP_UNLESS_EQUAL, 4, OPENAT),
                instruction(LOAD, 0, THIRD_ARGUMENT),
                instruction(AND, 0, ACCESS_MODE),
                instruction(SKIP_UNLESS_EQUAL, 1, NativeLinux.O_RDWR),
                instruction(RETURN, 0, FAIL | Errno.EROFS),
                instruction(RETURN, 0, ALLOW));
    }

    /** The file system has no {@code fallocate}, as ramfs. */
    public static void refuseAllocation() {
        refuseAllocation(Errno.EOPNOTSUPP);
    }

    /** The device is full. */
    public static void refuseMoreBlocks() {
        refuseAllocation(Errno.ENOSPC);
    }

    private static void refuseAllocation(final int errno) {
        install(
                instruction(LOAD, 0, NUMBER),
                instruction(SKIP_UNLESS_EQUAL, 1, FALLOCATE),
                instruction(RETURN, 0, FAIL | errno),
                instruction(RETURN, 0, ALLOW));
    }

    private static long instruction(final int code, final int skippedUnlessEqual, final int operand) {
        return (long) operand << 32 | (long) skippedUnlessEqual << 24 | code;
    }

    private static void install(final long... program) {
        final Memory instructions = new Memory((long) program.length * INSTRUCTION_BYTES);
        instructions.write(0, program, 0, program.length);
        final Memory description = new Memory(2L * Long.BYTES);
        description.setLong(0, program.length);
        description.setPointer(Long.BYTES, instructions);
        prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
        prctl(PR_SET_SECCOMP, MODE_FILTER, description, 0L, 0L);
    }

    private static void prctl(final Object... arguments) {
        if (Function.getFunction("c", "prctl").invokeInt(arguments) != 0) {
            throw new IllegalStateException("prctl " + arguments[0] + ": errno " + Native.getLastError());
        }
    }
}
