package org.ashlar.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.ashlar.kv.KvMap;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jspecify.annotations.Nullable;

/**
 * The operations of a map under Lincheck, in its stress mode: its model checking would have to see the loads and stores of mapped memory.
 * Not part of the build, where {@link LinearizabilityTest} does the same beside splits and reuse of space: {@code mvn -q -Plincheck -pl
 * kv-engine -am test}. Prints a row for the table in the README at its end.
 */
@Param(name = "key", gen = IntGen.class, conf = "1:2")
@Param(name = "value", gen = IntGen.class, conf = "1:9")
public class MapOperations {
    private static final int KEYS = 2;
    private static @Nullable EngineStore store;

    private final KvMap map;

    /** Called for each invocation: no key has a value. */
    public MapOperations() {
        final EngineStore open = store;
        if (open == null) {
            throw new IllegalStateException("main opens the store");
        }
        map = open.map("m");
        for (int key = 1; key <= KEYS; key++) {
            map.delete(bytes(key));
        }
    }

    /** Arguments: scenarios, and how often each is tried. */
    public static void main(final String[] arguments) throws IOException {
        final Path folder = MemoryFolder.create();
        String found = "a failure";
        try (EngineStore open = TestStores.roomy(folder.resolve("pool"))) {
            store = open;
            new StressOptions()
                    .iterations(Integer.parseInt(arguments[0]))
                    .invocationsPerIteration(Integer.parseInt(arguments[1]))
                    .threads(2)
                    .actorsPerThread(3)
                    .sequentialSpecification(Sequential.class)
                    .check(MapOperations.class);
            TestStores.assertSound(open);
            found = "nothing";
        } finally {
            System.out.printf(
                    "| Lincheck, stress mode | `mvn -q -Plincheck -pl kv-engine -am test -Dlincheck.args=\"%s\"` | %s scenarios, %s"
                            + " times each | %s |%n",
                    String.join(" ", arguments), arguments[0], arguments[1], found);
            Files.deleteIfExists(folder.resolve("pool"));
            Files.delete(folder);
        }
    }

    private static byte[] bytes(final int number) {
        return new byte[] {(byte) number};
    }

    private static @Nullable Integer number(final byte @Nullable [] bytes) {
        return bytes == null ? null : Integer.valueOf(bytes[0]);
    }

    @Operation
    public void put(@Param(name = "key") final int key, @Param(name = "value") final int value) {
        map.put(bytes(key), bytes(value));
    }

    @Operation
    public @Nullable Integer get(@Param(name = "key") final int key) {
        return number(map.get(bytes(key)));
    }

    @Operation
    public boolean delete(@Param(name = "key") final int key) {
        return map.delete(bytes(key));
    }

    @Operation
    public boolean putIfAbsent(@Param(name = "key") final int key, @Param(name = "value") final int value) {
        return map.putIfAbsent(bytes(key), bytes(value));
    }

    @Operation
    public boolean replace(
            @Param(name = "key") final int key,
            @Param(name = "value") final int expected,
            @Param(name = "value") final int value) {
        return map.replace(bytes(key), bytes(expected), bytes(value));
    }

    @Operation
    public @Nullable Integer getAndPut(@Param(name = "key") final int key, @Param(name = "value") final int value) {
        return number(map.getAndPut(bytes(key), bytes(value)));
    }

    @Operation
    public @Nullable Integer computeIfAbsent(
            @Param(name = "key") final int key, @Param(name = "value") final int value) {
        return number(map.computeIfAbsent(bytes(key), none -> bytes(value)));
    }

    /** What the operations do one after the other. */
    public static class Sequential {
        private final Map<Integer, Integer> map = new HashMap<>();

        public void put(final int key, final int value) {
            map.put(key, value);
        }

        public @Nullable Integer get(final int key) {
            return map.get(key);
        }

        public boolean delete(final int key) {
            return map.remove(key) != null;
        }

        public boolean putIfAbsent(final int key, final int value) {
            return map.putIfAbsent(key, value) == null;
        }

        public boolean replace(final int key, final int expected, final int value) {
            return map.replace(key, expected, value);
        }

        public @Nullable Integer getAndPut(final int key, final int value) {
            return map.put(key, value);
        }

        public @Nullable Integer computeIfAbsent(final int key, final int value) {
            return map.computeIfAbsent(key, none -> value);
        }
    }
}
