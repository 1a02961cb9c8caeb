package org.ashlar.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What left the machine before each cut of its power, the last one included. */
final class PowerCutHistory {
    /** What begins a line that tells the end of a cut. */
    static final String SETTLED = "settled";

    /**
     * How many operations of each writer were acknowledged before each earlier cut, and behind those numbers 1 or 0: whether the one that the
     * writer was at has happened.
     */
    private final List<long[]> settled;

    /** How many operations of each writer were acknowledged before the last cut. */
    private final long[] acknowledged;

    private PowerCutHistory(final List<long[]> settled, final long[] acknowledged) {
        this.settled = settled;
        this.acknowledged = acknowledged;
    }

    /**
     * Reads both.
     *
     * @param history the lines that {@link #line} made after the earlier cuts, in their order
     * @param output what {@link PowerCutWriter} said last; what others said before it begins, and after the check begins, is left out
     */
    static PowerCutHistory read(final Path history, final Path output) throws IOException {
        final List<long[]> settled = new ArrayList<>();
        for (final String line : Files.readAllLines(history)) {
            final String[] numbers = line.substring(SETTLED.length()).strip().split(" ");
            settled.add(Arrays.stream(numbers).mapToLong(Long::parseLong).toArray());
        }
        final String said = Files.readString(output, StandardCharsets.ISO_8859_1);
        final String begin = "\n" + PowerCutWriter.BEGIN + "\n";
        final int end = said.indexOf(PowerCutCheck.BEGIN);
        final long[] acknowledged = new long[PowerCutPools.writers()];
        said.substring(said.indexOf(begin) + begin.length(), end < 0 ? said.length() : end)
                .chars()
                .map(c -> c - '0')
                .filter(writer -> writer >= 0 && writer < acknowledged.length)
                .forEach(writer -> acknowledged[writer]++);
        return new PowerCutHistory(settled, acknowledged);
    }

    /** The number of the last cut. */
    int lastCut() {
        return settled.size();
    }

    /** How many operations of each of a pool's writers were acknowledged before a cut. */
    long[] acknowledged(final int cut, final int pool) {
        final long[] all = cut == lastCut() ? acknowledged : settled.get(cut);
        final int first = pool * KillWorkload.WRITERS;
        return Arrays.copyOfRange(all, first, first + KillWorkload.WRITERS);
    }

    /** Of each of a pool's writers, whether the operation that it was at when an earlier cut came has happened. */
    boolean[] happened(final int cut, final int pool) {
        final boolean[] happened = new boolean[KillWorkload.WRITERS];
        for (int writer = 0; writer < happened.length; writer++) {
            happened[writer] = settled.get(cut)[acknowledged.length + pool * KillWorkload.WRITERS + writer] == 1;
        }
        return happened;
    }

    /** The line that tells the end of the last cut. */
    String line(final List<boolean[]> happenedByPool) {
        final StringBuilder line = new StringBuilder(SETTLED);
        for (final long count : acknowledged) {
            line.append(' ').append(count);
        }
        for (final boolean[] happened : happenedByPool) {
            for (final boolean one : happened) {
                line.append(one ? " 1" : " 0");
            }
        }
        return line.toString();
    }
}
