/** The native methods over {@code atoll/c.h}; for Atoll's own modules. The library is in a module of each platform. */
module io.atoll.jni {
    requires static org.bytedeco.javacpp;
    requires transitive jdk.unsupported;

    exports io.atoll.jni to
            io.atoll,
            io.atoll.arrow,
            io.atoll.arrow.linux.arm64,
            io.atoll.arrow.linux.x86_64,
            io.atoll.jni.linux.arm64,
            io.atoll.jni.linux.x86_64,
            io.atoll.objects,
            io.atoll.store;

    uses io.atoll.jni.NativeArtifact;
}
