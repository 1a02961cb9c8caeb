package org.ashlar.engine.crash;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a key may hold. The bytes follow from the map, the key and the version, so that a value that is old, torn, or another
 * key's is known as such.
 */
final class Value {
    static final Value ABSENT = new Value(-1, -1);

    private static final int LONG_KEY_ONE_IN = 11;

    private final long version;
    private final int length;

    /** Those that were asked for last: each image asks again, and to make them took a good part of the time that it takes. */
    private @Nullable Content content;

    private static final class Content {
        final String map;
        final int key;
        final byte[] bytes;

        Content(final String map, final int key, final byte[] bytes) {
            this.map = map;
            this.key = key;
            this.bytes = bytes;
        }
    }

    /**
     * Makes a value.
     *
     * @param version number of the operation that stored it; {@link #ABSENT}'s is -1
     * @param length bytes
     */
    Value(final long version, final int length) {
        this.version = version;
        this.length = length;
    }

    /** The bytes, which are not to be changed. */
    byte[] bytes(final String map, final int key) {
        final Content last = content;
        if (last != null && last.key == key && last.map.equals(map)) {
            return last.bytes;
        }
        final byte[] bytes = new byte[length];
        new SplittableRandom(version * 31 + key).nextBytes(bytes);
        final byte[] label = (map + "/" + key + "/" + version + ";").getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(label, 0, bytes, 0, Math.min(label.length, length));
        content = new Content(map, key, bytes);
        return bytes;
    }

    boolean isAbsent() {
        return length < 0;
    }

    boolean matches(final String map, final int key, final byte[] found) {
        return found.length == length && Arrays.equals(found, bytes(map, key));
    }

    /** Says what bytes look like, for a failure's report. */
    static String describe(final byte[] found) {
        final String text = new String(found, 0, Math.min(found.length, 30), StandardCharsets.US_ASCII);
        final int end = text.indexOf(';');
        return found.length + " bytes "
                + (end < 0 ? Arrays.toString(Arrays.copyOf(found, 16)) : text.substring(0, end));
    }

    /** The bytes of a key: none for 0, a few for most, hundreds for some. */
    static byte[] key(final int key) {
        if (key == 0) {
            return new byte[0];
        }
        final String text = Integer.toString(key);
        final int length = key % LONG_KEY_ONE_IN == 0 ? 100 + key % 200 : text.length() + key % 13;
        return (text + "-".repeat(Math.max(0, length - text.length()))).getBytes(StandardCharsets.US_ASCII);
    }

    /** The number of a key; -1 when the bytes are no key's. */
    static int keyOf(final byte[] bytes) {
        if (bytes.length == 0) {
            return 0;
        }
        final String text = new String(bytes, StandardCharsets.US_ASCII);
        final int dash = text.indexOf('-');
        try {
            final int key = Integer.parseInt(dash < 0 ? text : text.substring(0, dash));
            return Arrays.equals(key(key), bytes) ? key : -1;
        } catch (final NumberFormatException e) {
            return -1;
        }
    }

    @Override
    public boolean equals(final @Nullable Object other) {
        return other instanceof Value value && value.version == version && value.length == length;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(version * 31 + length);
    }

    @Override
    public String toString() {
        return isAbsent() ? "absent" : "version " + version + " (" + length + " bytes)";
    }
}
