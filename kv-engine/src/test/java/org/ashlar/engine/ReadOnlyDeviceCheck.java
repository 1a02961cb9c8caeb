package org.ashlar.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.StoreException;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.PoisonedPage;
import org.ashlar.pmem.Pool;
import org.jspecify.annotations.Nullable;

/**
 * A file system that becomes read-only under an open store, as Linux makes it after an error of the device. Pages that were written to before can
 * still be stored to, others fault at a store and not at a load.
 */
final class ReadOnlyDeviceCheck {
    private static final int BEFORE = 400;
    private static final int KEYS = 1_500;
    private static final int PAGE_BYTES = 4096;

    private ReadOnlyDeviceCheck() {}

    /**
     * Arguments: pool, file for notes, {@code write} or {@code check}. The first says {@code ready} and waits for its standard input; the second is
     * for when the file system can be written to again: every write that returned is there, others whole or not at all. {@code full} does it all
     * on a file system of its own, which it fills: a store to a page without a block faults as well. {@code
     * poisoned} needs no file system of its own: the pages fault at a load too.
     */
    public static void main(final String[] arguments) throws IOException {
        final BadBlockPool pool = BadBlockPool.of(arguments[0], "standard");
        final Path notes = Path.of(arguments[1]);
        switch (arguments[2]) {
            case "write" -> write(pool, notes, store -> System.in.read());
            case "check" -> check(pool, notes);
            case "full" -> {
                final Path filler = pool.path().resolveSibling("filler");
                write(pool, notes, store -> leaveNoBlocks(pool, store, filler));
                Files.delete(filler);
                check(pool, notes);
            }
            case "poisoned" -> {
                write(pool, notes, store -> poisonFreePages(pool.path(), store));
                check(pool, notes);
            }
            default -> throw new IllegalArgumentException(arguments[2]);
        }
        System.out.println("done");
        System.exit(0);
    }

    /** What makes pages such that they can be read and not be written to. */
    @FunctionalInterface
    private interface Mischief {
        void happen(EngineStore store) throws IOException;
    }

    /** Takes the blocks behind the last record away, and leaves no others on the device. */
    private static void leaveNoBlocks(final BadBlockPool pool, final EngineStore store, final Path filler)
            throws IOException {
        final long from = pool.fileOffsetOf(store, BadBlockPool.MAP, BEFORE - 1) / PAGE_BYTES * PAGE_BYTES + PAGE_BYTES;
        final long length = Files.size(pool.path()) - from;
        final String said = ChildJvm.run(
                Path.of("/"),
                List.of(
                        "fallocate",
                        "-p",
                        "-o",
                        Long.toString(from),
                        "-l",
                        Long.toString(length),
                        pool.path().toString()));
        if (!said.equals("exit code 0")) {
            throw new IllegalStateException(said);
        }
        try (FileChannel channel = FileChannel.open(filler, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            while (true) {
                channel.write(ByteBuffer.allocate(PAGE_BYTES));
            }
        } catch (final IOException e) {
            System.out.println("full: " + e.getMessage());
        }
    }

    /** Those behind the last record. */
    private static void poisonFreePages(final Path path, final EngineStore store) {
        final Pool pool = store.space().pool();
        final long end = pool.dataAddress() + pool.geometry().dataBytes(pool.allocatedChunks());
        final long last = BadBlockPool.recordOf(store, BadBlockPool.MAP, BEFORE - 1);
        for (long page = (last / PAGE_BYTES + 1) * PAGE_BYTES; page < end; page += PAGE_BYTES) {
            PoisonedPage.at(page, path.resolveSibling("empty"));
        }
    }

    private static void write(final BadBlockPool pool, final Path notes, final Mischief mischief) throws IOException {
        final List<String> states = new ArrayList<>();
        int told = 0;
        final EngineStore store = pool.open(false);
        final KvMap map = store.map(BadBlockPool.MAP);
        for (int i = 0; i < BEFORE; i++) {
            map.put(BadBlockPool.key(i), BadBlockPool.value(i));
        }
        System.out.println("ready " + store.durability().mechanism());
        mischief.happen(store);
        for (int i = 0; i < KEYS; i++) {
            String state = "returned";
            try {
                map.put(BadBlockPool.key(i), BadBlockPool.newValue(i));
                Memory.settleFaults();
            } catch (final StoreException | InternalError e) {
                if (told++ == 0) {
                    System.out.println("first told: " + e);
                }
                state = "told";
            }
            states.add(state);
        }
        System.out.println("told " + told + " of " + KEYS);
        int lost = 0;
        for (int i = 0; i < KEYS; i++) {
            lost += isRight(states, map, i) ? 0 : 1;
        }
        System.out.println("while open: lost " + lost);
        try {
            store.close();
            System.out.println("closed");
        } catch (final StoreException e) {
            System.out.println("close is told: " + e);
        }
        Files.write(notes, states);
    }

    private static boolean isRight(final List<String> states, final KvMap map, final int i) {
        byte @Nullable [] found;
        try {
            found = map.get(BadBlockPool.key(i));
            Memory.settleFaults();
        } catch (final StoreException | InternalError e) {
            System.out.println("key " + i + " of which " + states.get(i) + ": " + e);
            return false;
        }
        final boolean isNew = Arrays.equals(found, BadBlockPool.newValue(i));
        final boolean isOld = i < BEFORE ? Arrays.equals(found, BadBlockPool.value(i)) : found == null;
        return isNew || (isOld && states.get(i).equals("told"));
    }

    private static void check(final BadBlockPool pool, final Path notes) throws IOException {
        final List<String> states = Files.readAllLines(notes);
        try (EngineStore store = pool.open(false)) {
            final KvMap map = store.map(BadBlockPool.MAP);
            int lost = 0;
            for (int i = 0; i < KEYS; i++) {
                lost += isRight(states, map, i) ? 0 : 1;
            }
            System.out.println("opened again: lost " + lost + ", sound "
                    + store.verify().isSound() + ' ' + store.verify().problems());
        }
    }
}
