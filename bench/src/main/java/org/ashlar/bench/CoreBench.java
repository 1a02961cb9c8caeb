package org.ashlar.bench;

/** Runs the benchmarks of the core operations. */
public final class CoreBench {
    private CoreBench() {}

    /**
     * Runs the program.
     *
     * @param args none so far
     */
    public static void main(String[] args) {
        System.out.println("CoreBench: not written yet; arguments: " + args.length);
    }
}
