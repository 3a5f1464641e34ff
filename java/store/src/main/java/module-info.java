/** The Java face of the shared-memory object store. */
module io.atoll.store {
    requires transitive io.atoll.api;
    requires io.atoll.jni;
    requires static org.jspecify;

    exports io.atoll.store;
}
