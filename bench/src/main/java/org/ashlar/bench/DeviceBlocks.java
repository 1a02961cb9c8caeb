package org.ashlar.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The blocks that a file has on its device. Java has no way to ask for them; POSIX has {@code du}. */
public final class DeviceBlocks {
    private DeviceBlocks() {}

    /**
     * Asks.
     *
     * @param file which may have holes
     * @return bytes of its blocks
     */
    public static long bytesOf(final Path file) throws IOException, InterruptedException {
        final Process du = new ProcessBuilder("du", "-k", file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        final String output = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (du.waitFor() != 0) {
            throw new IOException("du -k " + file + " failed");
        }
        return Long.parseLong(output.substring(0, output.indexOf('\t'))) << 10;
    }
}
