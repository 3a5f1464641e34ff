/** Atoll's public API: what users write against, and what a runtime implements. */
module io.atoll.api {
    requires static org.jspecify;

    exports io.atoll;
    exports io.atoll.concurrent;
    exports io.atoll.spi to
            io.atoll,
            io.atoll.arrow,
            io.atoll.objects,
            io.atoll.scheduler,
            io.atoll.store;

    uses io.atoll.spi.RuntimeProvider;
}
