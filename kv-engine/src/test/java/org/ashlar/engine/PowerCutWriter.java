package org.ashlar.engine;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.ashlar.kv.Durability;

/**
 * Writes to several pools, until the machine goes down. Says what it does as {@link KillChild} does, each byte before it goes on, after a line
 * {@value #BEGIN}; and a line {@value #CUT} when the time has come. Then it either makes the machine reset itself, without syncing anything,
 * or goes on until somebody cuts its power.
 *
 * <p>Arguments: folder, durability, seed, number of the cut, {@code self} or {@code other}: who does it.
 */
final class PowerCutWriter {
    static final String BEGIN = "WRITES";
    static final String CUT = "CUT NOW";

    private static final Path SYSTEM_REQUEST = Path.of("/proc/sysrq-trigger");
    private static final int NEVER_CUT = 3;

    private final CountDownLatch isTime = new CountDownLatch(1);
    private final PowerCutPlan plan;
    private int left;

    private PowerCutWriter(final PowerCutPlan plan) {
        this.plan = plan;
        left = plan.times();
    }

    /** Ends with exit status 3 where everything is done and the time never came. */
    public static void main(final String[] arguments) throws Exception {
        final Path folder = Path.of(arguments[0]);
        final Durability durability = Durability.valueOf(arguments[1]);
        final long seed = Long.parseLong(arguments[2]);
        final int cut = Integer.parseInt(arguments[3]);
        final PowerCutWriter writer = new PowerCutWriter(PowerCutPlan.of(seed, cut));
        write("\n" + BEGIN + "\n");
        if (arguments[4].equals("self")) {
            start(writer::resetTheMachine);
        }
        writer.run(folder, durability, seed, cut);
        if (writer.isTime.getCount() > 0) {
            System.exit(NEVER_CUT);
        }
        new CountDownLatch(1).await(); // for the end
    }

    private void run(final Path folder, final Durability durability, final long seed, final int cut)
            throws InterruptedException {
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < PowerCutPools.NAMES.size(); i++) {
            final int pool = i;
            threads.add(start(() -> life(folder, pool, durability, PowerCutPools.life(seed, cut, pool))));
        }
        for (final Thread thread : threads) {
            thread.join();
        }
    }

    private void life(final Path folder, final int pool, final Durability durability, final long life)
            throws Exception {
        say(KillChild.OPENING);
        try (EngineStore store = PowerCutPools.open(folder, pool, durability)) {
            say(KillChild.OPEN);
            final List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < KillWorkload.WRITERS; i++) {
                final int writer = i;
                writers.add(start(() -> KillChild.write(
                        store,
                        new KillWorkload(writer, life),
                        plan.operations(),
                        PowerCutPools.acknowledgement(pool, writer),
                        PowerCutCheck.isAged(store),
                        this::say)));
            }
            for (final Thread writer : writers) {
                writer.join();
            }
            say(KillChild.CLOSING);
        }
        say(KillChild.CLOSED);
    }

    private interface Part {
        void run() throws Exception;
    }

    private static Thread start(final Part part) {
        final Thread thread = new Thread(() -> {
            try {
                part.run();
            } catch (final Exception | Error e) {
                e.printStackTrace();
                Runtime.getRuntime().halt(1);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void resetTheMachine() throws Exception {
        isTime.await();
        final long until = System.nanoTime() + plan.delayMicros() * 1_000L;
        while (System.nanoTime() - until < 0) {
            Thread.onSpinWait();
        }
        Files.writeString(SYSTEM_REQUEST, "b");
    }

    private void say(final char what) throws IOException {
        synchronized (this) {
            write(String.valueOf(what));
            if (what == plan.said() && --left == 0) {
                write("\n" + CUT + "\n");
                isTime.countDown();
            }
        }
    }

    private static void write(final String text) throws IOException {
        final OutputStream out = System.out;
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }
}
