package io.atoll.internal.runtime;

import io.atoll.AtollOptions;
import io.atoll.jni.NativeLibrary;
import io.atoll.spi.AtollRuntime;
import io.atoll.spi.RuntimeProvider;
import org.jspecify.annotations.Nullable;

/** Found by the service loader: makes this process the driver of a new node. */
public final class DriverProvider implements RuntimeProvider {
    public DriverProvider() {}

    @Override
    public AtollRuntime start(AtollOptions options) {
        return DriverRuntime.start(options);
    }

    @Override
    public @Nullable String unavailabilityCause() {
        Throwable cause = NativeLibrary.unavailabilityCause();
        return cause == null ? null : cause.getMessage();
    }
}
