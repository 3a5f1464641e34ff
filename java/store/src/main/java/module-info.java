/** The Java face of the shared-memory object store, and its engine for the other modules of Atoll. */
module io.atoll.store {
    requires transitive io.atoll.api;
    requires io.atoll.jni;
    requires static org.jspecify;

    exports io.atoll.store;
    exports io.atoll.internal.store to
            io.atoll,
            io.atoll.arrow,
            io.atoll.objects,
            io.atoll.store.testkit;
}
