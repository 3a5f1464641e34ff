package io.atoll.arrow.@platform@;

import io.atoll.jni.NativeArtifact;

/** By which the module of this platform's Arrow C++ is found. */
public final class Artifact implements NativeArtifact {}
