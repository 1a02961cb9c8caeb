package org.ashlar.bench;

import java.util.List;
import org.ashlar.kv.KvMap;

/**
 * The three operations whose cost {@link SizesPart} tells, on a store or on the floor under it.
 *
 * @param insert stores records from the first on, as many as there are; run once
 * @param get copies values out
 * @param update stores values in place of others
 */
record SizedOperations(Operation insert, Operation get, Operation update) {
    static SizedOperations ofRecords(final List<KvMap> maps, final int records) {
        final MapsOperations operations = new MapsOperations(maps, records);
        return new SizedOperations(operations::insert, operations::get, operations::update);
    }

    static SizedOperations of(final RawProbe probe) {
        final RawProbe.Operations operations = probe.operations(0, 1, 1);
        return new SizedOperations(
                count -> {
                    probe.fillDurably();
                    return count;
                },
                operations::get,
                operations::update);
    }

    static SizedOperations of(final ValueOperations values) {
        return new SizedOperations(
                count -> {
                    values.fill();
                    return count;
                },
                values::read,
                values::write);
    }

    static SizedOperations of(final RawValueOperations values) {
        return new SizedOperations(
                count -> {
                    values.fillDurably();
                    return count;
                },
                values::read,
                values::writeAndPersist);
    }
}
