package io.atoll.spi;

import io.atoll.ObjectRef;

/**
 * An argument of a {@link TaskRequest} that stands for the value of a ref in another form.
 *
 * @param ref to the value
 * @param form class that the function gets it as
 */
public record SeenRef(ObjectRef<?> ref, Class<?> form) {}
