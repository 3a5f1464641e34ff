package io.atoll.spi;

import io.atoll.concurrent.Emitter;
import org.jspecify.annotations.Nullable;

/** Stands among the arguments of a call for the emitter that its function gets. */
public enum EmitterArgument implements Emitter<@Nullable Object> {
    /** The one that there is. */
    HERE;

    @Override
    public void emit(@Nullable Object item) {
        throw new IllegalStateException("an emitter is of use in the task that gets it");
    }
}
