/** Arrow C++ and its glue for one platform. */
module io.atoll.arrow.@platform@ {
    requires io.atoll.jni;

    provides io.atoll.jni.NativeArtifact with
            io.atoll.arrow.@platform@.Artifact;
}
