package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.ashlar.engine.jfr.EngineEvents;
import org.ashlar.kv.Durability;
import org.ashlar.kv.DurabilityInfo;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreFullException;
import org.ashlar.kv.StoreStats;
import org.ashlar.pmem.Geometry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recording holds of a store; and that a store needs none. */
final class FlightRecorderTest {
    private static final String PREFIX = "org.ashlar.";

    /** Components of the records of figures, and the fields of the event that tell them. */
    private static final Map<String, String> FIELDS = Map.ofEntries(
            Map.entry("poolBytes", "poolBytes"),
            Map.entry("dataBytes", "dataBytes"),
            Map.entry("maximumBytes", "maximumBytes"),
            Map.entry("bytes.liveSlots", "liveSlotBytes"),
            Map.entry("bytes.liveRuns", "liveRunBytes"),
            Map.entry("bytes.liveIndex", "liveIndexBytes"),
            Map.entry("bytes.freeSlots", "freeSlotBytes"),
            Map.entry("bytes.freeRuns", "freeRunBytes"),
            Map.entry("bytes.freeIndex", "freeIndexBytes"),
            Map.entry("bytes.freeChunks", "freeChunkBytes"),
            Map.entry("bytes.freshChunks", "freshChunkBytes"),
            Map.entry("bytes.reserved", "reservedBytes"),
            Map.entry("bytes.overhead", "overheadBytes"),
            Map.entry("bytes.quarantined", "quarantinedBytes"),
            Map.entry("bytes.unjudged", "unjudgedBytes"),
            Map.entry("bytes.sampledPages", "sampledPages"),
            Map.entry("chunksByState.fresh", "freshChunks"),
            Map.entry("chunksByState.free", "freeChunks"),
            Map.entry("chunksByState.holes", "holeChunks"),
            Map.entry("chunksByState.index", "indexChunks"),
            Map.entry("chunksByState.slots", "slotChunks"),
            Map.entry("chunksByState.runs", "runChunks"),
            Map.entry("chunksByState.large", "largeChunks"),
            Map.entry("chunksByState.damaged", "damagedChunks"),
            Map.entry("unsweptPages", "unsweptPages"),
            Map.entry("initialisedDescriptors", "initialisedDescriptors"),
            Map.entry("totalDescriptors", "totalDescriptors"),
            Map.entry("descriptorPlacement", "descriptorPlacement"),
            Map.entry("quarantinedSlots", "quarantined"),
            Map.entry("retired", "retired"),
            Map.entry("oldestReaderMillis", "oldestReader"),
            Map.entry("background.growing", "growing"),
            Map.entry("background.growths", "growths"),
            Map.entry("background.droppedMaps", "droppedMaps"),
            Map.entry("background.unreadableChunks", "unreadableChunks"),
            Map.entry("background.evacuations", "evacuations"),
            Map.entry("background.givenBackBytes", "givenBackBytes"),
            Map.entry("usedMaps", "usedMaps"),
            Map.entry("splits", "splits"),
            Map.entry("recordsReadBySplits", "recordsReadBySplits"),
            Map.entry("openNanos", "openTime"));

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private static byte[] key(final int number) {
        return ByteBuffer.allocate(8).putInt(4, number).array();
    }

    private static EngineStore small(final Path path) {
        return EngineStore.open(path, TestStores.options(), new Tuning(new Geometry(64 << 10, 256 << 10, 24), 42));
    }

