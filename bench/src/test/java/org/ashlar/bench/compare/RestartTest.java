package org.ashlar.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RestartTest {
    private static Restart withGets(final double... getsOfRound) {
        final Restart restart = new Restart();
        for (final double gets : getsOfRound) {
            for (int second = 0; second < Restart.SECONDS; second++) {
                restart.getsOfSecond().get(second).add(gets * (second + 1));
            }
        }
        return restart;
    }

    @Test
    void ratesAreDividedWithinARoundAndASecond() {
        final Restart store = withGets(90, 10, 80);
        final Restart raw = withGets(100, 20, 100);
        for (int second = 0; second < Restart.SECONDS; second++) {
            assertEquals(0.8, store.ofRaw(second, raw));
        }
        assertNull(store.ofRaw(0, null));
    }

    @Test
    void tablesTellTheRatioOfEachSecondOrThatThereIsNone() {
        final Restart store = withGets(40);
        final Map<String, Restart> restarts = new LinkedHashMap<>(Map.of("ashlar", store));
        assertEquals("- - -", TextTables.ofRaw(store, restarts));
        restarts.put(CompareStores.RAW, withGets(100));
        assertEquals("0.40 0.40 0.40", TextTables.ofRaw(store, restarts));
    }
}
