package org.ashlar.engine.epoch;

/** Takes back what no reader can hold any more. */
@FunctionalInterface
public interface Reclaimer {
    /**
     * Called by the owner of the participant, inside its operation. May retire more.
     *
     * @param participant the participant whose list it was in
     * @param code what {@link Epochs#retire} was given
     */
    void reclaim(Participant participant, long code);
}
