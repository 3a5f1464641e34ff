/** Runs programs of tests on every JDK that is here. */
module io.atoll.jvms {
    exports io.atoll.jvms;
}
