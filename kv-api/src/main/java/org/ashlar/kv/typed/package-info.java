/**
 * Maps from objects to objects: a {@link org.ashlar.kv.typed.TypedMap} puts a {@link org.ashlar.kv.typed.Codec} for its keys and one
 * for its values before a {@link org.ashlar.kv.KvMap}, and offers it as a {@link java.util.concurrent.ConcurrentMap} too.
 *
 * <pre>{@code
 * TypedMap<String, Long> visits = TypedMap.of(store.map("visits"), Codecs.STRING, Codecs.LONG);
 * visits.merge("/index.html", 1L, Long::sum);
 * Map<String, Long> map = visits.asConcurrentMap();
 * }</pre>
 *
 * <p><b>What is stored</b> is what the codecs write and nothing else: no class names, no versions. The same map may be used as bytes at
 * the same time, and a typed map over bytes of another codec is found out only where that codec's own checks find it out: it throws
 * {@link org.ashlar.kv.typed.DecodeException}.
 *
 * <p><b>Equality is equality of encoded bytes</b>, for keys and wherever a value is compared with an expected one; {@code equals} is not
 * asked. So a codec for keys must write the same bytes for two objects that are to be the same key.
 *
 * <p><b>Objects are copies.</b> Each read makes a new object of the bytes; changing it changes nothing in the store.
 *
 * <p><b>Nulls</b> are refused with {@link java.lang.NullPointerException}: as keys, values, functions and codecs.
 *
 * <p><b>Durability, concurrency and exceptions</b> are those of {@link org.ashlar.kv.KvMap}. Codecs run inside a read scope or on a value
 * that is being stored, so they should be quick, and one object serves all threads. Functions that a caller passes run under no lock and
 * in no read scope, may call the store, and may run more than once.
 *
 * <p>This package uses {@code org.ashlar.kv} and Agrona's buffers, and no engine.
 */
@NullMarked
package org.ashlar.kv.typed;

import org.jspecify.annotations.NullMarked;
