package org.ashlar.engine.epoch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Whoever comes in by an entrance has a participant for itself, whomever the entrance remembers. */
final class EntranceTest {
    private static final int MANY = 5_000;

    private final Epochs epochs = new Epochs(Object::new, true);
    private final Entrance entrance = new Entrance(epochs);

    @Test
    void aThreadComesInByItsOwnParticipantWhicheverWayItTakes() {
        final Participant own = enterAndLeave();
        for (int i = 0; i < MANY; i++) {
            assertSame(own, enterAndLeave());
        }
        final Participant atTheOtherDoor = epochs.enter();
        Epochs.exit(atTheOtherDoor);
        assertSame(own, atTheOtherDoor);
    }

    @Test
    void anOperationInsideAnotherOneHasAParticipantOfItsOwn() {
        enterAndLeave();
        final Participant outer = entrance.enter();
        final Participant inner = entrance.enter();
        assertNotSame(outer, inner);
        Epochs.exit(inner);
        assertTrue(!outer.isIdle(), "still in");
        Epochs.exit(outer);
        assertTrue(outer.isIdle());
    }

    @Test
    void threadsThatComeByTurnsDoNotGetEachOthers() {
        final Participant mine = enterAndLeave();
        for (int i = 0; i < 3; i++) {
            final Participant theirs = CompletableFuture.supplyAsync(
                            () -> {
                                Participant p = enterAndLeave();
                                for (int j = 0; j < MANY; j++) {
                                    p = enterAndLeave();
                                }
                                return p;
                            },
                            task -> new Thread(task).start())
                    .join();
            assertNotSame(mine, theirs);
            assertSame(mine, enterAndLeave(), "although the other one was remembered last");
        }
    }

    @Test
    void nobodyComesInAfterClosingAndNobodyIsLeftInside() {
        final Participant before = enterAndLeave();
        epochs.close(() -> new IllegalArgumentException("closed"));
        final Exception known = assertThrows(IllegalArgumentException.class, entrance::enter);
        final Exception unknown = assertThrows(IllegalArgumentException.class, new Entrance(epochs)::enter);
        final Exception elsewhere = assertThrows(IllegalArgumentException.class, epochs::enter);
        assertEquals(
                "closed closed closed", known.getMessage() + " " + unknown.getMessage() + " " + elsewhere.getMessage());
        assertTrue(before.isIdle());
        assertTrue(epochs.isQuiet());
    }

    private Participant enterAndLeave() {
        final Participant p = entrance.enter();
        Epochs.exit(p);
        return p;
    }
}
