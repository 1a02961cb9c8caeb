package org.ashlar.bench.compare;

import java.util.function.Supplier;

/** An open store of a contender. */
public interface OpenStore extends AutoCloseable {
    /**
     * One that has nothing to do in the background.
     *
     * @param sessions makes a session
     * @param close closes the store
     */
    static OpenStore of(final Supplier<? extends Session> sessions, final Runnable close) {
        return new OpenStore() {
            @Override
            public Session session(final int thread) {
                return sessions.get();
            }

            @Override
            public void close() {
                close.run();
            }
        };
    }

    /**
     * Makes a session for the calling thread.
     *
     * @param thread 0 to the number of threads less 1
     */
    Session session(int thread);

    /** Waits for what the store does in the background, so that it does not disturb whose turn is next. */
    default void settle() {}

    /** Closes it, after all sessions. */
    @Override
    void close();
}
