package org.ashlar.kv;

/** Lets the module export its package while that is empty; goes with the first class. */
final class Placeholder {
    private Placeholder() {}
}
