package io.atoll.jni;

/**
 * Stands for the artifact that holds the library of one platform. It is a service, so that its module is resolved
 * wherever {@code io.atoll.jni} is; the library itself is a resource beside it.
 */
public interface NativeArtifact {}
