package org.ashlar.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.ashlar.bench.Records;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawContenderTest {
    private static final int RECORDS = 1001;

    @TempDir
    private Path directory;

    private static long placeOf(final RawContender.SharingSession session, final long asked) {
        session.select(asked, Records.key(asked));
        return session.index();
    }

    private static void insertAll(final Worker worker) {
        for (long i = 0; i < RECORDS; i++) {
            worker.run(Request.of(Request.Kind.INSERT, i));
        }
    }

    @Test
    void threadsShareTheRecordsAndOneAloneHasThemAll() throws IOException {
        final Shape shape = new Shape(RECORDS, Shape.SHORT_KEY_BYTES, Values.SMALL, 3);
        try (OpenStore store = new RawContender().open(directory, shape)) {
            final Set<Long> taken = new HashSet<>();
            for (int thread = 0; thread < shape.threads(); thread++) {
                final RawContender.SharingSession session = (RawContender.SharingSession) store.session(thread);
                final Set<Long> own = new HashSet<>();
                session.share(thread, shape.threads());
                for (long asked = 0; asked < RECORDS; asked++) {
                    own.add(placeOf(session, asked));
                }
                assertEquals(RECORDS / 3, own.size(), "as many as any other's");
                for (final long place : own) {
                    assertTrue(place >= 0 && place < RECORDS && taken.add(place), place + " is another's");
                }
                session.share(0, 1);
                for (long asked = 0; asked < RECORDS; asked++) {
                    assertEquals(asked, placeOf(session, asked));
                }
            }
        }
    }

    @Test
    void whatAThreadReadsInThePlaceOfAnothersIsWhatWasAskedFor() throws IOException {
        final Shape shape = new Shape(RECORDS, Shape.SHORT_KEY_BYTES, Values.SMALL, 2);
        try (OpenStore store = new RawContender().open(directory, shape);
                Session session = store.session(1)) {
            final Worker worker = new Worker(session, shape.values(), 1);
            insertAll(worker);
            session.share(1, 2);
            for (long asked = 0; asked < RECORDS; asked++) {
                worker.run(Request.of(Request.Kind.READ_MODIFY_WRITE, asked)); // checks what it reads
                worker.verify(asked);
            }
        }
    }

    @Test
    void itIsLoadedAndEmptiedAndKeepsItsRecordsFromOneOpenToTheNext() throws IOException {
        final Shape shape = new Shape(RECORDS, Shape.SHORT_KEY_BYTES, Values.SMALL, 1);
        try (OpenStore store = new RawContender().open(directory, shape);
                Session session = store.session(0)) {
            final Worker worker = new Worker(session, shape.values(), 0);
            insertAll(worker);
        }
        try (OpenStore store = new RawContender().open(directory, shape);
                Session session = store.session(0)) {
            final Worker worker = new Worker(session, shape.values(), 0);
            for (long i = 0; i < RECORDS; i++) {
                worker.verify(i);
                worker.run(Request.of(Request.Kind.UPDATE, i));
            }
            for (long i = 0; i < RECORDS; i++) {
                worker.verify(i);
                worker.run(Request.of(Request.Kind.DELETE, i));
                final long deleted = i;
                assertThrows(IllegalStateException.class, () -> worker.verify(deleted));
            }
        }
    }
}
