package org.ashlar.pmem.sim;

import java.nio.file.Path;
import org.ashlar.pmem.MemoryRecorder;

/** Lets threads take turns at the memory seam, before whatever a simulator is told there. */
public final class TurnRecorder implements MemoryRecorder {
    private final Scheduler turns;
    private final CrashSimulator simulator;

    /**
     * Makes the recorder.
     *
     * @param turns says whose turn it is
     * @param simulator what sees all that happens
     */
    public TurnRecorder(final Scheduler turns, final CrashSimulator simulator) {
        this.turns = turns;
        this.simulator = simulator;
    }

    private void step(final boolean telling) {
        turns.step(telling);
        simulator.followCaller();
    }

    @Override
    public void store(final long address, final long length) {
        step(false);
        simulator.store(address, length);
    }

    @Override
    public void storeRelease(final long address, final long length) {
        step(false);
        simulator.storeRelease(address, length);
    }

    @Override
    public void loadAcquire(final long address) {
        turns.stepAtLoad(address);
        simulator.followCaller();
        simulator.loadAcquire(address);
    }

    @Override
    public void writeBack(final long address, final long length) {
        step(true); // what is visible is not durable
        simulator.writeBack(address, length);
    }

    @Override
    public void fence() {
        step(true);
        simulator.fence();
    }

    @Override
    public void unlocked() {
        turns.unlocked();
    }

    @Override
    public void rangeSyncing(final long address, final long length) {
        step(true);
        simulator.rangeSyncing(address, length);
    }

    @Override
    public void rangeSynced() {
        step(true); // while the device is busy
        simulator.rangeSynced();
        turns.wakesOthers(); // those who wait for a sync to end
    }

    @Override
    public void syncing(final Path file) {
        step(true);
        simulator.syncing(file);
    }

    @Override
    public void synced(final Path file) {
        step(true);
        simulator.synced(file);
        turns.wakesOthers();
    }

    @Override
    public void mapped(final Path file, final long address, final long length, final long fileOffset) {
        simulator.followCaller();
        simulator.mapped(file, address, length, fileOffset);
    }

    @Override
    public void unmapped(final long address, final long length) {
        simulator.followCaller();
        simulator.unmapped(address, length);
    }

    @Override
    public void fileSized(final Path file, final long bytes) {
        simulator.followCaller();
        simulator.fileSized(file, bytes);
    }
}
