package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.kv.EntryVisitor;
import org.ashlar.kv.IndexedValueReader;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.MapDroppedException;
import org.ashlar.kv.ReadOnlyStoreException;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreClosedException;
import org.ashlar.kv.ToLongValueReader;
import org.ashlar.kv.ValueFunction;
import org.ashlar.kv.ValueReader;
import org.ashlar.kv.ValueView;
import org.ashlar.kv.ValueWriter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** No call, however wrong, crashes the JVM or changes what it should not. */
final class MisuseTest {
    private static final byte[] KEY = "key".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VALUE = "value".getBytes(StandardCharsets.US_ASCII);

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private EngineStore store;
    private KvMap map;

    @BeforeEach
    void open() {
        store = TestStores.tiny(folder.resolve("pool"));
        map = store.map("m");
        map.put(KEY, VALUE);
    }

    @AfterEach
    void nothingWasChanged() {
        store.close();
        try (EngineStore again = TestStores.tiny(folder.resolve("pool"))) {
            assertArrayEquals(VALUE, again.map("m").get(KEY));
            assertEquals(1, again.map("m").size());
            TestStores.assertSound(again);
        }
    }

    /** A usable argument of a type. */
    private static Object argument(final Class<?> type) {
        if (type == byte[].class) {
            return KEY;
        } else if (type == int.class) {
            return 0;
        } else if (type == long.class) {
            return 0L;
        } else if (type == String.class) {
            return "m";
        } else if (type == Duration.class) {
            return Duration.ofSeconds(1);
        } else if (type == ValueReader.class) {
            return (ValueReader<Object>) view -> 1;
        } else if (type == ToLongValueReader.class) {
            return (ToLongValueReader) view -> 1;
        } else if (type == EntryVisitor.class) {
            return (EntryVisitor) (key, value) -> true;
        } else if (type == IndexedValueReader.class) {
            return (IndexedValueReader) (index, value) -> {};
        } else if (type == ValueWriter.class) {
            return (ValueWriter) slot -> {};
        } else if (type == ValueFunction.class) {
            return (ValueFunction) value -> value;
        } else if (type == byte[][].class) {
            return new byte[][] {KEY};
        }
        return new UnsafeBuffer(new byte[64]); // a DirectBuffer or MutableDirectBuffer
    }

