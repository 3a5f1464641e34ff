/** Atoll's native library for one platform. */
module io.atoll.jni.@platform@ {
    requires io.atoll.jni;

    provides io.atoll.jni.NativeArtifact with
            io.atoll.jni.@platform@.Artifact;
}
