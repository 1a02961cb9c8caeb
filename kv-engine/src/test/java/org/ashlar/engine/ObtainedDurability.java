package org.ashlar.engine;

import java.nio.file.Path;
import org.ashlar.kv.Durability;
import org.ashlar.kv.DurabilityInfo;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.StoreOptions;

/** Says what durability new stores in a folder obtain. Arguments: folders. */
final class ObtainedDurability {
    private ObtainedDurability() {}

    /** Prints a line for each folder and each durability that can be asked for. */
    public static void main(final String[] folders) {
        for (final String folder : folders) {
            for (final Durability durability : Durability.values()) {
                final Path path = Path.of(folder, "durability-" + durability + ".pool");
                try (Store store = Store.open(path, StoreOptions.defaults().withDurability(durability))) {
                    store.map("m").put(new byte[] {1}, new byte[] {2});
                    final DurabilityInfo info = store.durability();
                    System.out.println(folder + " " + durability + ": " + info.obtained() + " by " + info.mechanism()
                            + ", " + info.reason());
                } catch (final StoreException e) {
                    System.out.println(folder + " " + durability + ": refused, " + e.getMessage());
                }
            }
        }
    }
}
