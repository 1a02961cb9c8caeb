package org.ashlar.bench.compare;

/**
 * What a contender takes at one moment, in bytes.
 *
 * @param heap live objects
 * @param privateMemory of the process, its files' mappings excepted
 * @param pageTables of the process
 * @param files blocks of its files
 */
record Footprint(long heap, long privateMemory, long pageTables, long files) {}
