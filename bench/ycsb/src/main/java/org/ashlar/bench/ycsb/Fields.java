package org.ashlar.bench.ycsb;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The fields of a YCSB record as one value: how many, then name and content of each, with their lengths. */
final class Fields {
    private Fields() {}

    static byte[] encode(final Map<String, byte[]> fields) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(fields.size());
            for (final Map.Entry<String, byte[]> field : fields.entrySet()) {
                out.writeUTF(field.getKey());
                out.writeInt(field.getValue().length);
                out.write(field.getValue());
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static Map<String, byte[]> decode(final byte[] value) {
        final Map<String, byte[]> fields = new LinkedHashMap<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(value))) {
            final int count = in.readInt();
            for (int i = 0; i < count; i++) {
                final String name = in.readUTF();
                fields.put(name, in.readNBytes(in.readInt()));
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return fields;
    }
}
