package org.ashlar.examples;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the modules to their places; it stands here because this module sees all the libraries. */
final class ArchitectureTest {
    private static final String KV = "org.ashlar.kv..";
    private static final String PMEM = "org.ashlar.pmem..";
    private static final String ENGINE = "org.ashlar.engine..";
    private static final String EXAMPLES = "org.ashlar.examples..";
    private static final String BENCH = "org.ashlar.bench..";

    private static JavaClasses classes;

    @BeforeAll
    static void importClasses() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.ashlar");
    }

    /** A rule over no classes would hold for nothing. */
    @Test
    void allModulesAreLookedAt() {
        for (String part : List.of(KV, PMEM, ENGINE, EXAMPLES)) {
            assertTrue(classes.stream().anyMatch(resideInAPackage(part)), part);
        }
    }

    @Test
    void theInterfaceKnowsNeitherLayoutNorEngine() {
        theArrowsOf(KV, PMEM, ENGINE, EXAMPLES, BENCH).check(classes);
    }

    /** Typed maps stand on maps of bytes, as any code of a user does. */
    @Test
    void mapsOfBytesKnowNothingOfTypedMaps() {
        noClasses()
                .that()
                .resideInAnyPackage("org.ashlar.kv", "org.ashlar.kv.spi", PMEM, ENGINE)
                .should()
                .dependOnClassesThat(resideInAPackage("org.ashlar.kv.typed.."))
                .check(classes);
    }

    @Test
    void theLayoutKnowsNeitherInterfaceNorEngine() {
        theArrowsOf(PMEM, KV, ENGINE, EXAMPLES, BENCH).check(classes);
    }

    @Test
    void theEngineKnowsNoProgramThatUsesIt() {
        theArrowsOf(ENGINE, EXAMPLES, BENCH).check(classes);
    }

    /** Else the crash simulator would not see every store, flush and fence. */
    @Test
    void rawMemoryIsReachedThroughTheMemorySeamOnly() {
        noClasses()
                .that(DescribedPredicate.not(nameMatching("org\\.ashlar\\.pmem\\.Memory(\\$.*)?")))
                .should()
                .dependOnClassesThat(nameMatching("org\\.agrona\\.UnsafeA(pi|ccess)")
                        .or(nameMatching("(sun|jdk\\.internal)\\.misc\\.Unsafe"))
                        .forSubtype())
                .check(classes);
    }

    /** Else there would be more than one place that turns a failed system call into an exception. */
    @Test
    void nativeCodeIsReachedThroughTheNativeClassesOnly() {
        noClasses()
                .that(DescribedPredicate.not(nameMatching("org\\.ashlar\\.pmem\\.Native[^.]*")))
                .should()
                .dependOnClassesThat(resideInAPackage("com.sun.jna.."))
                .check(classes);
    }

    /** Both are optional: a class that uses one is loaded only where there is one. */
    @Test
    void optionalLibrariesAreReachedInOnePackageEach() {
        onlyFrom("org.ashlar.engine.jfr..", "jdk.jfr..").check(classes);
        onlyFrom("org.ashlar.kv.micrometer..", "io.micrometer..").check(classes);
        noClasses()
                .that()
                .resideOutsideOfPackage("org.ashlar.kv.micrometer..")
                .should()
                .dependOnClassesThat(resideInAPackage("org.ashlar.kv.micrometer.."))
                .check(classes);
    }

    /** The rest of the engine is loaded where there is no recorder, and so is what it knows of this package. */
    @Test
    void theEngineKnowsItsEventsButNotHowTheyAreRecorded() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.ashlar.engine.jfr..")
                .should()
                .dependOnClassesThat(resideInAPackage("org.ashlar.engine.jfr..")
                        .and(DescribedPredicate.not(
                                nameMatching("org\\.ashlar\\.engine\\.jfr\\.EngineEvents(\\$.*)?"))))
                .check(classes);
        noClasses()
                .that()
                .resideInAPackage("org.ashlar.engine.jfr..")
                .should()
                .dependOnClassesThat(resideInAPackage(ENGINE)
                        .and(DescribedPredicate.not(resideInAPackage("org.ashlar.engine.jfr.."))))
                .check(classes);
    }

    private static ArchRule onlyFrom(String place, String library) {
        return noClasses().that().resideOutsideOfPackage(place).should().dependOnClassesThat(resideInAPackage(library));
    }

    private static ArchRule theArrowsOf(String from, String... never) {
        DescribedPredicate<JavaClass> forbidden = resideInAnyPackage(never);
        return noClasses().that().resideInAPackage(from).should().dependOnClassesThat(forbidden);
    }
}
