package io.atoll;

/**
 * The value of a ref as an argument, in another form than its own.
 *
 * @param ref to the value
 * @param form of which the function gets it
 * @param <V> type of that form
 */
record Seen<V>(ObjectRef<?> ref, Class<V> form) implements Arg<V> {}
