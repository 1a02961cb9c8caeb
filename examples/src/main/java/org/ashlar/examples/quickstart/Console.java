package org.ashlar.examples.quickstart;

import java.io.PrintWriter;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Where the program says what it does: plain lines, and a progress bar where a person is looking on. */
final class Console {
    private static final int BAR_WIDTH = 79;
    private static final int BAR_INTERVAL_MILLIS = 100;
    private static final int MAX_STEP_NAME = 9;

    private final PrintWriter out;
    private final boolean isTerminal;

    Console(final PrintWriter out, final boolean isTerminal) {
        this.out = out;
        this.isTerminal = isTerminal;
    }

    void line(final String text) {
        out.println(text);
        out.flush();
    }

    /** A line that begins with a word in a column of its own. */
    void step(final String name, final String text) {
        assert name.length() <= MAX_STEP_NAME : name;
        line(String.format("%-9s %s", name, text));
    }

    void stackTrace(final Throwable failure) {
        failure.printStackTrace(out);
        out.flush();
    }

    /** A bar that goes away when it is closed. */
    Progress progress(final String task, final long steps) {
        if (!isTerminal) {
            return new Progress(null);
        }
        return new Progress(new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(steps)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(BAR_INTERVAL_MILLIS)
                .setConsumer(new VanishingBar())
                .clearDisplayOnFinish()
                .build());
    }

    /** How far a step is. */
    static final class Progress implements AutoCloseable {
        private final @Nullable ProgressBar bar;

        private Progress(final @Nullable ProgressBar bar) {
            this.bar = bar;
        }

        void step() {
            if (bar != null) {
                bar.step();
            }
        }

        @Override
        public void close() {
            if (bar != null) {
                bar.close();
            }
        }
    }

    /**
     * Leaves the cursor where the bar was; the original goes to the next line, and so would leave an empty one. A bar's timer may draw it once more
     * when it has ended: not here.
     */
    private static final class VanishingBar extends ConsoleProgressBarConsumer {
        private volatile boolean closed;

        VanishingBar() {
            super(System.err, BAR_WIDTH);
        }

        @Override
        public void accept(final String bar) {
            if (!closed) {
                super.accept(bar);
            }
        }

        @Override
        public void close() {
            closed = true;
            System.err.flush();
        }
    }
}
