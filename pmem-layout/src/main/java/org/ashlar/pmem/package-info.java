/**
 * The layout of a pool on persistent memory; it knows nothing of keys and values, and any engine can sit on it.
 *
 * <p>A {@link org.ashlar.pmem.Pool} is a file of linear bytes, directly mapped: its bytes are the cache, and there is no other.
 * Every page of 4 KiB has a volatile 64-byte {@linkplain org.ashlar.pmem.CoreDescriptor descriptor}, every chunk of pages a
 * volatile {@linkplain org.ashlar.pmem.ChunkHeader header}; sections of chunks are the unit of mapping and growth. The format is
 * in this module's {@code FORMAT.md}.
 *
 * <h2>What it promises</h2>
 *
 * <ul>
 *   <li>A crash at any point of creation, open, growth or close leaves a pool that opens, or a draft that is created anew.
 *   <li>What is called allocated has blocks on the device: no store to it fails for want of space. What is not must not be
 *       touched, be it by a read.
 *   <li>Opening costs a bounded amount for each section, and touches no descriptor.
 *   <li>Nothing volatile is trusted across opens: a descriptor counts only under the current {@linkplain
 *       org.ashlar.pmem.Pool#openStamp stamp}, which is durable before anything bears it.
 *   <li>The durability that {@link org.ashlar.pmem.DurabilityReport} names is what was obtained, not what was hoped for.
 *   <li>A refusal is a {@link org.ashlar.pmem.PoolException} with its reason, before a byte is changed.
 * </ul>
 *
 * <h2>Who may call it</h2>
 *
 * <p>Any thread, virtual ones too; interrupts are ignored. All loads and stores on mapped addresses go through {@link
 * org.ashlar.pmem.Memory}, all durability through {@link org.ashlar.pmem.Persistence}. Addresses are raw: whoever uses them keeps
 * them apart from close; {@link org.ashlar.pmem.LinearRegion} is the checked way.
 *
 * <p>The critical path is {@link org.ashlar.pmem.Descriptors}, {@link org.ashlar.pmem.Memory} and {@link
 * org.ashlar.pmem.Persistence}: they allocate nothing. Everything else is for open, growth and close.
 *
 * <p>It uses Agrona for raw memory and JNA, in {@code NativeLinux} alone, for system calls.
 */
@NullMarked
package org.ashlar.pmem;

import org.jspecify.annotations.NullMarked;
