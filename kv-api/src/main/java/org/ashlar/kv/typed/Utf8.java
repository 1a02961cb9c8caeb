package org.ashlar.kv.typed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Strings as UTF-8, strictly. The JDK's quick ways replace what they cannot encode or decode, so that two strings become one key and
 * damage becomes text; here both are refused, still in the quick way where all is well.
 */
final class Utf8 {
    private static final char REPLACEMENT = '\uFFFD';

    private Utf8() {}

    static byte[] encode(final String text) {
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw new IllegalArgumentException(String.format(
                            "char %d of %d is an unpaired surrogate, U+%04X, which UTF-8 cannot encode",
                            i, text.length(), (int) c));
                }
                i++;
            }
        }
        return text.getBytes(UTF_8);
    }

    static String decode(final byte[] bytes) {
        final String text = new String(bytes, UTF_8);
        // Where bytes were replaced there is a replacement character; where there is one, it may have been stored.
        return text.indexOf(REPLACEMENT) < 0 ? text : decodeStrictly(bytes);
    }

    private static String decodeStrictly(final byte[] bytes) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (final CharacterCodingException e) {
            throw new DecodeException(
                    DecodeException.show(new UnsafeBuffer(bytes), 0, bytes.length) + " are not a string in UTF-8", e);
        }
    }
}
