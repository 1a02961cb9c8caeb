package org.ashlar.bench.compare;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** All that can take part, by name, in the order in which they are shown: those of this module first, then the peers. */
final class Contenders {
    private Contenders() {}

    static Map<String, Contender> all() {
        final Map<String, Contender> own = new LinkedHashMap<>();
        final Map<String, Contender> peers = new LinkedHashMap<>();
        for (final Contender contender : ServiceLoader.load(Contender.class)) {
            final boolean isPeer = contender.getClass().getPackage() != Contenders.class.getPackage();
            (isPeer ? peers : own).put(contender.name(), contender);
        }
        own.putAll(peers);
        return own;
    }

    /**
     * Finds one.
     *
     * @throws IllegalArgumentException when there is none of that name, with the names that there are
     */
    static Contender named(final String name) {
        final Map<String, Contender> all = all();
        final Contender contender = all.get(name);
        if (contender == null) {
            throw new IllegalArgumentException("no store is called " + name + "; there are " + List.copyOf(all.keySet())
                    + " (more with the profile \"peers\")");
        }
        return contender;
    }
}
