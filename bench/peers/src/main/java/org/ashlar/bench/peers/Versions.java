package org.ashlar.bench.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The versions of the peers, as the build has them. */
final class Versions {
    private static final Properties VERSIONS = new Properties();

    static {
        try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
            VERSIONS.load(in);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Versions() {}

    /**
     * The version of a peer.
     *
     * @param peer its name in {@code versions.properties}
     */
    static String of(final String peer) {
        return VERSIONS.getProperty(peer, "of unknown version");
    }
}
