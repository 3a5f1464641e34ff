/** Decides which task runs where and when; for the runtime. */
module io.atoll.scheduler {
    requires transitive io.atoll.api;
    requires static org.jspecify;

    exports io.atoll.scheduler to
            io.atoll;
}
