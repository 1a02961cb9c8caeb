package org.ashlar.engine.epoch;

/**
 * A way into the epochs that remembers who comes by it most of the time, and spares that thread the look-up of its participant. For what is
 * called so often that the processor can begin with the next call's cache misses during this one's, if there is little else to do.
 * Thread-safe; others come in as by {@link Epochs#enter}.
 */
public final class Entrance {
    private static final int COUNTED = 1024;

    private final Epochs epochs;

    /** Of a thread that comes most of the time, or came first; plain: asked whose it is at each use. */
    private Participant usual = Participant.nobodys();

    /**
     * Makes a way in.
     *
     * @param epochs where it leads
     */
    public Entrance(final Epochs epochs) {
        this.epochs = epochs;
    }

    /**
     * Begins an operation.
     *
     * @return the participant, to be given to {@link Epochs#exit}
     * @throws RuntimeException the one of {@link Epochs#close}
     */
    public Participant enter() {
        final Participant p = usual;
        return p.isOwnedBy(Thread.currentThread()) && p.isIdle() ? epochs.enterBy(p) : enterElsewhere();
    }

    private Participant enterElsewhere() {
        final Participant p = epochs.enter();
        if (p.isOwned() && p.countElsewhere() % COUNTED == 0) {
            usual = p; // now and then: threads that come by turns would wait for each other's stores here
        }
        return p;
    }
}
