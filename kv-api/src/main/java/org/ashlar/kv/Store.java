package org.ashlar.kv;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.ashlar.kv.spi.StoreProvider;

/**
 * An open store: one pool file with named maps in it.
 *
 * <p>Safe for use by any number of threads, virtual ones too. One process at a time may have a store open for writing.
 * After {@link #close} every call on the store and on its maps throws {@link StoreClosedException}; none touches unmapped
 * memory.
 *
 * <p>What "durable" means for this store is decided when it is opened and told by {@link #durability}.
 */
public interface Store extends AutoCloseable {

    /**
     * Opens the store in a file with the default options; creates it where the file does not exist.
     *
     * @param path the pool file
     * @return the open store
     * @throws StoreException one of its subclasses, with the reason, when the file cannot be opened; nothing is changed then
     */
    static Store open(final Path path) {
        return open(path, StoreOptions.defaults());
    }

    /**
     * Opens the store in a file; creates it where the file does not exist and the options allow it.
     *
     * @param path the pool file
     * @param options how to open it
     * @return the open store
     * @throws StoreException one of its subclasses, with the reason, when the file cannot be opened; nothing is changed then
     */
    static Store open(final Path path, final StoreOptions options) {
        return StoreProvider.find().open(path, options);
    }

    /**
     * Copies every readable record of a damaged pool to a new one. The damaged pool is read by system calls, under a shared lock, and never
     * written; it need not be one that {@link #open(Path) opens}.
     *
     * <p>A record that a sound way through the index leads to, and that passes its checksum, is <i>certain</i>: it is copied. Where the index is
     * damaged, records are looked for in the space itself; only the index could tell a record that was deleted or replaced from the live
     * one, so those that are found there are copied only for keys that have no certain record, and reported as <i>doubtful</i>. What is in a
     * damaged place is reported as lost.
     *
     * <p>Where neither header of the pool tells its sizes, those of {@code targetOptions} are taken for it: give the options that it was
     * created with. Takes time in proportion to the pool, and heap in proportion to what is doubtful or lost.
     *
     * @param damaged the pool file to read
     * @param target the pool file to create; there must be none
     * @param targetOptions how to create it; its maximum size must have room for the records
     * @return what was copied, and what was not
     * @throws CorruptStoreException when nothing tells how the damaged pool is laid out; nothing is created then
     * @throws StoreLockedException when the damaged pool is open for writing
     * @throws StoreUnavailableException when the target exists, or a file cannot be opened
     * @throws StoreFullException when the target has no room; it keeps what was copied until then
     */
    static SalvageReport salvage(final Path damaged, final Path target, final StoreOptions targetOptions) {
        return StoreProvider.find().salvage(damaged, target, targetOptions);
    }

    /**
     * The map of a name; creates it, durably, where it does not exist.
     *
     * @param name 1 to 1,024 bytes in UTF-8
     * @return the map; the same name gives handles to the same map
     * @throws IllegalArgumentException when the name is empty or too long
     * @throws StoreClosedException when the store is closed
     * @throws ReadOnlyStoreException when there is no such map, and the store was opened read-only
     * @throws StoreFullException when there is no room for the map
     */
    KvMap map(String name);

    /**
     * Drops a map: its name and all that it holds are gone, durably, when this returns, in one step and in constant time. Its space is given
     * back bit by bit, when the operations that were running have ended. Handles to it throw {@link MapDroppedException} from then
     * on, also when a new map of the same name is made.
     *
     * @param name of the map
     * @return true when there was such a map
     * @throws StoreClosedException when the store is closed
     * @throws ReadOnlyStoreException when the store was opened read-only
     */
    boolean dropMap(String name);

