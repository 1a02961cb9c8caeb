package org.ashlar.examples.quickstart;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.StoreException;

/**
 * The process that is killed. It opens the pool, says how long that took, and writes until the end comes: after each put has
 * returned, and only then, it says so on its standard output. What it has said, its parent holds the store to.
 */
final class ChildWriter {
    static final String MAP = "child";
    static final String OPENED = "opened";
    static final String PUT = "put";

    private ChildWriter() {}

    /**
     * Writes until it is killed, or until nobody reads any more what it says.
     *
     * @param args the pool, a key for the first get, the number of the first write
     */
    public static void main(final String[] args) {
        final PrintStream out = new PrintStream(
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)), false, StandardCharsets.UTF_8);
        final byte[] probe = args[1].getBytes(StandardCharsets.UTF_8);
        try (Opening opening = Opening.of(Path.of(args[0]), probe)) {
            out.println(OPENED + " " + opening.openNanos() + " " + opening.firstGetNanos());
            final KvMap map = opening.store().map(MAP);
            long sequence = Long.parseLong(args[2]);
            while (!out.checkError()) {
                map.put(ChildRecord.keyBytes(ChildRecord.keyOf(sequence)), ChildRecord.value(sequence));
                out.println(PUT + " " + sequence);
                sequence++;
            }
        } catch (final StoreException | QuickstartException refusal) {
            out.println(refusal.getMessage());
            out.flush();
            System.exit(1);
        }
    }
}
