package org.ashlar.kv;

/**
 * A walk through a whole store that checks every structure, piece by piece. For a scrub at a limited rate, wait between the pieces:
 *
 * <pre>{@code
 * Verification scrub = store.verification();
 * while (scrub.step(1 << 20)) {
 *     Thread.sleep(100); // some 10 MiB a second
 * }
 * VerifyReport report = scrub.report();
 * }</pre>
 *
 * <p>Between two steps it holds nothing of the store: writers write, readers read, maps may be dropped, what was deleted is used again. Each
 * record that is there from the first step to the last is checked once. That live and free space add up, and that no place has two owners, is
 * checked where nothing was changed from the first step to the last; on such a store, what is found is what {@link Store#verify} finds.
 *
 * <p>For use by one thread at a time. It keeps a few bytes of heap for each record, as {@link Store#verify} does.
 */
public interface Verification {
    /**
     * Does the next piece. A piece ends at the first index page after so many bytes of records and index pages, so it may read more: at least one
     * page with the records that it names. The first steps judge what earlier opens left; the last compares the walk with the allocator,
     * which reads no record, but looks at the descriptor of each page in use.
     *
     * @param maxBytes how many bytes to read, more than 0
     * @return false when the walk is finished; nothing happens then
     * @throws IllegalArgumentException when the number is not more than 0
     * @throws StoreClosedException when the store is closed
     * @throws MediaErrorException when the device fails where the walk cannot go on
     */
    boolean step(long maxBytes);

    /**
     * How far the walk is. An estimate, as maps differ in size; it never falls.
     *
     * @return 0 at the beginning, 1 when it is finished
     */
    double progress();

    /**
     * How much was read.
     *
     * @return bytes of records and index pages
     */
    long bytesRead();

    /**
     * What was found.
     *
     * @return the report of the whole store when the walk is finished, else of what was walked until now
     * @throws StoreClosedException when the store is closed
     */
    VerifyReport report();
}
