/** Atoll: Java functions in parallel, in processes that look at the same memory. This is the module that a program requires. */
module io.atoll {
    requires transitive io.atoll.api;
    requires transitive io.atoll.objects;
    requires transitive io.atoll.store;
    requires io.atoll.jni;
    requires io.atoll.scheduler;
    requires java.management;
    requires jdk.unsupported;
    requires org.slf4j;

    provides io.atoll.spi.RuntimeProvider with
            io.atoll.internal.runtime.DriverProvider;
}
