/** For Atoll's own tests: a store in a process's own memory, and the contract that every store keeps. */
module io.atoll.store.testkit {
    requires transitive io.atoll.store;
    requires transitive org.junit.jupiter.api;
    requires org.assertj.core;
    requires static org.jspecify;

    exports io.atoll.internal.store.testkit to
            io.atoll,
            io.atoll.objects;
}
