package org.ashlar.engine.view;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.ashlar.engine.view.MisuseCalls.Call;

/** Makes all the calls that must be refused in a JVM whose Agrona checks nothing; exit status 0 when all were. */
final class WithoutAgronaChecks {
    private WithoutAgronaChecks() {}

    /**
     * Starts that JVM and waits for it.
     *
     * @param type {@link SlotView} or {@link WritableSlot}
     */
    static void run(final Class<?> type) throws Exception {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (final String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-javaagent")) {
                command.add(flag);
            }
        }
        command.addAll(List.of("-Dagrona.disable.bounds.checks=true", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(WithoutAgronaChecks.class.getName(), type.getSimpleName()));
        final Process child =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        final String output = new String(child.getInputStream().readAllBytes(), UTF_8);
        assertTrue(child.waitFor(1, TimeUnit.MINUTES));
        assertEquals(0, child.exitValue(), output);
        assertTrue(output.startsWith("refused "), output);
    }

    public static void main(final String[] args) {
        if (DirectBuffer.SHOULD_BOUNDS_CHECK) {
            System.out.println("Agrona checks bounds in this JVM");
            System.exit(2);
        }
        final GuardedMemory memory = new GuardedMemory();
        int calls = 0;
        int refused = 0;
        if (args[0].equals(SlotView.class.getSimpleName())) {
            final SlotView view = new SlotView();
            view.open(memory.address(), MisuseCalls.LENGTH);
            for (final Call<DirectBuffer> call : MisuseCalls.beyondBounds(memory.address())) {
                calls++;
                refused += isRefused(call, view) ? 1 : 0;
            }
        } else {
            final WritableSlot slot = new WritableSlot();
            slot.open(memory.address(), MisuseCalls.LENGTH);
            for (final Call<DirectBuffer> call : MisuseCalls.beyondBounds(memory.address())) {
                calls++;
                refused += isRefused(call, slot) ? 1 : 0;
            }
            memory.fill(1);
            for (final Call<MutableDirectBuffer> call : PutCalls.beyondBounds()) {
                calls++;
                refused += isRefused(call, slot) && memory.isAsFilled(1) ? 1 : 0;
            }
        }
        System.out.println("refused " + refused + " of " + calls);
        System.exit(refused == calls && refused > 0 ? 0 : 1);
    }

    private static <B extends DirectBuffer> boolean isRefused(final Call<? super B> call, final B buffer) {
        try {
            call.body().accept(buffer);
        } catch (final IndexOutOfBoundsException expected) {
            return true;
        }
        System.out.println("not refused: " + call.name());
        return false;
    }
}
