package org.ashlar.examples.tutorial;

// tag::hello[]
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;

public final class Hello {
    public static void main(final String[] args) {
        try (Store store = Store.open(Path.of(args[0]))) { // creates the file, or opens it and recovers
            final KvMap users = store.map("users");
            final byte[] ada = "ada".getBytes(UTF_8);
            users.put(ada, "Ada Lovelace".getBytes(UTF_8)); // durable when it returns
            final String name =
                    users.read(ada, view -> view.getStringWithoutLengthUtf8(0, view.capacity())); // in place
            System.out.println(name);
        }
    }
}
// end::hello[]
