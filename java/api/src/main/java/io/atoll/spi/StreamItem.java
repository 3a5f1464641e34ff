package io.atoll.spi;

import io.atoll.ObjectRef;
import org.jspecify.annotations.Nullable;

/**
 * What is next in a stream.
 *
 * @param value null at the end
 * @param next where the one after it will be; null at the end
 */
public record StreamItem(
        @Nullable ObjectRef<?> value, @Nullable ObjectRef<?> next) {}
