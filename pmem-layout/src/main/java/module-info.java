/** The layout of a pool on persistent memory: mapping, descriptors, flush and fence. */
module org.ashlar.pmem {
    requires transitive org.agrona;
    requires com.sun.jna;
    requires static transitive org.jspecify;

    exports org.ashlar.pmem;
}
