package org.ashlar.examples.tutorial;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The libraries as the modules that they are. Tests run on the class path, where nobody asks their {@code module-info}. */
final class ModulePathTest {
    private static final Set<String> MODULES = Set.of(
            "org.ashlar.kv",
            "org.ashlar.pmem",
            "org.ashlar.engine",
            "org.agrona",
            "com.sun.jna",
            "com.dynatrace.hash4j",
            "roaringbitmap");

    @TempDir
    private Path folder;

    private static boolean isOfTheStore(final String entry) {
        try {
            return ModuleFinder.of(Path.of(entry)).findAll().stream()
                    .anyMatch(module -> MODULES.contains(module.descriptor().name()));
        } catch (final FindException e) {
            return false; // a library for tests that cannot be a module
        }
    }

    /** What the README says a program on the module path needs. */
    private static List<String> flags() throws IOException {
        final Matcher flags = Pattern.compile("^java (--add-opens .*) --module-path ", Pattern.MULTILINE)
                .matcher(Files.readString(ReadmeGuideTest.root().resolve("README.md")));
        assertTrue(flags.find());
        return List.of(flags.group(1).split(" "));
    }

    @Test
    void theFirstProgramOfTheReadmeRunsWithTheStoreOnTheModulePath() throws Exception {
        final String modules = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(ModulePathTest::isOfTheStore)
                .collect(Collectors.joining(File.pathSeparator));
        final Path classes = Path.of(
                Hello.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags());
        command.addAll(List.of("--module-path", modules, "--add-modules", "org.ashlar.kv", "-cp", classes.toString()));
        command.addAll(
                List.of(Hello.class.getName(), folder.resolve("hello.pool").toString()));
        final Process child =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        final String output = new String(child.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, child.waitFor(), output);
        assertTrue(output.endsWith("Ada Lovelace" + System.lineSeparator()), output);
    }
}