    /** The events of the engine that a piece of work leaves, of one store. */
    private List<RecordedEvent> eventsOf(final Path pool, final Runnable work) throws IOException {
        final Path file = folder.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            recording.enable(PREFIX + "StoreStats").with("period", "everyChunk"); // at its begin and its end
            recording.enable(PREFIX + "PageSplit");
            recording.start();
            work.run();
            recording.stop();
            recording.dump(file);
        }
        final List<RecordedEvent> events = new ArrayList<>();
        for (final RecordedEvent event : RecordingFile.readAllEvents(file)) {
            if (event.getEventType().getName().startsWith(PREFIX)
                    && pool.toString().equals(event.getString("path"))) {
                events.add(event);
            }
        }
        return events;
    }

    private static List<RecordedEvent> named(final List<RecordedEvent> events, final String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(PREFIX + name))
                .collect(Collectors.toList());
    }

    @Test
    void aRecordingTellsTheLifeOfAStore() throws IOException {
        final Path path = folder.resolve("pool");
        final long[] splits = new long[1];
        final int[] map = new int[1];
        final List<RecordedEvent> events = eventsOf(path, () -> {
            try (EngineStore store = small(path)) {
                final KvMap filled = store.map("filled");
                assertThrows(StoreFullException.class, () -> {
                    for (int i = 0; ; i++) {
                        filled.put(key(i), new byte[40]);
                    }
                });
                splits[0] = store.stats().splits();
                store.dropMap("filled");
                store.upkeep().makeRoom();
                map[0] = 16; // the first incarnation
                TestStores.assertSound(store);
                store.abandon();
            }
            small(path).close();
        });

        final List<RecordedEvent> opens = named(events, "StoreOpen");
        assertEquals(2, opens.size());
        assertTrue(opens.get(0).getBoolean("created"));
        assertFalse(opens.get(0).getBoolean("recovered"));
        assertFalse(opens.get(1).getBoolean("created"));
        assertTrue(opens.get(1).getBoolean("recovered"));
        assertEquals("WRITE_BACK_FORCED", opens.get(0).getString("durability"));
        assertTrue(opens.get(0).getDuration().toNanos() > 0);

        final List<RecordedEvent> growths = named(events, "PoolGrowth");
        assertTrue(growths.size() > 1);
        assertTrue(growths.stream().anyMatch(growth -> growth.getLong("bytesAfter") > growth.getLong("bytesBefore")));
        assertEquals(splits[0], named(events, "PageSplit").size());
        assertTrue(named(events, "StoreFull").size() > 0);
        assertEquals(1, named(events, "StoreFull").get(0).getInt("attempt"));
        final RecordedEvent given = named(events, "MapGivenBack").get(0);
        assertEquals(map[0], given.getInt("map"));
        final RecordedEvent verified = named(events, "Verify").get(0);
        assertEquals(0, verified.getInt("problems"));
        final List<RecordedEvent> closes = named(events, "StoreClose");
        assertTrue(closes.get(closes.size() - 1).getBoolean("allEnded"));
    }

    @Test
    void aSweepOverWhatAKillLeftIsTold() throws IOException {
        final Path path = folder.resolve("pool");
        try (EngineStore store = small(path)) {
            for (int i = 0; i < 2_000; i++) {
                store.map("m").put(key(i), new byte[100]);
            }
            store.abandon();
        }
        final List<RecordedEvent> events = eventsOf(path, () -> {
            try (EngineStore store = small(path)) {
                store.verify();
                store.verify();
            }
        });
        final List<RecordedEvent> sweeps = named(events, "Sweep");
        assertEquals(1, sweeps.size(), "there is nothing left for the second");
        assertTrue(sweeps.get(0).getLong("pages") > 16);
        assertEquals(2_000, named(events, "Verify").get(1).getLong("records"));
    }

    @Test
    void figuresAreToldAsLongAsAStoreIsOpen() throws IOException {
        final Path path = folder.resolve("pool");
        final Path closed = folder.resolve("closed");
        try (EngineStore store = small(path)) { // open before the recording begins
            for (int i = 0; i < 2_000; i++) {
                store.map("m").put(key(i), new byte[100]);
            }
            final List<RecordedEvent> events = eventsOf(path, () -> {
                try (EngineStore other = small(closed)) {
                    other.map("m");
                }
            });
            final StoreStats stats = store.stats();
            final List<RecordedEvent> told = named(events, "StoreStats");
            assertEquals(2, told.size(), "at the begin and at the end of the recording");
            final RecordedEvent last = told.get(1);
            assertEquals(stats.bytes().liveSlots(), last.getLong("liveSlotBytes"));
            assertEquals(stats.bytes().freeSlots(), last.getLong("freeSlotBytes"));
            assertEquals(stats.chunksByState().slots(), last.getLong("slotChunks"));
            assertEquals(stats.splits(), last.getLong("splits"));
            assertEquals("WRITE_BACK_FORCED", last.getString("durability"));
            assertTrue(named(eventsOf(closed, () -> {}), "StoreStats").isEmpty(), "it is closed");
        }
    }

    @Test
    void eachFigureIsToldInAFieldOfItsOwn() throws IOException, ReflectiveOperationException {
        final AtomicLong next = new AtomicLong(1_000);
        final StoreStats stats = distinct(StoreStats.class, next);
        final Path path = folder.resolve("told");
        final EngineEvents.Observation observation = EngineEvents.get().observe(path, () -> stats);
        final List<RecordedEvent> events;
        try {
            events = eventsOf(path, () -> {});
        } finally {
            observation.end();
        }
        final RecordedEvent event = named(events, "StoreStats").get(0);
        final Map<String, String> figures = new TreeMap<>();
        flatten("", stats, figures);
        final Map<String, String> told = new TreeMap<>();
        final Set<String> untold = new TreeSet<>();
        for (final ValueDescriptor field : event.getFields()) {
            untold.add(field.getName());
        }
        for (final Map.Entry<String, String> field : FIELDS.entrySet()) {
            final Object value = event.getValue(field.getValue());
            told.put(field.getKey(), String.valueOf(value));
            untold.remove(field.getValue());
        }
        assertEquals(figures, told);
        untold.removeAll(Set.of("startTime", "duration", "eventThread", "stackTrace"));
        assertEquals(Set.of("path", "durability"), untold);
    }

    /** A record in which every number is another one. */
    private static <T> T distinct(final Class<T> type, final AtomicLong next) throws ReflectiveOperationException {
        final RecordComponent[] components = type.getRecordComponents();
        final Class<?>[] types = new Class<?>[components.length];
        final Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = valueOf(types[i], next);
        }
        return type.getDeclaredConstructor(types).newInstance(values);
    }

    private static Object valueOf(final Class<?> type, final AtomicLong next) throws ReflectiveOperationException {
        if (type == long.class) {
            return next.getAndIncrement();
        }
        if (type == int.class) {
            return (int) next.getAndIncrement();
        }
        if (type == boolean.class) {
            return true;
        }
        if (type == Placement.class) {
            return Placement.POOL;
        }
        if (type == DurabilityInfo.class) {
            return new DurabilityInfo(Durability.BEST, Durability.PROCESS_CRASH, "MSYNC", "a stub");
        }
        return distinct(type, next);
    }

    /** All components, but for the durability. */
    private static void flatten(final String prefix, final Object figures, final Map<String, String> to)
            throws ReflectiveOperationException {
        for (final RecordComponent component : figures.getClass().getRecordComponents()) {
            final Object value = component.getAccessor().invoke(figures);
            if (component.getType() == DurabilityInfo.class) {
                continue;
            }
            if (component.getType().isRecord()) {
                flatten(prefix + component.getName() + ".", value, to);
            } else {
                to.put(prefix + component.getName(), String.valueOf(value));
            }
        }
    }

    @Test
    void withoutARecordingNothingIsToldAndTheRecorderStaysAsleep() {
        final String said = ChildJvm.run(
                folder,
                ChildJvm.command(UsesAStore.class, folder.resolve("pool").toString()));
        assertTrue(said.contains("recorder there: true") && said.contains("recorder awake: false"), said);
        assertTrue(said.contains("sound") && said.endsWith("exit code 0"), said);
    }

    @Test
    void aRuntimeImageWithoutTheRecorderWillDo() {
        final List<String> flags = List.of(ChildJvm.OPENS, "--limit-modules", "java.base,java.logging,jdk.unsupported");
        final String said = ChildJvm.run(
                folder,
                ChildJvm.command(flags, UsesAStore.class, folder.resolve("pool").toString()));
        assertTrue(said.contains("recorder there: false"), said);
        assertTrue(said.contains("sound") && said.endsWith("exit code 0"), said);
    }

    /** Comes by every place that tells something. */
    static final class UsesAStore {
        private UsesAStore() {}

        public static void main(final String[] arguments) {
            final boolean isThere = EngineEvents.get().areRecorded();
            System.out.println("recorder there: " + isThere);
            final Path path = Path.of(arguments[0]);
            try (EngineStore store = small(path)) {
                try {
                    for (int i = 0; ; i++) {
                        store.map("m").put(key(i), new byte[40]);
                    }
                } catch (final StoreFullException e) {
                    store.dropMap("m");
                }
                store.upkeep().makeRoom();
            }
            try (Store store = small(path)) {
                System.out.println(store.stats());
                System.out.println(store.verify().isSound() ? "sound" : "not sound");
            }
            if (isThere) {
                System.out.println("recorder awake: " + Recorder.isAwake());
            }
        }
    }

    /** Apart, as it needs the module. */
    private static final class Recorder {
        private Recorder() {}

        static boolean isAwake() {
            return FlightRecorder.isInitialized();
        }
    }
}
