package org.ashlar.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LargeValueTest {
    private static final int BYTES = 3 * LargeValue.WINDOW_BYTES + 5;
    private static final byte[] KEY = {1};

    @TempDir
    private Path directory;

    @Test
    void aByteThatDiffersIsFoundWhereItIs() {
        final LargeValue value = new LargeValue(BYTES);
        try (Store store = Pools.open(directory.resolve("pool"))) {
            final KvMap map = store.map(Pools.MAP);
            map.put(KEY, BYTES, value::write);
            assertEquals(BYTES, map.readLong(KEY, value::compare, -1));
            final int wrong = 2 * LargeValue.WINDOW_BYTES + 17;
            map.put(KEY, BYTES, slot -> {
                value.write(slot);
                slot.putByte(wrong, (byte) ~slot.getByte(wrong));
            });
            assertEquals(wrong, map.readLong(KEY, value::compare, -1));
            map.put(KEY, BYTES, slot -> {
                value.write(slot);
                slot.putByte(BYTES - 1, (byte) ~slot.getByte(BYTES - 1));
            });
            assertEquals(BYTES - 1, map.readLong(KEY, value::compare, -1));
        }
    }
}
