package org.ashlar.pmem;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Writes new headers of an open pool, one copy after the other. Not thread-safe: callers hold the growth lock. */
final class HeaderWriter {
    private final long address;
    private final Persistence persistence;
    private final PageSyncer syncer;
    private PoolHeader current;
    private int newestCopy;

    HeaderWriter(
            final long address,
            final Persistence persistence,
            final PageSyncer syncer,
            final PoolHeader current,
            final int newestCopy) {
        this.address = address;
        this.persistence = persistence;
        this.syncer = syncer;
        this.current = current;
        this.newestCopy = newestCopy;
    }

    PoolHeader current() {
        return current;
    }

    /**
     * Makes the newest copy durable as it was found. To be called before the first update, which begins with overwriting the other: a
     * process that was killed may have written the newest and not got to persisting it.
     *
     * @param forceSync whether to wait for the device even where persisting does not
     */
    void settle(final boolean forceSync) {
        persist(newestCopy, forceSync);
    }

    /**
     * Makes a changed header durable.
     *
     * @param change what to change in it
     * @param forceSync whether to wait for the device even where persisting does not
     */
    void update(final Consumer<PoolHeader> change, final boolean forceSync) {
        final PoolHeader next = current.copy();
        change.accept(next);
        next.seal();
        // 1. The older copy, or the broken one, so that a whole one remains whatever happens.
        write(next, 1 - newestCopy, forceSync);
        // 2. The other, only when the first is durable.
        write(next, newestCopy, forceSync);
        newestCopy = 1 - newestCopy;
        current = next;
    }

    /** A line for each copy that cannot be read or fails its check. */
    List<String> problems() {
        final List<String> problems = new ArrayList<>();
        for (int copy = 0; copy < 2; copy++) {
            final byte[] bytes = new byte[PoolHeader.BYTES];
            final String what = "copy " + copy + " of the pool's header, at offset " + HeaderCopies.offset(copy);
            if (!Memory.isReadable(addressOf(copy), PoolHeader.BYTES)) {
                problems.add(what + ", cannot be read");
                continue;
            }
            Memory.copyOut(addressOf(copy), bytes, Memory.ARRAY_BASE, PoolHeader.BYTES);
            if (!HeaderCopies.isWhole(PoolHeader.wrap(bytes))) {
                problems.add(what + ", fails its check; an open for writing writes it anew");
            }
        }
        return problems;
    }

    private void write(final PoolHeader header, final int copy, final boolean forceSync) {
        Steps.reached("write header " + copy);
        Memory.copyIn(header.bytes(), Memory.ARRAY_BASE, addressOf(copy), PoolHeader.BYTES);
        persist(copy, forceSync);
    }

    private long addressOf(final int copy) {
        return address + (copy == 0 ? PoolLayout.HEADER_A_OFFSET : PoolLayout.HEADER_B_OFFSET);
    }

    private void persist(final int copy, final boolean forceSync) {
        final long at = addressOf(copy);
        persistence.persist(at, PoolHeader.BYTES);
        if (forceSync && persistence.mode() != Persistence.Mode.MSYNC) {
            syncer.sync(at, PoolHeader.BYTES);
        }
    }
}
