package io.atoll.spi;

import io.atoll.AtollOptions;
import org.jspecify.annotations.Nullable;

/** Found by {@link java.util.ServiceLoader}: makes the runtime of a driver. */
public interface RuntimeProvider {
    /**
     * Starts a node.
     *
     * @param options what it has
     * @return the driver's runtime; closing it ends the node
     */
    AtollRuntime start(AtollOptions options);

    /**
     * Why it cannot.
     *
     * @return null when it can
     */
    @Nullable
    String unavailabilityCause();
}
