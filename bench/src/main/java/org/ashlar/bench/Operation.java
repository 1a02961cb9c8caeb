package org.ashlar.bench;

/** One kind of operation, run by one thread; it holds that thread's buffers and its place in a random sequence. */
@FunctionalInterface
interface Operation {
    /**
     * Runs the operation a number of times. The loop is here, and not in the caller, so that each kind has machine code
     * of its own.
     *
     * @param count how often
     * @return something that depends on all that was read
     */
    long run(int count);
}
