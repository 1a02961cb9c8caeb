package org.ashlar.engine.epoch;

/** Takes back what no reader can hold any more. */
public interface Reclaimer {
    /**
     * Called by the owner of the participant, inside its operation. May retire more.
     *
     * @param participant the participant whose list it was in
     * @param code what {@link Epochs#retire} was given
     */
    void reclaim(Participant participant, long code);

    /**
     * Loads what {@link #reclaim} will need first, so that it is in the cache by then.
     *
     * @param code as there
     * @return something that depends on what was loaded
     */
    long touch(long code);

    /**
     * Gives back what a participant's scratch space holds in reserve. Called by its owner, or while it is lent.
     *
     * @param participant whose
     */
    void giveBackReserved(Participant participant);
}
