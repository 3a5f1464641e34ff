/** Atoll's public API: what users write against, and what a runtime implements. */
module io.atoll.api {
    exports io.atoll;
    exports io.atoll.spi;

    uses io.atoll.spi.RuntimeProvider;
}
