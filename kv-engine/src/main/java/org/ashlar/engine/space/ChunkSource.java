package org.ashlar.engine.space;

import org.ashlar.engine.epoch.Participant;

/** Where an allocation gets chunks from, when what its class has is used up. */
interface ChunkSource {
    /** Takes a chunk, for a piece of so many bytes. With the space lock held. */
    int takeChunk(int kind, long bytes);

    /** Takes a run of chunks for one large record. With the space lock held. */
    int takeChunkRun(int count);

    /** Judges a few pages that earlier opens left; whether there were any. */
    boolean sweepSome(Participant participant);

    /** So many pages of free space have been given to a size class, or to runs; those come in whole chunks only. */
    void noteTaken(int pages, boolean wholeChunks);
}
