package org.ashlar.bench.peers;

import java.util.List;
import org.ashlar.bench.compare.Contender;
import org.ashlar.bench.compare.Shape;

/** What the peers have in common: each keeps its records in files, and knows from the start what it is. */
abstract class PeerContender implements Contender {
    /**
     * How much room files may take.
     *
     * @param ofUserBytes times the bytes of keys and values
     * @param fixedBytes and so much more
     */
    record Room(int ofUserBytes, long fixedBytes) {}

    private final String name;
    private final String product;
    private final Room room;
    private final boolean survivesKill;
    private final List<String> jvmFlags;

    /**
     * A peer.
     *
     * @param name as {@link #name}
     * @param product as {@link #product}
     * @param room for its files
     * @param survivesKill as in {@link Contender.Abilities}
     * @param jvmFlags as {@link #jvmFlags}
     */
    PeerContender(
            final String name,
            final String product,
            final Room room,
            final boolean survivesKill,
            final String... jvmFlags) {
        this.name = name;
        this.product = product;
        this.room = room;
        this.survivesKill = survivesKill;
        this.jvmFlags = List.of(jvmFlags);
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String product() {
        return product;
    }

    @Override
    public final List<String> jvmFlags(final Shape shape) {
        return jvmFlags;
    }

    @Override
    public final Abilities abilities() {
        return new Abilities(true, true, true, survivesKill, false);
    }

    @Override
    public final long mostFileBytes(final Shape shape) {
        return shape.userBytes() * room.ofUserBytes + room.fixedBytes;
    }
}
