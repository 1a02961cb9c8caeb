package org.ashlar.bench.compare;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/** Another contender, in a JVM of another JDK. */
final class JdkContender implements Contender {
    private static final String VERSION = "JAVA_VERSION";

    private final Contender other;
    private final Path javaHome;
    private final Runtime.Version version;

    private JdkContender(final Contender other, final Path javaHome, final Runtime.Version version) {
        this.other = other;
        this.javaHome = javaHome;
        this.version = version;
    }

    /**
     * A variant of a contender.
     *
     * @param javaHome where the JDK is
     * @throws IOException when there is none
     */
    static JdkContender of(final Contender other, final Path javaHome) throws IOException {
        final Properties release = new Properties();
        try (Reader file = Files.newBufferedReader(javaHome.resolve("release"))) {
            release.load(file);
        }
        final String version = release.getProperty(VERSION);
        if (version == null) {
            throw new IOException(javaHome + " is no JDK: its file \"release\" has no " + VERSION);
        }
        return new JdkContender(other, javaHome, Runtime.Version.parse(version.replace("\"", "")));
    }

    /** Its number, as 25. */
    int feature() {
        return version.feature();
    }

    @Override
    public String name() {
        return other.name() + "-jdk" + feature();
    }

    @Override
    public String opened() {
        return other.opened();
    }

    @Override
    public Path javaHome() {
        return javaHome;
    }

    @Override
    public String product() {
        return other.product() + " on JDK " + version;
    }

    @Override
    public String configuration() {
        return other.configuration();
    }

    @Override
    public String guarantee() {
        return other.guarantee();
    }

    @Override
    public List<String> jvmFlags(final Shape shape) {
        return other.jvmFlags(shape);
    }

    @Override
    public Abilities abilities() {
        return other.abilities();
    }

    @Override
    public long mostFileBytes(final Shape shape) {
        return other.mostFileBytes(shape);
    }

    @Override
    public boolean takes(final Shape shape) {
        return other.takes(shape);
    }

    @Override
    public OpenStore open(final Path folder, final Shape shape) throws IOException {
        return other.open(folder, shape);
    }
}
