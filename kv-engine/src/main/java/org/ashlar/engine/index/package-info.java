/**
 * The hash index of one map: extendible hashing over 4 KiB pages with durable, lock-free reads.
 *
 * <p>Top to bottom: the map's root word names either its only leaf page, or a root record; the root record is an immutable array of
 * segment words; a segment is a page of 256 leaf words; a leaf page holds entries; an entry points at a record. Root records,
 * segments and the words in them are hints that may lag behind splits: the truth is the chain of forward words from parent pages
 * to their children. So nothing there needs a DIRTY bit, and a parent is retired only when no word names it, durably.
 *
 * <p>A departure from the reference design: a segment split copies the root array (8 bytes for 256 leaf words) and publishes it with
 * one root word, instead of changing root entries in place. That leaves no half-done state to repair. The two children of a leaf need
 * not be neighbours: the forward word holds one page and the signed distance to the other, so single free pages can be reused.
 */
@NullMarked
package org.ashlar.engine.index;

import org.jspecify.annotations.NullMarked;
