package org.ashlar.engine.crash;

import java.nio.file.Path;
import org.ashlar.kv.Store;
import org.ashlar.pmem.sim.CrashSimulator;

/** What is crashed. */
interface Subject {
    /** Opens, or creates, the store in a file. */
    Store open(Path path);

    /** Makes a simulator that watches such a file. */
    CrashSimulator simulator(Path path);

    /** The name that the file has until its creation is finished. */
    Path draftOf(Path path);
}
