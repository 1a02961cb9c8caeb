/** The engine of Ashlar: records, allocation, index, epochs, log and verification. */
module org.ashlar.engine {
    requires transitive org.ashlar.kv;
    requires org.agrona;
    requires org.ashlar.pmem;
    requires com.dynatrace.hash4j;
    requires roaringbitmap;
    requires static jdk.jfr;
    requires static transitive org.jspecify;

    exports org.ashlar.engine;

    provides org.ashlar.kv.spi.StoreProvider with
            org.ashlar.engine.EngineProvider;
}
