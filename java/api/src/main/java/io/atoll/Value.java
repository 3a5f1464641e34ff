package io.atoll;

import org.jspecify.annotations.Nullable;

/**
 * A value as an argument.
 *
 * @param <T> its type
 */
record Value<T extends @Nullable Object>(T value) implements Arg<T> {}
