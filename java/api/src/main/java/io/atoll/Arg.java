package io.atoll;

import org.jspecify.annotations.Nullable;

/**
 * An argument of a task: an {@link ObjectRef}, whose value the function gets once it is there, a ref seen {@linkplain
 * ObjectRef#as as something else}, or a value by {@link Atoll#value}.
 *
 * @param <T> type of the value
 * @since 0.1
 */
public sealed interface Arg<T extends @Nullable Object> permits ObjectRef, Remote.Seen, Remote.Value {}
