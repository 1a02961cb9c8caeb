package org.ashlar.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import org.agrona.collections.LongHashSet;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.jfr.EngineEvents;
import org.ashlar.engine.space.Space;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.RecordedLock;

/**
 * Gives back what maps held that were cleared or dropped. That such a map is gone is durable before it comes here, so a crash at any point
 * leaves space that no map refers to, which is free by definition; within this open it is given back bit by bit: when every operation that
 * could still use the map has ended, its leaves are emptied one after the other, then its pages go, then its records in the catalog.
 *
 * <p>Until the last step the map's own index tells the judge what is live, so what a sweep meets meanwhile is judged as ever.
 */
final class Reaper {
    private final Epochs epochs;
    private final Space space;
    private final Catalog catalog;
    private final RecordedLock lock = new RecordedLock();
    private final Deque<Condemned> waiting = new ArrayDeque<>();

    /** A map that is gone. */
    private static final class Condemned {
        final MapCore core;

        /** Its record in the catalog, which holds its root word; unlinked, not retired. */
        final long home;

        final long mark;
        final EngineEvents.GivingBack event = EngineEvents.get().givingBackBegins();
        long position;
        boolean isEmpty;

        Condemned(final MapCore core, final long home, final long mark) {
            this.core = core;
            this.home = home;
            this.mark = mark;
        }
    }

    Reaper(final Epochs epochs, final Space space, final Catalog catalog) {
        this.epochs = epochs;
        this.space = space;
        this.catalog = catalog;
    }

    /** Takes over a map that no operation that begins from now on can reach. */
    void add(final MapCore core, final long home) {
        final Condemned condemned = new Condemned(core, home, epochs.mark());
        lock.lock();
        try {
            waiting.add(condemned);
        } finally {
            lock.unlock();
        }
    }

    /** Maps that wait. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    boolean isDone() {
        lock.lock();
        try {
            return waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives back some of what waits.
     *
     * @param participant of the caller, who holds no lock and has not used any of the maps in its operation
     * @param leaves at most so many
     * @return whether anything was given back
     */
    boolean reapSome(final Participant participant, final int leaves) {
        if (!lock.tryLock()) {
            return false;
        }
        final Condemned first = waiting.peek();
        try {
            if (first == null || !epochs.hasPassed(first.mark, participant)) {
                return false;
            }
            reap(participant, first, leaves);
            return true;
        } catch (final CorruptStoreException | InternalError e) {
            waiting.remove(
                    first); // damaged, or on a bad page: what is left of it stays taken until the next open judges it
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void reap(final Participant participant, final Condemned condemned, final int leaves) {
        for (int i = 0; i < leaves && !condemned.isEmpty; i++) {
            condemned.position = condemned.core.index().removal().emptyLeaf(participant, condemned.position);
            condemned.isEmpty = condemned.position == 0;
        }
        if (condemned.isEmpty) {
            final LongHashSet pages = condemned.core.index().removal().touchPages(participant);
            space.prepareToUnlink(participant, condemned.home);
            Memory.settleFaults(); // nothing from here on is done twice
            waiting.remove(condemned);
            catalog.forgetCore(condemned.core.incarnation());
            condemned.core.index().removal().retirePages(participant, pages);
            space.retireRecord(participant, condemned.home);
            catalog.forget(participant, condemned.core.incarnation());
            condemned.event.ends(space.pool().path(), condemned.core.incarnation());
        }
        Memory.settleFaults(); // here, not in the operation that this is done for
    }
}