    /**
     * Gives a map another name, durably, in one step. Handles to it stay handles to it, under the new name.
     *
     * @param from name of the map
     * @param to 1 to 1,024 bytes in UTF-8
     * @return true when there was such a map
     * @throws IllegalArgumentException when the new name is empty or too long
     * @throws MapExistsException when a map has the new name, the same one included; nothing is changed then
     * @throws StoreClosedException when the store is closed
     * @throws ReadOnlyStoreException when the store was opened read-only
     * @throws StoreFullException when there is no room for the record that names it; nothing is changed then
     */
    boolean renameMap(String from, String to);

    /**
     * The names of all maps.
     *
     * @return a copy, sorted
     * @throws StoreClosedException when the store is closed
     */
    Set<String> mapNames();

    /**
     * Waits until the device has what writes that returned before this call have stored. That is so already, and this does nothing,
     * where {@link #durability} is {@link Durability#POWER_FAILURE}. With {@link Durability#PROCESS_CRASH} on a disk it is what makes them survive a
     * power failure, as long as nothing is written after it: pages of later writes reach the device in any order, and can take with them
     * what they replaced. A file system in memory forgets all the same.
     *
     * @throws StoreClosedException when the store is closed
     * @throws MediaErrorException when the device fails; the store has failed for good then
     */
    void sync();

    /**
     * Gives as much space as possible back to the file system: moves records out of parts of the pool that are sparse, and takes the
     * device's blocks from chunks that are free then (hole punching). The file keeps its length. Writers go on meanwhile; they do as much of
     * this by themselves as keeps the pool from growing for nothing. Takes time in proportion to the data.
     *
     * @return bytes given back, 0 or more; where the file system cannot punch holes they stay with the file
     * @throws StoreClosedException when the store is closed
     * @throws ReadOnlyStoreException when the store was opened read-only
     */
    long compact();

    /**
     * What durability was obtained, which may be less or more than was asked for.
     *
     * @return the report made at open
     */
    DurabilityInfo durability();

    /**
     * Figures of the store as it is now. Reads no record and nothing that this open has not initialised: it looks at the state of each chunk in
     * use, and of some 130,000 pages at most, which takes up to a few milliseconds. Operations pay nothing for it.
     *
     * @return a snapshot; its parts are not taken at one instant
     * @throws StoreClosedException when the store is closed
     */
    StoreStats stats();

    /**
     * The pages that reads hit most since the open, for whom a store with {@linkplain StoreOptions#extendedDescriptors extended descriptors}
     * keeps count. Looks at each page in use once.
     *
     * @param limit how many at most
     * @return pages that were read or written, hottest first; none when the store was opened without extended descriptors
     * @throws StoreClosedException when the store is closed
     */
    List<PageInfo> hottestPages(int limit);

    /**
     * Walks the whole store and checks every structure: each entry points at a valid record, no space has two owners, live
     * and free space add up. Takes time in proportion to the data; concurrent writes make it report only what is certain.
     *
     * @return what was found
     * @throws StoreClosedException when the store is closed
     */
    VerifyReport verify();

    /**
     * Begins a walk that checks what {@link #verify} checks, in pieces (a scrub): the caller decides how much is read when, and the store serves
     * meanwhile. Nothing is read before the first {@link Verification#step}, and nothing need be closed: a walk can be left unfinished.
     *
     * @return the walk, at its beginning
     * @throws StoreClosedException when the store is closed
     */
    Verification verification();

    /**
     * Closes the store: waits up to ten seconds for running calls, then as {@link #close(Duration)}.
     *
     * @throws IllegalStateException when called from inside a read scope of this store
     */
    @Override
    void close();

    /**
     * Closes the store. New calls are refused at once; running ones are waited for up to the limit. When some are still
     * running then, the store is closed all the same, and its memory stays mapped until this process ends, so that nothing
     * can crash. Calling it again does nothing.
     *
     * @param limit how long to wait for running calls, 0 or more
     * @return true when all calls had ended and the memory was unmapped
     * @throws IllegalStateException when called from inside a read scope of this store
     */
    boolean close(Duration limit);
}
