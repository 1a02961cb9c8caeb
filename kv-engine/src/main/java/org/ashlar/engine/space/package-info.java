/**
 * Space: who owns which bytes of the linear region.
 *
 * <p>Durable truth here is one word per chunk (the chunk table) and one word per span in the first bytes of a slot chunk. All
 * else, bitmaps, counts, lists, locks, lives in descriptors, chunk headers and on the heap, and is derived again after each
 * open, a page at a time: <b>a slot is live if and only if the index entry for the key stored in it points back at it</b>.
 *
 * <p><b>The rule that makes lazy initialisation safe:</b> a record or index page is unlinked only after the page (for runs: the
 * chunk) that holds it was initialised in this open. So while a page is being judged, nothing in it can change from live to
 * dead, and each dead thing is freed exactly once: by the judge if it was dead before, by whoever unlinks it if not.
 *
 * <p><b>Its one exception</b> is what makes the first writes after an open cheap: a put of an ordinary map may replace a record whose page of
 * slots was not initialised. After the unlinking, and a full fence, it looks at the page again. Still untouched: then whoever judges the
 * page, from here on, finds the slot dead, and there is nothing to retire; an epoch passes between the judging and the use, as for all
 * that a judge finds dead, so readers of the record are safe. Touched: then a judge has run at the same time, and may have seen the record
 * live or dead; it is waited for, and the bitmap tells. Nobody else changes that bit before the operation has ended: a page is allocated
 * from after an epoch only.
 *
 * <p><b>Lock order.</b> index page lock, directory lock, then a page's initialisation latch or descriptor lock, a class's lock, the
 * space lock. The judge runs under a latch and reads the index without locks. Nothing here calls user code. A chunk's latch comes before the space lock
 * too: what is free in a chunk is listed before it counts as touched. Who has the space lock waits for that latch only where a chunk is taken,
 * before it gets the word that would have somebody else list what is in it.
 *
 * <p><b>Evacuation.</b> Sparse spans and chunks are emptied by those who take space: {@link org.ashlar.engine.space.Evacuation}. Catalog and root
 * records stay where they are, as their addresses are known elsewhere, and index pages do: chunks that hold them are not given back.
 * A chunk of runs is sparse where its free pages would hold more records of the size of those beside them, and is left only where other
 * chunks have room for all that is in it: of values that take just over half a chunk each has a chunk, and nothing is gained by moving one.
 *
 * <p>A departure from the reference design: a chunk does not belong to one size class; each of its spans (64 KiB) does. With a
 * chunk per class a store of mixed sizes wastes half a chunk for each of about a hundred classes.
 */
@NullMarked
package org.ashlar.engine.space;

import org.jspecify.annotations.NullMarked;
