package org.ashlar.pmem;

import org.jspecify.annotations.Nullable;

/**
 * Names the steps that change a file, just before each, so that a test can fail or kill the process there. Only slow paths
 * come here: creation, open, growth, close, and syncs of the page cache.
 */
final class Steps {
    /** What a test does at a step; it may throw, or never return. */
    @FunctionalInterface
    interface Hook {
        /**
         * A step is about to be taken.
         *
         * @param step its name
         */
        void reached(String step);
    }

    private static volatile @Nullable Hook hook;

    private Steps() {}

    static void install(final @Nullable Hook newHook) {
        hook = newHook;
    }

    static void reached(final String step) {
        final Hook current = hook;
        if (current != null) {
            current.reached(step);
        }
    }
}
