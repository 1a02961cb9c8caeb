package org.ashlar.engine.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.ashlar.engine.Threads;
import org.ashlar.pmem.RecorderHub;
import org.ashlar.pmem.sim.ImageDirectory;
import org.junit.jupiter.api.AfterEach;

/** What crash tests of one thing each share: files, a thread beside the one that is held, and what was found broken. */
abstract class FocusedCrashTest {
    final ImageDirectory directory = new ImageDirectory();
    final List<String> broken = new ArrayList<>();
    final ExecutorService other = Threads.daemon("beside the one that is held");

    @AfterEach
    final void cleanUp() {
        RecorderHub.install(null);
        other.shutdownNow();
        directory.close();
    }
}
