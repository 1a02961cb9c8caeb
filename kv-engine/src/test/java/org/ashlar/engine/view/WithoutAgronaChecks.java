package org.ashlar.engine.view;

import java.nio.ByteBuffer;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.ashlar.engine.view.MisuseCalls.Call;

/** Makes all the calls that must be refused in a JVM whose Agrona checks nothing; exit status 0 when all were. */
final class WithoutAgronaChecks {
    private WithoutAgronaChecks() {}

    public static void main(final String[] args) {
        if (DirectBuffer.SHOULD_BOUNDS_CHECK) {
            System.out.println("Agrona checks bounds in this JVM");
            System.exit(2);
        }
        final ByteBuffer memory = ByteBuffer.allocateDirect(4096);
        final long address = BufferUtil.address(memory);
        final SlotView view = new SlotView();
        view.open(address, MisuseCalls.LENGTH);
        int refused = 0;
        final List<Call> calls = MisuseCalls.beyondBounds(address);
        for (final Call call : calls) {
            try {
                call.body().accept(view);
                System.out.println("not refused: " + call.name());
            } catch (final IndexOutOfBoundsException expected) {
                refused++;
            }
        }
        System.out.println("refused " + refused + " of " + calls.size());
        System.exit(refused == calls.size() && refused > 0 ? 0 : 1);
    }
}
