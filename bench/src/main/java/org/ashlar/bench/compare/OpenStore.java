package org.ashlar.bench.compare;

/** An open store of a contender. */
public interface OpenStore extends AutoCloseable {
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
