package io.atoll.spi;

import io.atoll.ObjectRef;

/**
 * An argument of a {@link TaskRequest} that is a ref itself: the function's parameter is an {@code ObjectRef} (or an
 * {@code Object}), and gets this ref, not the value that it stands for.
 *
 * @param ref what the function gets
 */
public record PassedRef(ObjectRef<?> ref) {}
