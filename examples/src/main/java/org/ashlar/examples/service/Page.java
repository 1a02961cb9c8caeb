package org.ashlar.examples.service;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files of the page, read from the class path once: there are a few, and none is chosen by what a request says. */
final class Page {
    private final Map<String, PageFile> files;

    Page() throws IOException {
        files = Map.of(
                "/", read("index.html", "text/html; charset=utf-8"),
                "/app.js", read("app.js", "text/javascript; charset=utf-8"),
                "/style.css", read("style.css", "text/css; charset=utf-8"),
                "/icon.svg", read("icon.svg", "image/svg+xml"));
    }

    /**
     * A file of the page.
     *
     * @param contentType as in the header of that name
     * @param bytes not to be changed
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record PageFile(String contentType, byte[] bytes) {}

    @Nullable PageFile at(final String path) {
        return files.get(path);
    }

    private static PageFile read(final String name, final String contentType) throws IOException {
        try (InputStream in = Page.class.getResourceAsStream("page/" + name)) {
            if (in == null) {
                throw new IOException("page/" + name + " is not on the class path beside " + Page.class.getName());
            }
            return new PageFile(contentType, in.readAllBytes());
        }
    }
}
