package org.ashlar.engine.space;

import org.ashlar.engine.epoch.Participant;

/** Where an allocation gets chunks from, when what its class has is used up. */
interface ChunkSource {
    /** Takes a chunk, for a piece of so many bytes. With the space lock held. */
    int takeChunk(int kind, long bytes);

    /** Takes a run of chunks for one large record. With the space lock held. */
    int takeChunkRun(int count);

    /**
     * Judges a few pages that earlier opens left, and takes back what the participant has retired: where little waits there, only if a chunk
     * would have to be taken otherwise.
     *
     * @return whether there were any such pages
     */
    boolean sweepSome(Participant participant, boolean wouldTakeChunk);

    /** So many pages of free space have been given to a size class, or to runs; those come in whole chunks only. */
    void noteTaken(int pages, boolean wholeChunks);
}
