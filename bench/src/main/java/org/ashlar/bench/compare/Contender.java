package org.ashlar.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.ashlar.bench.Child;

/** A kind of store that can take part. Implementations have a public constructor without arguments, for the service loader. */
public interface Contender {
    /** What it is called in options and tables: lower case, no spaces. */
    String name();

    /** Name of the one that its JVM opens: itself, or that of which it is a variant. */
    default String opened() {
        return name();
    }

    /** Where the JDK of its JVM is. */
    default Path javaHome() {
        return Child.ownJavaHome();
    }

    /** Name and version of the library, for people. */
    String product();

    /** How it was set up, in words: its best configuration for what is measured here. */
    String configuration();

    /** What a write that returned survives, in words. */
    String guarantee();

    /** Flags that its JVM needs, the size of the heap among them. */
    List<String> jvmFlags(Shape shape);

    /** What it can do of what is measured. */
    Abilities abilities();

    /**
     * Bytes that its files may take at most, updates and all; to refuse a run before it begins.
     *
     * @param shape of what is stored
     */
    long mostFileBytes(Shape shape);

    /** Whether it can store records of this shape. */
    default boolean takes(final Shape shape) {
        return true;
    }

    /** Whether it takes part only where it is asked for by its name. */
    default boolean isOptional() {
        return false;
    }

    /**
     * Opens it: creates it where the folder is empty, opens or recovers what is there otherwise.
     *
     * @param folder for its files, which exists
     * @param shape what will be stored
     * @throws IOException when that fails
     */
    OpenStore open(Path folder, Shape shape) throws IOException;

    /**
     * What a contender can do.
     *
     * @param loads whether it begins empty, is loaded and emptied record by record
     * @param inserts whether other records can be inserted then, and records be replaced by others
     * @param keepsFiles whether records are in files, so that bytes can be counted there
     * @param survivesKill whether it can be opened after {@code kill -9} with all that was acknowledged
     * @param isMeasure whether it is no store, but something to measure stores by
     */
    record Abilities(boolean loads, boolean inserts, boolean keepsFiles, boolean survivesKill, boolean isMeasure) {}
}
