package org.ashlar.pmem.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.agrona.collections.Long2ObjectHashMap;
import org.ashlar.pmem.Memory;
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
    private static final int LINE_BYTES = Memory.LINE_BYTES;
    private static final int WORD_BYTES = Long.BYTES;
    private static final int DESCRIBED_LINES = 12;
    private static final byte[] ZERO_PAGE = new byte[ByteImage.PAGE_BYTES];

    private final Path file;
    private final Set<Path> names;
    private final AddressMap addresses = new AddressMap();
    private final ByteImage durable = new ByteImage();
    private final Long2ObjectHashMap<PendingLine> pending = new Long2ObjectHashMap<>();
    private final Map<Thread, Integer> threadNumbers = new HashMap<>();
    /** By thread number: the lines handed to write-back since that thread's last fence, and how many of their stores. */
    private final List<Map<PendingLine, Integer>> handedOver = new ArrayList<>();

    private FileRange[] volatileRanges = new FileRange[0];
    private boolean fileExists;
    private boolean hasInherited;
    private boolean isPaged;
    private long stores;
    private @Nullable Thread runner;

    private long announcedAddress;
    private long announcedLength;
    private boolean announcedRelease;
    private int announcedThread;

    private long events;
    private long crashAt = -1;
    private boolean crashed;
    private boolean inListener;
    private @Nullable CrashPointListener listener;
    private long cleanLinesWrittenBack;

    /**
     * Starts to watch a file. What it holds now is durable.
     *
     * @param file the file, which need not exist yet
     * @param earlierNames names that the file has before it gets that one, while it is created
     */
    public CrashSimulator(final Path file, final Path... earlierNames) {
        this.file = normal(file);
        names = new HashSet<>();
        names.add(this.file);
        for (final Path name : earlierNames) {
            names.add(normal(name));
        }
        if (Files.exists(file)) {
            fileExists = true;
            try {
                durable.load(file);
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    // ----------------------------------------------------------------------------------------------- what to do

    /**
     * Names the ranges of the file that are never flushed. Call it before anything is stored there, and again when they change.
     *
     * @param ranges multiples of 64 bytes
     */
    public void setVolatileRanges(final List<FileRange> ranges) {
        volatileRanges = ranges.stream()
                .sorted(Comparator.comparingLong(FileRange::offset))
                .toArray(FileRange[]::new);
        pending.values().removeIf(line -> isVolatile(line.fileOffset()));
    }

    /** Makes syncs of pages, and nothing else, what stores become durable by. To be called before the file is mapped. */
    public void persistBySync() {
        isPaged = true;
    }

    /**
     * Whether stores become durable by syncs of pages.
     *
     * @return true after {@link #persistBySync}
     */
    public boolean isPaged() {
        return isPaged;
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
        stores = killed.stores;
        killed.settle();
        durable.copyFrom(killed.durable);
        killed.pending.forEach((offset, line) -> pending.put(offset.longValue(), new PendingLine(line)));
        // The threads of the first process are gone; what they handed over but did not fence counts as pending.
        threadNumbers.put(new Thread("killed"), 0);
        handedOver.add(new HashMap<>());
    }

    /**
     * Calls a listener at each event from now on.
     *
     * @param value the listener, or null for none
     */
    public void listen(final @Nullable CrashPointListener value) {
        listener = value;
    }

    /**
     * Throws {@link SimulatedCrash} out of the memory seam just before an event takes effect; what happens afterwards is ignored.
     *
     * @param event number of the event
     */
    public void crashAt(final long event) {
        crashAt = event;
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
        final Thread here = Thread.currentThread();
        final Thread[] there = new Thread[1];
        final FutureTask<T> call = new FutureTask<>(() -> {
            there[0] = Thread.currentThread();
            runner = there[0];
            return task.call();
        });
        other.execute(call);
        try {
            return call.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (final TimeoutException e) {
            final AssertionError blocked =
                    new AssertionError("the other thread waits for the one that is held at event " + events, e);
            final Thread stuck = there[0];
            if (stuck != null) {
                blocked.setStackTrace(stuck.getStackTrace());
            }
            throw blocked;
        } catch (final ExecutionException e) {
            throw new AssertionError("on the other thread, at event " + events + ": " + e.getCause(), e.getCause());
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            settle();
            runner = here;
        }
    }

    /** From here on the calling thread is the one that is followed: what others do waits for it. */
    public void followCaller() {
        runner = Thread.currentThread();
    }

    // ------------------------------------------------------------------------------------------- what there is

    /**
     * Number of events so far.
     *
     * @return the number of the last event
     */
    public long events() {
        return events;
    }

    /**
     * Whether {@link #crashAt} has thrown.
     *
     * @return true when it has
     */
    public boolean hasCrashed() {
        return crashed;
    }

    /**
     * Whether the file exists, under an earlier name perhaps; before that there is no image.
     *
     * @return true when it does
     */
    public boolean fileExists() {
        return fileExists;
    }

    /**
     * Whether the file has its name by now.
     *
     * @return false while it has an earlier one
     */
    public boolean isNamed() {
        return Files.exists(file);
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
        return cleanLinesWrittenBack;
    }

    /**
     * The lines with pending stores, by place in the file.
     *
     * @return a new list
     */
    List<PendingLine> pendingLines() {
        settle();
        final List<PendingLine> lines = new ArrayList<>(pending.values());
        lines.sort(Comparator.comparingLong(PendingLine::fileOffset));
        return lines;
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
        final Map<Integer, byte[]> replaced = new HashMap<>();
        final List<PendingLine> lines = pendingLines();
        for (int i = 0; i < lines.size(); i++) {
            final PendingLine line = lines.get(i);
            final BitSet reached = choice.choose(lines, i);
            line.close(reached);
            if (!reached.isEmpty()) {
                line.applyTo(replacement(replaced, line.fileOffset()), reached);
            }
        }
        for (final FileRange range : volatileRanges) {
            treat(range, treatment, random, replaced);
        }
        try {
            durable.write(target, replaced);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] replacement(final Map<Integer, byte[]> replaced, final long offset) {
        return replaced.computeIfAbsent((int) (offset / ByteImage.PAGE_BYTES), p -> {
            final byte[] page = durable.page(offset);
            return page == null ? new byte[ByteImage.PAGE_BYTES] : page.clone();
        });
    }

    private void treat(
            final FileRange range,
            final VolatileTreatment treatment,
            final SplittableRandom random,
            final Map<Integer, byte[]> replaced) {
        if (treatment == VolatileTreatment.AS_AT_FIRST) {
            return;
        }
        final byte[] bytes = new byte[LINE_BYTES];
        for (long offset = range.offset(); offset < Math.min(range.end(), durable.bytes()); offset += LINE_BYTES) {
            switch (treatment) {
                case AS_IN_MEMORY -> readMemory(offset, bytes);
                case ZERO -> Arrays.fill(bytes, (byte) 0);
                case GARBAGE -> random.nextBytes(bytes);
                case MIXED -> {
                    final int kind = random.nextInt(4);
                    if (kind == 0) {
                        random.nextBytes(bytes);
                    } else if (kind == 1) {
                        Arrays.fill(bytes, (byte) 0);
                    } else {
                        readMemory(offset, bytes);
                        if (kind == 2) {
                            tearWords(offset, bytes, random);
                        }
                    }
                }
                default -> throw new AssertionError(treatment);
            }
            final byte[] page = replacement(replaced, offset);
            System.arraycopy(bytes, 0, page, (int) (offset % ByteImage.PAGE_BYTES), LINE_BYTES);
        }
    }

    /** Takes some words of a line back to what they were at first. */
    private void tearWords(final long offset, final byte[] bytes, final SplittableRandom random) {
        final byte[] first = durable.page(offset);
        for (int w = 0; w < LINE_BYTES; w += WORD_BYTES) {
            if (random.nextBoolean()) {
                if (first == null) {
                    Arrays.fill(bytes, w, w + WORD_BYTES, (byte) 0);
                } else {
                    System.arraycopy(first, (int) (offset % ByteImage.PAGE_BYTES) + w, bytes, w, WORD_BYTES);
                }
            }
        }
    }

    /** Reads a line from the mapping that shows it; where none does, as it was when it was last mapped. */
    private void readMemory(final long offset, final byte[] bytes) {
        for (final AddressMap.Region r : addresses.all()) {
            if (r.fileOffset() <= offset && offset < r.fileOffset() + r.length()) {
                Memory.copyOut(r.toAddress(offset), bytes, Memory.ARRAY_BASE, LINE_BYTES);
                return;
            }
        }
        final byte[] page = durable.page(offset);
        if (page == null) {
            Arrays.fill(bytes, (byte) 0);
        } else {
            System.arraycopy(page, (int) (offset % ByteImage.PAGE_BYTES), bytes, 0, LINE_BYTES);
        }
    }

    /**
     * Holds the memory against what was recorded: a difference is a store that went past the memory seam.
     *
     * @throws AssertionError when there is one, with its place in the file
     */
    public void assertAllStoresWereSeen() {
        settle();
        for (final AddressMap.Region r : addresses.all()) {
            forEachPageThatDiffers(r, this::comparePage);
        }
    }

    private interface PageVisitor {
        /** Sees a part of a page that is mapped: from {@code inPage} on, what memory holds. */
        void visit(long offset, int inPage, int length, byte[] memory);
    }

    /** Visits the pages of a mapping that do not hold what is durable, be it that stores are pending there. */
    private void forEachPageThatDiffers(final AddressMap.Region r, final PageVisitor visitor) {
        final byte[] memory = new byte[ByteImage.PAGE_BYTES];
        final long end = Math.min(r.fileOffset() + r.length(), durable.bytes());
        long offset = r.fileOffset();
        while (offset < end) {
            final int inPage = (int) (offset % ByteImage.PAGE_BYTES);
            final int length = (int) Math.min(end - offset, ByteImage.PAGE_BYTES - inPage);
            Memory.copyOut(r.toAddress(offset), memory, Memory.ARRAY_BASE + inPage, length);
            final byte[] page = durable.page(offset);
            final byte[] known = page == null ? ZERO_PAGE : page;
            if (!Arrays.equals(memory, inPage, inPage + length, known, inPage, inPage + length)) {
                visitor.visit(offset, inPage, length, memory);
            }
            offset += length;
        }
    }

    private void comparePage(final long offset, final int inPage, final int length, final byte[] actual) {
        for (int at = inPage; at < inPage + length; at += WORD_BYTES) {
            final long wordOffset = offset + (at - inPage);
            final long found = (long) PendingLine.LONG.get(actual, at);
            final long settled = durableWord(wordOffset);
            if (found != settled && !isVolatile(wordOffset)) {
                final PendingLine line = pending.get(wordOffset & -LINE_BYTES);
                final long expected =
                        line == null ? settled : line.visible((int) (wordOffset % LINE_BYTES) / WORD_BYTES);
                if (found != expected) {
                    throw new AssertionError("a store went past the memory seam: the word at 0x"
                            + Long.toHexString(wordOffset) + " of the file is 0x" + Long.toHexString(found)
                            + ", recorded was 0x" + Long.toHexString(expected));
                }
            }
        }
    }

    // ----------------------------------------------------------------------------------------------- the recorder

    @Override
    public void mapped(final Path mappedFile, final long address, final long length, final long fileOffset) {
        settle();
        if (names.contains(normal(mappedFile))) {
            addresses.add(address, length, fileOffset);
            adopt(new AddressMap.Region(address, length, fileOffset));
        } else {
            addresses.remove(address, length);
        }
    }

    /** Takes over what was written to the file, rather than stored in memory, before it was mapped. */
    private void adopt(final AddressMap.Region r) {
        forEachPageThatDiffers(r, (offset, inPage, length, memory) -> {
            for (int at = inPage; at < inPage + length; at += WORD_BYTES) {
                final long wordOffset = offset + (at - inPage);
                if (!pending.containsKey(wordOffset & -LINE_BYTES)) {
                    final long found = (long) PendingLine.LONG.get(memory, at);
                    if (found != durableWord(wordOffset)) {
                        PendingLine.LONG.set(durable.pageForWriting(wordOffset), at, found);
                    }
                }
            }
        });
    }

    @Override
    public void unmapped(final long address, final long length) {
        settle();
        final long end = address + length;
        long at = address;
        for (AddressMap.Region r = addresses.firstIn(at, end); r != null; r = addresses.firstIn(at, end)) {
            keepVolatileContent(r, Math.max(at, r.address()), Math.min(end, r.end()));
            at = Math.min(end, r.end());
            if (at == end) {
                break;
            }
        }
        addresses.remove(address, length);
    }

    private void keepVolatileContent(final AddressMap.Region r, final long from, final long to) {
        final long first = r.toFileOffset(from);
        final long last = r.toFileOffset(to);
        final byte[] bytes = new byte[LINE_BYTES];
        for (final FileRange range : volatileRanges) {
            for (long o = Math.max(first, range.offset());
                    o < Math.min(Math.min(last, range.end()), durable.bytes());
                    o += LINE_BYTES) {
                Memory.copyOut(r.toAddress(o), bytes, Memory.ARRAY_BASE, LINE_BYTES);
                System.arraycopy(bytes, 0, durable.pageForWriting(o), (int) (o % ByteImage.PAGE_BYTES), LINE_BYTES);
            }
        }
    }

    @Override
    public void fileSized(final Path sizedFile, final long bytes) {
        if (names.contains(normal(sizedFile))) {
            settle();
            fileExists = true;
            if (bytes < durable.bytes()) {
                pending.values().removeIf(line -> line.fileOffset() >= bytes);
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
        if (!crashed && names.contains(normal(syncedFile))) {
            if (isPaged) {
                completeHandOver();
            } else if (hasInherited) {
                settle();
                List.copyOf(pending.values()).forEach(line -> becomeDurable(line, line.count()));
            }
        }
    }

    @Override
    public void syncing(final Path syncedFile) {
        if (isPaged && !crashed && names.contains(normal(syncedFile))) {
            settle();
            handOver(List.copyOf(pending.values()));
        }
    }

    @Override
    public void rangeSyncing(final long address, final long length) {
        if (isPaged && !crashed) {
            final long first = address & -ByteImage.PAGE_BYTES;
            handOver(linesIn(first, (address + length - 1 | ByteImage.PAGE_BYTES - 1) + 1));
        }
    }

    @Override
    public void rangeSynced() {
        if (isPaged) {
            completeHandOver();
        }
    }

    @Override
    public void loadAcquire(final long address) {
        if (crashed || pending.isEmpty()) {
            return;
        }
        final AddressMap.Region r = addresses.firstIn(address, address + 1);
        if (r != null) {
            settle();
            final PendingLine line = pending.get(r.toFileOffset(address) & -LINE_BYTES);
            final Integer thread = threadNumbers.get(Thread.currentThread());
            if (line != null) {
                line.look(thread == null ? -1 : thread);
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
        if (crashed || !touchesTracked(address, address + length)) {
            return;
        }
        checkThread();
        settle();
        event(kind);
        announcedAddress = address;
        announcedLength = length;
        announcedRelease = kind == EventKind.STORE_RELEASE
                && !(hasPendingLine(address) && Mutants.isLeftOut(Mutants.Kind.RELEASE));
        announcedThread = threadNumber();
    }

    private boolean hasPendingLine(final long address) {
        final AddressMap.Region r = addresses.firstIn(address, address + 1);
        return r != null && pending.containsKey(r.toFileOffset(address) & -LINE_BYTES);
    }

    private boolean touchesTracked(final long from, final long to) {
        long at = from;
        for (AddressMap.Region r = addresses.firstIn(at, to); r != null; r = addresses.firstIn(at, to)) {
            at = Math.max(at, r.address());
            final long end = Math.min(to, r.end());
            for (; at < end; at = (at & -LINE_BYTES) + LINE_BYTES) {
                if (!isVolatile(r.toFileOffset(at))) {
                    return true;
                }
            }
            if (end == to) {
                break;
            }
            at = end;
        }
        return false;
    }

    @Override
    public void writeBack(final long address, final long length) {
        if (!crashed && !isPaged) {
            handOver(linesIn(address, address + length));
        }
    }

    private void handOver(final List<PendingLine> lines) {
        if (lines.isEmpty() || Mutants.isLeftOut(Mutants.Kind.WRITE_BACK)) {
            return;
        }
        checkThread();
        event(EventKind.WRITE_BACK);
        final Map<PendingLine, Integer> handed = handedOver.get(threadNumber());
        for (final PendingLine line : lines) {
            if (line.count() > 0) {
                handed.put(line, line.count());
            }
        }
    }

    /** The lines of a range that have pending stores. */
    private List<PendingLine> linesIn(final long from, final long to) {
        settle();
        final List<PendingLine> lines = new ArrayList<>();
        long at = from & -LINE_BYTES;
        for (AddressMap.Region r = addresses.firstIn(at, to); r != null; r = addresses.firstIn(at, to)) {
            final long end = Math.min(to, r.end());
            for (at = Math.max(at, r.address()); at < end; at += LINE_BYTES) {
                final PendingLine line = pending.get(r.toFileOffset(at));
                if (line != null) {
                    lines.add(line);
                } else {
                    cleanLinesWrittenBack += isPaged ? 0 : 1;
                }
            }
            if (end == to) {
                break;
            }
        }
        return lines;
    }

    @Override
    public void fence() {
        if (!isPaged) {
            completeHandOver();
        }
    }

    private void completeHandOver() {
        if (crashed || handedOver.isEmpty()) {
            return;
        }
        final Integer thread = threadNumbers.get(Thread.currentThread());
        if (thread == null || handedOver.get(thread).isEmpty()) {
            return;
        }
        checkThread();
        settle();
        if (Mutants.isLeftOut(Mutants.Kind.FENCE)) {
            return;
        }
        event(EventKind.FENCE);
        final Map<PendingLine, Integer> handed = handedOver.get(thread);
        final Map<PendingLine, Integer> now = Map.copyOf(handed);
        handed.clear();
        now.forEach(this::becomeDurable);
    }

    private void becomeDurable(final PendingLine line, final int stores) {
        if (stores == 0) {
            // Another thread's fence came first, and the line may be a new one by now.
            return;
        }
        line.settleFirst(durable.pageForWriting(line.fileOffset()), stores);
        if (line.count() == 0) {
            pending.remove(line.fileOffset());
        }
        for (final Map<PendingLine, Integer> other : handedOver) {
            // What another thread has handed over of this line is, in part, durable already.
            other.computeIfPresent(line, (l, n) -> Math.max(0, n - stores));
        }
    }

    /** Reads the bytes of the store that was announced last, if any. It must have happened. */
    public void settle() {
        if (announcedLength == 0) {
            return;
        }
        final long to = announcedAddress + announcedLength;
        long at = announcedAddress;
        announcedLength = 0;
        for (AddressMap.Region r = addresses.firstIn(at, to); r != null; r = addresses.firstIn(at, to)) {
            at = Math.max(at, r.address());
            final long end = Math.min(to, r.end());
            while (at < end) {
                final long word = at & -WORD_BYTES;
                final long next = Math.min(end, word + WORD_BYTES);
                add(r.toFileOffset(word), mask(at - word, next - word), Memory.getLong(word));
                at = next;
            }
            if (end == to) {
                break;
            }
        }
    }

    private void add(final long wordOffset, final int byteMask, final long value) {
        if (isVolatile(wordOffset)) {
            return;
        }
        final long lineOffset = wordOffset & -LINE_BYTES;
        final int word = (int) (wordOffset - lineOffset) / WORD_BYTES;
        PendingLine line = pending.get(lineOffset);
        if (line == null) {
            if (value == durableWord(wordOffset)) {
                return;
            }
            line = new PendingLine(lineOffset, durable.pageForWriting(lineOffset));
            pending.put(lineOffset, line);
        }
        // A store of what is there already makes no image that is not possible without it.
        if (line.visible(word) != value) {
            line.add(word, byteMask, value, announcedRelease, announcedThread, ++stores);
        }
    }

    private long durableWord(final long wordOffset) {
        final byte[] page = durable.page(wordOffset);
        return page == null ? 0 : (long) PendingLine.LONG.get(page, (int) (wordOffset % ByteImage.PAGE_BYTES));
    }

    private static int mask(final long fromByte, final long toByte) {
        return (int) ((1L << toByte) - (1L << fromByte));
    }

    private void event(final EventKind kind) {
        if (inListener) {
            return;
        }
        events++;
        if (events == crashAt) {
            crashed = true;
            throw new SimulatedCrash(events);
        }
        final CrashPointListener l = listener;
        if (l != null) {
            inListener = true;
            try {
                l.before(events, kind);
            } finally {
                inListener = false;
                settle();
            }
        }
    }

    private void checkThread() {
        final Thread here = Thread.currentThread();
        if (runner == null) {
            runner = here;
        }
        if (runner != here) {
            throw new AssertionError(
                    here + " stores while the simulator follows " + runner + ": it is for one thread at a time");
        }
        threadNumber();
    }

    private int threadNumber() {
        return threadNumbers.computeIfAbsent(Thread.currentThread(), t -> {
            handedOver.add(new HashMap<>());
            return handedOver.size() - 1;
        });
    }

    private boolean isVolatile(final long offset) {
        int low = 0;
        int high = volatileRanges.length - 1;
        while (low <= high) {
            final int middle = (low + high) >>> 1;
            final FileRange range = volatileRanges[middle];
            if (offset < range.offset()) {
                high = middle - 1;
            } else if (offset >= range.end()) {
                low = middle + 1;
            } else {
                return true;
            }
        }
        return false;
    }

    private static Path normal(final Path path) {
        return path.toAbsolutePath().normalize();
    }
}
