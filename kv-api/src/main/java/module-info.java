/** The public interface of Ashlar, an embedded key-value store on persistent memory. */
module org.ashlar.kv {
    requires transitive org.agrona;
    requires static micrometer.core;
    requires static transitive org.jspecify;

    exports org.ashlar.kv;
    exports org.ashlar.kv.micrometer;
    exports org.ashlar.kv.spi;
    exports org.ashlar.kv.typed;

    uses org.ashlar.kv.spi.StoreProvider;
}
