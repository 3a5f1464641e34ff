package io.atoll.jni.@platform@;

import io.atoll.jni.NativeArtifact;

/** By which the module of this platform's library is found. */
public final class Artifact implements NativeArtifact {}
