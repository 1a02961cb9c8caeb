package org.ashlar.engine.crash;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import org.ashlar.engine.Threads;
import org.ashlar.pmem.sim.ImageDirectory;

/** What the stores of one run share: what is run, where its images are, and what was done so far. */
final class RunContext implements AutoCloseable {
    final Subject subject;
    final Profile profile;
    final Replay replay = Replay.fromProperties();
    final ExecutorService reader = Threads.daemon("reader inside the writer");
    Duration readLimit = Duration.ofSeconds(20);
    long images;
    long imagesOfImages;
    long readsInside;
    long kills;

    private final long seed;
    private final String test;
    private final ImageDirectory directory = new ImageDirectory();

    RunContext(final Subject subject, final Profile profile, final long seed, final String test) {
        this.subject = subject;
        this.profile = profile;
        this.seed = seed;
        this.test = test;
    }

    Path file(final String name) {
        return directory.file(name);
    }

    ImageFailure failure(final String what, final Throwable cause, final long event, final String image) {
        return new ImageFailure(
                cause.getMessage() + "\n  " + profile.name() + ", seed " + seed + ", " + what + "\n  repeat it with: "
                        + Replay.command(test, seed, event, image),
                cause);
    }

    /** A seed for something of its own. */
    static long mix(final long a, final long b) {
        final long h = (a * 0x9E37_79B9_7F4A_7C15L) ^ (b * 0xC2B2_AE3D_27D4_EB4FL);
        return h ^ (h >>> 29);
    }

    @Override
    public void close() {
        reader.shutdownNow();
        directory.close();
    }
}
