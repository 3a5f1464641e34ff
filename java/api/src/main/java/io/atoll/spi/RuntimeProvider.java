package io.atoll.spi;

import io.atoll.AtollOptions;

/** Found by {@link java.util.ServiceLoader}: makes the runtime of a driver. */
public interface RuntimeProvider {
    AtollRuntime start(AtollOptions options);
}
