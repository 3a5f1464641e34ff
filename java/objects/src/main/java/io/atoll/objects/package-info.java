/**
 * Values as objects of a store, and objects as values. What a program uses of it are {@link io.atoll.objects.Tensor} and
 * {@link io.atoll.objects.Table}, the views of arrays and of Arrow data; the rest serves the runtime.
 *
 * <p>A view keeps its object pinned until it is closed or unreachable. Nothing can be written through it: where Java has
 * a read-only form it is used, and everywhere the memory itself is protected, so that a stray write ends the process
 * that does it and harms nobody else.
 */
package io.atoll.objects;
