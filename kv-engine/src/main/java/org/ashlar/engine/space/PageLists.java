package org.ashlar.engine.space;

import java.util.concurrent.ConcurrentLinkedQueue;
import org.ashlar.pmem.CoreDescriptor;
import org.ashlar.pmem.Descriptors;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.RecordedLock;

/** For each size class: the list of pages with room, linked through their descriptors, and the fresh pages of its newest span. */
final class PageLists {
    private static final class OfClass {
        final RecordedLock lock = new RecordedLock();
        long head; // page plus one
        long freshNext;
        long freshEnd;
    }

    private record Foreign(int sizeClass, long page) {}

    private final OfClass[] lists;
    private final Descriptors descriptors;

    /** Pages that were found on the list of a class that their span has left; seldom any. */
    private final ConcurrentLinkedQueue<Foreign> foreign = new ConcurrentLinkedQueue<>();

    PageLists(final int classes, final Descriptors descriptors) {
        this.descriptors = descriptors;
        lists = new OfClass[classes];
        for (int i = 0; i < classes; i++) {
            lists[i] = new OfClass();
        }
    }

    /** Guards the list and the fresh pages of a class. */
    RecordedLock lock(final int sizeClass) {
        return lists[sizeClass].lock;
    }

    void push(final int sizeClass, final long page) {
        final OfClass list = lists[sizeClass];
        list.lock.lock();
        try {
            Memory.putLong(descriptors.core(page) + CoreDescriptor.NEXT_OFFSET, list.head);
            list.head = page + 1;
        } finally {
            list.lock.unlock();
        }
    }

    /** First page of the list, which it leaves; -1 when empty, or where its descriptor cannot be read: nobody knows what was behind it. */
    long pop(final int sizeClass) {
        final OfClass list = lists[sizeClass];
        list.lock.lock();
        try {
            final long page = list.head - 1;
            if (page >= 0 && !descriptors.isReadable(page)) {
                list.head = 0;
                return -1;
            }
            if (page >= 0) {
                list.head = Memory.getLong(descriptors.core(page) + CoreDescriptor.NEXT_OFFSET);
            }
            return page;
        } finally {
            list.lock.unlock();
        }
    }

    void pushForeign(final int sizeClass, final long page) {
        foreign.add(new Foreign(sizeClass, page));
    }

    /** Brings pages to the list they belong on; with no class's lock held, since two may not be. */
    void deliverForeign() {
        for (Foreign f = foreign.poll(); f != null; f = foreign.poll()) {
            push(f.sizeClass, f.page);
        }
    }

    /** Next fresh page, or -1. With the lock held. */
    long takeFresh(final int sizeClass) {
        final OfClass list = lists[sizeClass];
        return list.freshNext < list.freshEnd ? list.freshNext++ : -1;
    }

    /** Whether there is a fresh page. A racy look. */
    boolean hasFresh(final int sizeClass) {
        return lists[sizeClass].freshNext < lists[sizeClass].freshEnd;
    }

    /** With the lock held. */
    void setFresh(final int sizeClass, final long first, final long end) {
        lists[sizeClass].freshNext = first;
        lists[sizeClass].freshEnd = end;
    }
}
