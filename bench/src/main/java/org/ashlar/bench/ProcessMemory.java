package org.ashlar.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this process takes of the machine's memory, from {@code /proc/self/smaps} and {@code /proc/self/status}.
 * ({@code smaps_rollup} will not do: it counts a shared mapping's pages as private while no one else maps them.)
 *
 * @param privateBytes pages of this process alone, those of the file's mappings excepted
 * @param fileResidentBytes pages of the file that this process has mapped
 * @param fileHugeBytes what of them it has mapped by pages of 2 MiB
 * @param pageTableBytes page tables
 */
public record ProcessMemory(long privateBytes, long fileResidentBytes, long fileHugeBytes, long pageTableBytes) {
    private static final Pattern MAPPING = Pattern.compile("[0-9a-f]+-[0-9a-f]+ \\S+ \\S+ \\S+ (\\d+) *(.*)");
    private static final Pattern KILOBYTES = Pattern.compile("(\\w+):\\s+(\\d+) kB");

    /** Measures, with all mappings. */
    static ProcessMemory ofAll() throws IOException {
        return without((inode, name) -> false);
    }

    /**
     * Measures.
     *
     * @param file whose mappings are counted apart; they are known by its inode, as it may have had another name when it
     *     was mapped
     */
    static ProcessMemory withoutFile(final Path file) throws IOException {
        final String inode = Files.getAttribute(file, "unix:ino").toString();
        return without((inodeOfMapping, name) -> inodeOfMapping.equals(inode));
    }

    /**
     * Measures.
     *
     * @param folder the mappings of whose files, of those deleted meanwhile too, are counted apart; they are known by
     *     their names
     */
    public static ProcessMemory withoutFilesOf(final Path folder) throws IOException {
        final String prefix = folder.toRealPath() + "/";
        return without((inodeOfMapping, name) -> name.startsWith(prefix));
    }

    private static ProcessMemory without(final BiPredicate<String, String> isCountedApart) throws IOException {
        long privateBytes = 0;
        long fileBytes = 0;
        long hugeBytes = 0;
        boolean ofFile = false;
        try (BufferedReader lines = Files.newBufferedReader(Path.of("/proc/self/smaps"))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                final Matcher mapping = MAPPING.matcher(line);
                if (mapping.matches()) {
                    ofFile = isCountedApart.test(mapping.group(1), mapping.group(2));
                } else if (ofFile) {
                    fileBytes += bytes(line, "Rss");
                    hugeBytes += bytes(line, "ShmemPmdMapped") + bytes(line, "FilePmdMapped");
                } else {
                    privateBytes += bytes(line, "Private_Clean") + bytes(line, "Private_Dirty");
                }
            }
        }
        return new ProcessMemory(privateBytes, fileBytes, hugeBytes, pageTables());
    }

    private static long pageTables() throws IOException {
        long bytes = 0;
        for (final String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            bytes += bytes(line, "VmPTE");
        }
        return bytes;
    }

    private static long bytes(final String line, final String name) {
        if (!line.startsWith(name)) {
            return 0;
        }
        final Matcher value = KILOBYTES.matcher(line);
        return value.matches() && value.group(1).equals(name) ? Long.parseLong(value.group(2)) << 10 : 0;
    }
}
