package io.atoll;

/**
 * A value as an argument.
 *
 * @param <T> its type
 */
record Value<T>(T value) implements Arg<T> {}
