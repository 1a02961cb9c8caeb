package org.ashlar.pmem.sim;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import org.ashlar.pmem.MemoryRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Keeps, for one mapped file, what is durable and what is pending, and writes the images that a crash could leave.
 *
 * <p><b>The model.</b> A store is pending until its line was handed to write-back and the thread that did so has fenced. Until
 * then the hardware may write the line to the media at any time or never, so an image takes for each line the durable
 * bytes and any set of its pending stores that the rules of {@link PendingLine} allow, each line for itself.
 *
 * <p><b>Events.</b> Each store to a watched line, each write-back of a line with pending stores, and each fence after such a
 * write-back is an event, numbered from 1. A crash point is the moment just before an event takes effect. Use either
 * {@link #listen} and write many images in line while the workload goes on, or {@link #crashAt} to abandon it there.
 *
 * <p><b>How it sees the bytes.</b> A store is announced before it happens. The bytes are read from memory at the next event, or
 * when {@link #settle} is called. A compare-and-set that failed has changed nothing and is forgotten then.
 *
 * <p><b>Volatile ranges</b> (descriptors, chunk headers) are not tracked: their content in an image is chosen by a
 * {@link VolatileTreatment}.
 *
 * <p><b>Pages.</b> After {@link #persistBySync} stores become durable by syncs alone: a sync begins (like a write-back of whole pages) and
 * ends (like a fence). Until then the kernel may have written any page, at any instant since its last sync, part of it earlier than
 * other parts; {@link ImageChoice} says how that is chosen.
 *
 * <p><b>Threads.</b> One at a time: {@link #callOn} lends the simulator to another thread while the current one waits, and {@link Turns}
 * passes it round. Each thread's fences cover that thread's write-backs only.
 *
 * <p><b>Not modelled:</b> file lengths, allocation and directory entries (durable at once), caches that are in the persistence domain,
 * tearing within an 8-byte word, and, where stores become durable by lines, syncs (except as {@link #synced} says).
 */
public final class CrashSimulator implements MemoryRecorder {
    private static final int DESCRIBED_LINES = 12;

    private final WatchedFile file;
    private final AddressMap addresses = new AddressMap();
    private final ByteImage durable = new ByteImage();
    private final PendingStores pending = new PendingStores(durable);
    private final VolatileRanges volatileRanges = new VolatileRanges(durable, addresses);
    private final TrackedMemory memory = new TrackedMemory(addresses, pending, volatileRanges);
    private final MemoryComparison comparison = new MemoryComparison(durable, addresses, pending, volatileRanges);
    private final FollowedThread thread = new FollowedThread();
    private final AnnouncedStore announced = new AnnouncedStore(memory);
    private final CrashPoints points = new CrashPoints(announced);
    private final WriteBacks writeBacks = new WriteBacks(pending, announced, thread, points);
    private boolean hasInherited;

    /**
     * Starts to watch a file. What it holds now is durable.
     *
     * @param file the file, which need not exist yet
     * @param earlierNames names that the file has before it gets that one, while it is created
     */
    public CrashSimulator(final Path file, final Path... earlierNames) {
        this.file = new WatchedFile(file, earlierNames);
        this.file.load(durable);
    }

    // ----------------------------------------------------------------------------------------------- what to do

    /**
     * Names the ranges of the file that are never flushed. Call it before anything is stored there, and again when they change.
     *
     * @param ranges multiples of 64 bytes
     */
    public void setVolatileRanges(final List<FileRange> ranges) {
        volatileRanges.set(ranges);
        pending.forget(volatileRanges::contains);
    }

    /** Makes syncs of pages, and nothing else, what stores become durable by. To be called before the file is mapped. */
    public void persistBySync() {
        writeBacks.persistBySync();
    }

    /**
     * Whether stores become durable by syncs of pages.
     *
     * @return true after {@link #persistBySync}
     */
    public boolean isPaged() {
        return writeBacks.areBySync();
    }

    /**
     * Begins where another simulator is, as the next process does when the first one was killed but the machine goes on: all stores
     * are visible, and those that were pending still are. To be called before the file is mapped; it must hold the image {@link
     * ImageChoice#KILLED} of now.
     *
     * @param killed the simulator of the first process
     */
    public void inherit(final CrashSimulator killed) {
        hasInherited = true;
        killed.settle();
        pending.inherit(killed.pending);
        // The threads of the first process are gone; what they handed over but did not fence counts as pending.
        thread.beginAfterAnother();
    }

    /**
     * Calls a listener at each event from now on.
     *
     * @param value the listener, or null for none
     */
    public void listen(final @Nullable CrashPointListener value) {
        points.listen(value);
    }

    /**
     * Throws {@link SimulatedCrash} out of the memory seam just before an event takes effect; what happens afterwards is ignored.
     *
     * @param event number of the event
     */
    public void crashAt(final long event) {
        points.crashAt(event);
    }

    /**
     * Runs a task on another thread while this one waits, as if the other had run just then.
     *
     * @param other has one thread
     * @param limit how long the task may take
     * @param task what to run
     * @return its result
     * @param <T> of the result
     * @throws AssertionError when the task failed, or was not done within the limit: it waits for the thread that is held
     */
    public <T extends @Nullable Object> T callOn(
            final ExecutorService other, final Duration limit, final Callable<T> task) {
        settle();
        try {
            return thread.callOn(other, limit, task, events());
        } finally {
            settle();
        }
    }

    /** From here on the calling thread is the one that is followed: what others do waits for it. */
    public void followCaller() {
        thread.followCaller();
    }

    // ------------------------------------------------------------------------------------------- what there is

    /**
     * Number of events so far.
     *
     * @return the number of the last event
     */
    public long events() {
        return points.events();
    }

    /**
     * Whether {@link #crashAt} has thrown.
     *
     * @return true when it has
     */
    public boolean hasCrashed() {
        return points.hasCrashed();
    }

    /**
     * Whether the file exists, under an earlier name perhaps; before that there is no image.
     *
     * @return true when it does
     */
    public boolean fileExists() {
        return file.exists();
    }

    /**
     * Whether the file has its name by now.
     *
     * @return false while it has an earlier one
     */
    public boolean isNamed() {
        return file.isNamed();
    }

    /**
     * Length of the file.
     *
     * @return bytes
     */
    public long fileBytes() {
        return durable.bytes();
    }

    /**
     * Lines that were written back though nothing was pending on them: harmless, but they cost time.
     *
     * @return how many so far
     */
    public long cleanLinesWrittenBack() {
        return isPaged() ? 0 : memory.cleanLines();
    }

    /**
     * The lines with pending stores, by place in the file.
     *
     * @return a new list
     */
    List<PendingLine> pendingLines() {
        settle();
        return pending.sorted();
    }

    /**
     * What is pending, for a failure's report.
     *
     * @return the lines with pending stores, in words
     */
    public String describePending() {
        final List<PendingLine> lines = pendingLines();
        final List<PendingLine> first = lines.subList(0, Math.min(lines.size(), DESCRIBED_LINES));
        return lines.size() == first.size()
                ? first.toString()
                : first + " and " + (lines.size() - first.size()) + " more";
    }

    /**
     * Whether a crash could take back a store to the line of an address.
     *
     * @param address of a mapped byte
     * @return true when stores to its line are pending
     */
    public boolean isPending(final long address) {
        return !linesIn(address, address + 1).isEmpty();
    }

    /**
     * Writes a file as a crash would leave it now.
     *
     * @param target the file to write
     * @param choice which pending stores it holds
     * @param treatment what it holds in the volatile ranges
     * @param random for the treatment
     */
    public void writeImage(
            final Path target,
            final ImageChoice choice,
            final VolatileTreatment treatment,
            final SplittableRandom random) {
        final ImageDraft image = new ImageDraft(durable);
        image.apply(pendingLines(), choice);
        volatileRanges.treat(image, treatment, random);
        image.write(target);
    }

    /**
     * Holds the memory against what was recorded: a difference is a store that went past the memory seam.
     *
     * @throws AssertionError when there is one, with its place in the file
     */
    public void assertAllStoresWereSeen() {
        settle();
        comparison.assertAllStoresWereSeen();
    }

    // ----------------------------------------------------------------------------------------------- the recorder

    @Override
    public void mapped(final Path mappedFile, final long address, final long length, final long fileOffset) {
        settle();
        if (file.hasName(mappedFile)) {
            addresses.add(address, length, fileOffset);
            comparison.adopt(new AddressMap.Region(address, length, fileOffset));
        } else {
            addresses.remove(address, length);
        }
    }

    @Override
    public void unmapped(final long address, final long length) {
        settle();
        volatileRanges.keepContent(address, address + length);
        addresses.remove(address, length);
    }

    @Override
    public void fileSized(final Path sizedFile, final long bytes) {
        if (file.hasName(sizedFile)) {
            settle();
            file.noteExistence();
            if (bytes < durable.bytes()) {
                pending.forget(offset -> offset >= bytes);
            }
            durable.resize(bytes);
        }
    }

    /**
     * Where stores become durable by lines, a sync counts only in a process that follows a killed one: what that one left can be made
     * durable by a sync alone, but all other protocols are held to write-backs and fences.
     */
    @Override
    public void synced(final Path syncedFile) {
        if (!hasCrashed() && file.hasName(syncedFile)) {
            if (isPaged()) {
                writeBacks.fence();
            } else if (hasInherited) {
                settle();
                pending.syncAll();
            }
        }
    }

    @Override
    public void syncing(final Path syncedFile) {
        if (isPaged() && !hasCrashed() && file.hasName(syncedFile)) {
            settle();
            writeBacks.handOver(pending.all());
        }
    }

    @Override
    public void rangeSyncing(final long address, final long length) {
        if (isPaged() && !hasCrashed()) {
            final long first = address & -ByteImage.PAGE_BYTES;
            writeBacks.handOver(linesIn(first, (address + length - 1 | ByteImage.PAGE_BYTES - 1) + 1));
        }
    }

    @Override
    public void rangeSynced() {
        if (isPaged()) {
            writeBacks.fence();
        }
    }

    @Override
    public void loadAcquire(final long address) {
        if (hasCrashed() || pending.isEmpty()) {
            return;
        }
        if (addresses.firstIn(address, address + 1) != null) {
            settle();
            final PendingLine line = memory.pendingAt(address);
            if (line != null) {
                line.look(thread.knownNumber());
            }
        }
    }

    @Override
    public void store(final long address, final long length) {
        announce(address, length, EventKind.STORE);
    }

    @Override
    public void storeRelease(final long address, final long length) {
        announce(address, length, EventKind.STORE_RELEASE);
    }

    private void announce(final long address, final long length, final EventKind kind) {
        if (hasCrashed() || !memory.shows(address, address + length)) {
            return;
        }
        thread.check();
        settle();
        points.pass(kind);
        final boolean isRelease = kind == EventKind.STORE_RELEASE
                && !(memory.pendingAt(address) != null && Mutants.isLeftOut(Mutants.Kind.RELEASE));
        announced.announce(address, length, isRelease, thread.number());
    }

    @Override
    public void writeBack(final long address, final long length) {
        if (!hasCrashed() && !isPaged()) {
            writeBacks.handOver(linesIn(address, address + length));
        }
    }

    /** The lines of a range that have pending stores. */
    private List<PendingLine> linesIn(final long from, final long to) {
        settle();
        return memory.pendingIn(from, to);
    }

    @Override
    public void fence() {
        if (!isPaged()) {
            writeBacks.fence();
        }
    }

    /** Reads the bytes of the store that was announced last, if any. It must have happened. */
    public void settle() {
        announced.settle();
    }
}
