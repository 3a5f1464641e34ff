package io.atoll;

import io.atoll.spi.AtollRuntime;
import io.atoll.spi.Runtimes;

/**
 * A node that {@link Atoll#init} has started. Closing it ends the workers and the store with all that is in it; views of
 * its objects must not be used afterwards. After that a new session may be started. Any thread may close it.
 */
public final class AtollSession implements AutoCloseable {
    private final AtollRuntime runtime;

    AtollSession(AtollRuntime runtime) {
        this.runtime = runtime;
    }

    /** Ends the node. Closing twice is fine. */
    @Override
    public void close() {
        Runtimes.stop(runtime);
    }
}