    private static Object[] arguments(final Method method) {
        final Class<?>[] types = method.getParameterTypes();
        final Object[] arguments = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            arguments[i] = argument(types[i]);
        }
        return arguments;
    }

    private static List<Method> methods(final Class<?> type) {
        final List<Method> methods = new ArrayList<>();
        for (final Method method : type.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers()) && method.getDeclaringClass() != Object.class) {
                methods.add(method);
            }
        }
        return methods;
    }

    private static Throwable failureOf(final Object target, final Method method, final Object[] arguments)
            throws IllegalAccessException {
        try {
            method.setAccessible(true);
            method.invoke(target, arguments);
        } catch (final InvocationTargetException e) {
            return Objects.requireNonNull(e.getCause());
        }
        return new AssertionError(method + " did not fail");
    }

    @Test
    void everyMethodThrowsAfterClose() throws Exception {
        store.close();
        assertTrue(store.close(Duration.ZERO), "closing twice does nothing");
        int calls = 0;
        for (final Method method : methods(KvMap.class)) {
            if (!method.getName().equals("name")) {
                final Throwable e = failureOf(map, method, arguments(method));
                assertEquals(StoreClosedException.class, e.getClass(), () -> method + ": " + e);
                assertTrue(String.valueOf(e.getMessage()).contains("pool is closed"), e.getMessage());
                calls++;
            }
        }
        for (final Method method : methods(Store.class)) {
            if (!method.getName().equals("close") && !method.getName().equals("durability")) {
                final Throwable e = failureOf(store, method, arguments(method));
                assertEquals(StoreClosedException.class, e.getClass(), () -> method + ": " + e);
                calls++;
            }
        }
        assertTrue(calls > 36, "methods tried: " + calls);
        assertEquals("m", map.name());
    }

    @Test
    void everyMethodOfAHandleToADroppedMapThrows() throws Exception {
        final KvMap dropped = store.map("dropped");
        dropped.put(KEY, VALUE);
        final Iterator<byte[]> begun = dropped.keys().iterator();
        assertTrue(store.dropMap("dropped"));
        store.map("dropped").put(KEY, VALUE); // another one of that name
        assertThrows(MapDroppedException.class, begun::hasNext);
        assertThrows(MapDroppedException.class, () -> dropped.keys().iterator().hasNext());
        assertThrows(
                MapDroppedException.class, () -> dropped.entries().iterator().hasNext());
        assertThrows(
                MapDroppedException.class, () -> dropped.values().iterator().hasNext());
        assertInstanceOf(MapDroppedException.class, exceptionOf(dropped.putAsync(KEY, KEY)));
        assertInstanceOf(MapDroppedException.class, exceptionOf(dropped.deleteAsync(KEY)));
        final Set<String> others = Set.of("name", "keys", "entries", "values", "putAsync", "deleteAsync");
        int calls = 0;
        for (final Method method : methods(KvMap.class)) {
            if (!others.contains(method.getName())) {
                final Throwable e = failureOf(dropped, method, arguments(method));
                assertEquals(MapDroppedException.class, e.getClass(), () -> method + ": " + e);
                assertTrue(String.valueOf(e.getMessage()).contains("dropped"), e.getMessage());
                calls++;
            }
        }
        assertTrue(calls > 28, "methods tried: " + calls);
        assertArrayEquals(VALUE, store.map("dropped").get(KEY));
        assertTrue(store.dropMap("dropped"));
    }

    private static @Nullable Throwable exceptionOf(final CompletableFuture<?> future) {
        return assertThrows(CompletionException.class, future::join).getCause();
    }

    /** By name: those that may store or remove something, for the arguments that this test gives. */
    private static final Set<String> WRITES = Set.of(
            "put",
            "putIfAbsent",
            "replace",
            "getAndPut",
            "getAndReplace",
            "getAndDelete",
            "compute",
            "computeIfPresent",
            "delete",
            "putAsync",
            "deleteAsync",
            "clear",
            "dropMap",
            "renameMap",
            "compact");

    @Test
    void everyMethodThatWritesIsRefusedWhereAStoreIsOnlyReadAndEveryOtherServes() throws Exception {
        store.close();
        store = EngineStore.open(folder.resolve("pool"), TestStores.options().withReadOnly(true), Tuning.tiny());
        map = store.map("m");
        int refused = 0;
        for (final Class<?> type : List.of(KvMap.class, Store.class)) {
            for (final Method method : methods(type)) {
                if (!method.getName().equals("close")) {
                    final Throwable e = failureOf(type == KvMap.class ? map : store, method, arguments(method));
                    if (WRITES.contains(method.getName())) {
                        assertEquals(ReadOnlyStoreException.class, e.getClass(), () -> method + ": " + e);
                        refused++;
                    } else {
                        assertEquals(AssertionError.class, e.getClass(), () -> method + ": " + e);
                    }
                }
            }
        }
        assertEquals(25, refused, "methods refused");
        assertThrows(ReadOnlyStoreException.class, () -> store.map("another"));
        assertThrows(ReadOnlyStoreException.class, () -> map.computeIfAbsent(new byte[] {1}, none -> VALUE));
        final Iterator<byte[]> keys = map.keys().iterator();
        assertArrayEquals(KEY, keys.next());
        assertThrows(ReadOnlyStoreException.class, keys::remove);
    }

    /** What an argument of a type may be called. */
    private static Set<String> names(final Class<?> type) {
        if (type == byte[].class || DirectBuffer.class.isAssignableFrom(type)) {
            return Set.of("key", "keys", "value", "expected", "target");
        } else if (type == byte[][].class) {
            return Set.of("keys");
        } else if (type == String.class) {
            return Set.of("name", "from", "to");
        } else if (type == Duration.class) {
            return Set.of("limit");
        } else if (type == EntryVisitor.class) {
            return Set.of("visitor");
        } else if (type == ValueWriter.class) {
            return Set.of("writer");
        } else if (type == ValueFunction.class) {
            return Set.of("function");
        }
        return Set.of("reader");
    }

    @Test
    void everyNullArgumentIsRefusedAndNamed() throws Exception {
        for (final Class<?> type : List.of(KvMap.class, Store.class)) {
            for (final Method method : methods(type)) {
                final Class<?>[] types = method.getParameterTypes();
                final Set<String> named = new HashSet<>();
                for (int i = 0; i < types.length; i++) {
                    if (!types[i].isPrimitive()) {
                        final Object[] arguments = arguments(method);
                        arguments[i] = null;
                        final Throwable e = failureOf(type == KvMap.class ? map : store, method, arguments);
                        final String what = method + ", argument " + i + ": " + e;
                        assertEquals(NullPointerException.class, e.getClass(), what);
                        final String name = String.valueOf(e.getMessage());
                        assertTrue(names(types[i]).contains(name), what);
                        assertTrue(
                                i > 0
                                        || !Set.of("value", "expected", "target", "to")
                                                .contains(name),
                                what);
                        assertTrue(named.add(name), what);
                    }
                }
            }
        }
        assertNamed("path", () -> Store.open(nothing()));
        assertNamed("path", () -> Store.open(nothing(), TestStores.options()));
        assertNamed("options", () -> Store.open(folder.resolve("p"), nothing()));
        assertNamed("key", () -> map.readAll(new byte[][] {KEY, nothing()}, (index, value) -> {}));
        assertArrayEquals(VALUE, map.get(KEY), "the store still works");
    }

    private static void assertNamed(final String name, final Executable call) {
        assertEquals(name, assertThrows(NullPointerException.class, call).getMessage());
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }

    @Test
    void anOversizedKeyIsRefusedAndTheLongestOneIsNot() {
        final byte[] longest = new byte[KvMap.MAX_KEY_BYTES];
        map.put(longest, VALUE);
        assertArrayEquals(VALUE, map.get(longest));
        assertTrue(map.delete(longest));
        final byte[] tooLong = new byte[KvMap.MAX_KEY_BYTES + 1];
        final DirectBuffer buffer = new UnsafeBuffer(tooLong);
        for (final Runnable call : List.<Runnable>of(
                () -> map.put(tooLong, VALUE),
                () -> map.putIfAbsent(tooLong, VALUE),
                () -> map.get(tooLong),
                () -> map.contains(tooLong),
                () -> map.delete(tooLong),
                () -> map.delete(buffer, 0, tooLong.length),
                () -> map.put(tooLong, 1, slot -> slot.putByte(0, (byte) 1)),
                () -> map.replace(tooLong, VALUE),
                () -> map.replace(tooLong, VALUE, VALUE),
                () -> map.getAndPut(tooLong, VALUE),
                () -> map.getAndDelete(tooLong),
                () -> map.compute(tooLong, value -> VALUE),
                () -> map.readAll(new byte[][] {tooLong}, (index, value) -> {}),
                () -> map.readAll(buffer, 0, tooLong.length, 1, (index, value) -> {}),
                () -> map.readLong(tooLong, view -> 1, 0))) {
            final String message = String.valueOf(
                    assertThrows(IllegalArgumentException.class, call::run).getMessage());
            assertTrue(message.contains("65535") && message.contains("65536"), message);
        }
    }

    @Test
    void rangesThatDoNotLieWithinTheirBufferAreRefused() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[16]);
        for (final int[] range :
                new int[][] {{-1, 4}, {0, -1}, {0, 17}, {13, 4}, {17, 0}, {Integer.MAX_VALUE, 4}, {4, Integer.MAX_VALUE}
                }) {
            assertThrows(IndexOutOfBoundsException.class, () -> map.contains(buffer, range[0], range[1]));
            assertThrows(IndexOutOfBoundsException.class, () -> map.delete(buffer, range[0], range[1]));
            assertThrows(IndexOutOfBoundsException.class, () -> map.put(buffer, range[0], range[1], buffer, 0, 4));
            assertThrows(IndexOutOfBoundsException.class, () -> map.put(buffer, 0, 4, buffer, range[0], range[1]));
            assertThrows(IndexOutOfBoundsException.class, () -> map.replace(buffer, 0, 4, buffer, range[0], range[1]));
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> map.replace(buffer, 0, 4, buffer, range[0], range[1], buffer, 0, 4));
            assertThrows(IndexOutOfBoundsException.class, () -> map.delete(buffer, 0, 4, buffer, range[0], range[1]));
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> map.put(buffer, range[0], range[1], 4, slot -> slot.putInt(0, 1)));
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> map.readAll(buffer, range[0], range[1], 1, (index, value) -> {}));
        }
        assertThrows(IndexOutOfBoundsException.class, () -> map.get(new UnsafeBuffer(KEY), 0, KEY.length, buffer, 17));
        assertEquals(VALUE.length, map.get(new UnsafeBuffer(KEY), 0, KEY.length, buffer, 12), "too small: not copied");
        assertEquals(0, buffer.getInt(12));
        final ExpandableArrayBuffer expandable = new ExpandableArrayBuffer(2);
        assertEquals(VALUE.length, map.get(new UnsafeBuffer(KEY), 0, KEY.length, expandable, 0));
        assertEquals(2, expandable.capacity(), "not expanded");
    }

    @Test
    void namesOfMapsAreOneTo1024Bytes() {
        assertThrows(IllegalArgumentException.class, () -> store.map(""));
        final String message =
                String.valueOf(assertThrows(IllegalArgumentException.class, () -> store.map("\u00e4".repeat(513)))
                        .getMessage());
        assertTrue(message.contains("1024") && message.contains("1026"), message);
        assertEquals(1, store.mapNames().size());
    }

    @Test
    void aViewIsDeadOutsideItsScopeAndOnOtherThreads() throws Exception {
        final List<ValueView> kept = new ArrayList<>();
        final List<Throwable> elsewhere = new CopyOnWriteArrayList<>();
        map.read(KEY, view -> {
            kept.add(view);
            final Thread other = new Thread(() -> {
                try {
                    elsewhere.add(new AssertionError("read " + view.getByte(0)));
                } catch (final IllegalStateException e) {
                    elsewhere.add(e);
                }
            });
            other.start();
            try {
                other.join();
            } catch (final InterruptedException e) {
                throw new AssertionError(e);
            }
            assertEquals('v', view.getByte(0));
            assertThrows(IndexOutOfBoundsException.class, () -> view.getByte(5));
            return true;
        });
        assertEquals(IllegalStateException.class, elsewhere.get(0).getClass(), () -> "" + elsewhere.get(0));
        assertThrows(IllegalStateException.class, () -> kept.get(0).getByte(0));
        assertThrows(IllegalStateException.class, () -> kept.get(0).toByteArray());
        map.forEach((key, value) -> {
            kept.add(0, key);
            return true;
        });
        assertThrows(IllegalStateException.class, () -> kept.get(0).getByte(0));
        store.close();
        assertThrows(IllegalStateException.class, () -> kept.get(0).getByte(0));
    }

    @Test
    void closingInsideAScopeIsRefusedAndTheStoreStaysOpen() {
        map.read(KEY, view -> {
            assertThrows(IllegalStateException.class, store::close);
            assertThrows(IllegalStateException.class, () -> store.close(Duration.ZERO));
            return view.getByte(0);
        });
        map.forEach((key, value) -> {
            assertThrows(IllegalStateException.class, store::close);
            return true;
        });
        assertArrayEquals(VALUE, map.get(KEY));
    }

    @Test
    void aCallWithinAScopeLeavesTheOuterViewAndItsGuardAlone() {
        map.read(KEY, view -> {
            assertArrayEquals(VALUE, map.get(KEY));
            map.read(KEY, inner -> inner.getByte(0));
            map.put(KEY, new byte[2_000]);
            assertEquals('v', view.getByte(0), "the value that was found, not the one that is there now");
            assertThrows(IllegalStateException.class, store::close, "still inside the outer scope");
            map.put(KEY, VALUE);
            return true;
        });
    }

    @Test
    void whatUserCodeThrowsPassesThroughAndLeavesNothingBehind() {
        final IllegalStateException thrown = new IllegalStateException("mine");
        for (int i = 0; i < 200; i++) {
            assertEquals(
                    thrown,
                    assertThrows(
                            IllegalStateException.class,
                            () -> map.read(KEY, view -> {
                                throw thrown;
                            })));
            assertThrows(
                    IllegalStateException.class,
                    () -> map.forEach((key, value) -> {
                        throw thrown;
                    }));
        }
        assertEquals(0, store.stats().oldestReaderMillis());
        assertNull(map.read("absent".getBytes(StandardCharsets.US_ASCII), view -> 1));
        assertTrue(store.close(Duration.ofSeconds(1)), "no operation is left running");
    }

    @Test
    void anInterruptedThreadWorksOnAndStaysInterrupted() {
        Thread.currentThread().interrupt();
        try {
            final byte[] large = new byte[100_000];
            for (int i = 0; i < 400; i++) {
                map.put(new byte[] {1, (byte) i, (byte) (i >> 8)}, i % 20 == 0 ? large : VALUE);
            }
            assertEquals(401, map.size());
            assertTrue(store.verify().isSound());
            for (int i = 0; i < 400; i++) {
                assertTrue(map.delete(new byte[] {1, (byte) i, (byte) (i >> 8)}));
            }
            assertTrue(store.close(Duration.ofSeconds(5)));
            store = TestStores.tiny(folder.resolve("pool"));
            map = store.map("m");
            assertTrue(Thread.currentThread().isInterrupted());
        } finally {
            assertTrue(Thread.interrupted());
        }
        assertFalse(Thread.currentThread().isInterrupted());
    }
}
