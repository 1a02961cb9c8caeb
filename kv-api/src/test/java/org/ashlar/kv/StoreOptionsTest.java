package org.ashlar.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The defaults are as their comments say, each with its reason, and an instance never changes. */
class StoreOptionsTest {
    private static final Path SOURCE = Path.of("src", "main", "java", "org", "ashlar", "kv", "StoreOptions.java");
    private static final String WITH = "with";

    /** What a comment calls the default, and why. */
    private static final Pattern DEFAULT =
            Pattern.compile("Default (null|true|false|\\d+ [MT]iB|\\{@link \\w+#\\w+\\})([:,] ?\\w[^.@]*|)");

    private static List<Method> accessors() {
        return Arrays.stream(StoreOptions.class.getMethods())
                .filter(m -> m.getDeclaringClass() == StoreOptions.class
                        && m.getParameterCount() == 0
                        && !Modifier.isStatic(m.getModifiers()))
                .toList();
    }

    private static @Nullable Object valueOf(final Method accessor, final StoreOptions options)
            throws ReflectiveOperationException {
        return accessor.invoke(options);
    }

    private static Map<String, @Nullable Object> values(final StoreOptions options)
            throws ReflectiveOperationException {
        final Map<String, @Nullable Object> values = new TreeMap<>();
        for (final Method accessor : accessors()) {
            values.put(accessor.getName(), valueOf(accessor, options));
        }
        return values;
    }

    /** As a comment writes it. */
    private static String written(final @Nullable Object value) {
        if (value instanceof Long bytes) {
            return bytes >= 1L << 40 ? (bytes >> 40) + " TiB" : (bytes >> 20) + " MiB";
        }
        if (value instanceof Enum<?> constant) {
            return "{@link " + constant.getDeclaringClass().getSimpleName() + '#' + constant.name() + '}';
        }
        return String.valueOf(value);
    }

    @Test
    void everyDefaultIsAsItsCommentSaysAndHasAReason() throws IOException, ReflectiveOperationException {
        final String source = Files.readString(SOURCE);
        assertEquals(11, accessors().size());
        for (final Method accessor : accessors()) {
            final int declaration = source.indexOf(' ' + accessor.getName() + "() {");
            final String comment = source.substring(source.lastIndexOf("/**", declaration), declaration)
                    .replaceAll("\\s+\\*\\s+", " ");
            final Matcher told = DEFAULT.matcher(comment);
            assertTrue(told.find(), () -> accessor.getName() + " tells no default: " + comment);
            assertEquals(written(valueOf(accessor, StoreOptions.defaults())), told.group(1), accessor.getName());
            assertTrue(told.group(2).length() > 10, () -> accessor.getName() + " has no reason: " + comment);
        }
    }

    private static Object another(final Class<?> type, final @Nullable Object value) {
        if (type == long.class) {
            return (Long) Objects.requireNonNull(value) + 1;
        } else if (type == boolean.class) {
            return !(Boolean) Objects.requireNonNull(value);
        } else if (type == Path.class) {
            return Path.of("descriptors");
        }
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant != value)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void eachChangeMakesACopyInWhichNothingElseIsChanged() throws ReflectiveOperationException {
        final StoreOptions defaults = StoreOptions.defaults();
        for (final Method accessor : accessors()) {
            final Map<String, @Nullable Object> expected = values(defaults);
            final String name = accessor.getName();
            final Object value = another(accessor.getReturnType(), valueOf(accessor, defaults));
            final StoreOptions changed = (StoreOptions) StoreOptions.class
                    .getMethod(
                            WITH + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1),
                            accessor.getReturnType())
                    .invoke(defaults, value);
            assertEquals(expected, values(StoreOptions.defaults()), "the defaults");
            expected.put(name, value);
            if (name.equals("descriptorFile")) {
                expected.put("placement", Placement.FILE);
            }
            assertEquals(expected, values(changed));
            expected.put("verifyReads", true); // and a copy keeps what was changed before
            assertEquals(expected, values(changed.withVerifyReads(true)), name);
        }
    }

    @Test
    void sizesOfNothingAreRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> StoreOptions.defaults().withInitialBytes(0));
        assertThrows(
                IllegalArgumentException.class, () -> StoreOptions.defaults().withMaximumBytes(-1));
    }
}
