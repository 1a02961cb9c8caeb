package org.ashlar.bench;

import java.io.IOException;

/**
 * What one round of {@link ChurnPart} found.
 *
 * @param number of the round
 * @param liveBytes of headers, keys and values
 * @param userBytes of keys and values
 * @param sizes how many sizes the live records have
 * @param chunkBytes of a chunk
 * @param bytesInUse of chunks that hold something or cannot be had for anything else
 * @param indexBytes of index pages, live and free
 * @param freeSlotBytes in use: of slots and spans of slots that are free
 * @param freeRunBytes in use: of pages for runs that are free
 * @param unjudgedBytes in use: what this open has not looked at yet
 * @param blockBytes that the device has given to the file
 * @param longestPutNanos by the clock
 * @param longestNoOpNanos by the clock: the longest that something of the same length, which does nothing, was held up
 * @param usualPutNanos what 99.9% of the puts took at most
 * @param longestPutCpuNanos the most CPU time that a put took: what it waited, or the machine did meanwhile, is not in it
 * @param longestDeleteNanos by the clock
 */
record ChurnRound(
        int number,
        long liveBytes,
        long userBytes,
        int sizes,
        long chunkBytes,
        long bytesInUse,
        long indexBytes,
        long freeSlotBytes,
        long freeRunBytes,
        long unjudgedBytes,
        long blockBytes,
        long longestPutNanos,
        long longestNoOpNanos,
        long usualPutNanos,
        long longestPutCpuNanos,
        long longestDeleteNanos) {

    /** Pool bytes in use for each live one. */
    double ratio() {
        return (double) bytesInUse / liveBytes;
    }

    /** The same, when one chunk for each size in use is taken off. */
    double ratioBeyondChunks() {
        return (double) (bytesInUse - sizes * chunkBytes) / liveBytes;
    }

    /** In the child: tells it. */
    void tell() {
        Child.tell("round", number);
        Child.tell("live bytes", liveBytes);
        Child.tell("user bytes", userBytes);
        Child.tell("sizes", sizes);
        Child.tell("chunk bytes", chunkBytes);
        Child.tell("bytes in use", bytesInUse);
        Child.tell("index bytes", indexBytes);
        Child.tell("free slot bytes", freeSlotBytes);
        Child.tell("free run bytes", freeRunBytes);
        Child.tell("unjudged bytes", unjudgedBytes);
        Child.tell("block bytes", blockBytes);
        Child.tell("longest put nanos", longestPutNanos);
        Child.tell("longest no-op nanos", longestNoOpNanos);
        Child.tell("usual put nanos", usualPutNanos);
        Child.tell("longest put cpu nanos", longestPutCpuNanos);
        Child.tell("longest delete nanos", longestDeleteNanos);
    }

    /** Waits for a child to tell it. All numbers are small enough for a double. */
    static ChurnRound await(final Child child) throws IOException {
        return new ChurnRound(
                (int) child.await("round"),
                (long) child.await("live bytes"),
                (long) child.await("user bytes"),
                (int) child.await("sizes"),
                (long) child.await("chunk bytes"),
                (long) child.await("bytes in use"),
                (long) child.await("index bytes"),
                (long) child.await("free slot bytes"),
                (long) child.await("free run bytes"),
                (long) child.await("unjudged bytes"),
                (long) child.await("block bytes"),
                (long) child.await("longest put nanos"),
                (long) child.await("longest no-op nanos"),
                (long) child.await("usual put nanos"),
                (long) child.await("longest put cpu nanos"),
                (long) child.await("longest delete nanos"));
    }
}
