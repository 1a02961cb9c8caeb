package org.ashlar.examples.quickstart;

/** Opens a store, writes to it and reads from it. */
public final class Quickstart {
    private Quickstart() {}

    /**
     * Runs the program.
     *
     * @param args none so far
     */
    public static void main(String[] args) {
        System.out.println("Quickstart: not written yet; arguments: " + args.length);
    }
}
