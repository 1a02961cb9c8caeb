package org.ashlar.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NamesChildTest {
    @Test
    void namesDifferAndHaveEightToSixteenBytes() {
        final int maps = 100_000;
        final Set<String> names = new HashSet<>();
        final Set<Integer> lengths = new HashSet<>();
        for (int i = 0; i < maps; i++) {
            final String name = NamesChild.name(i);
            names.add(name);
            lengths.add(name.length());
        }
        assertEquals(maps, names.size());
        assertEquals(NamesChild.MOST_NAME_BYTES - NamesChild.LEAST_NAME_BYTES + 1, lengths.size());
        assertTrue(lengths.contains(NamesChild.LEAST_NAME_BYTES) && lengths.contains(NamesChild.MOST_NAME_BYTES));
    }
}
