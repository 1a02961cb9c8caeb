/**
 * A binding for the YCSB client ({@code site.ycsb:core}), so that users of YCSB can measure Ashlar with their own tool.
 * {@link org.ashlar.bench.ycsb.AshlarDb} is the binding, {@link org.ashlar.bench.ycsb.RunYcsb} runs the client with it.
 */
@NullMarked
package org.ashlar.bench.ycsb;

import org.jspecify.annotations.NullMarked;
