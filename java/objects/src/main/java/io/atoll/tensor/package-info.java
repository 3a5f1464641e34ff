/**
 * Numbers in regular grids: {@link io.atoll.tensor.Tensor}, the view of an array or of the store's memory, and
 * {@link io.atoll.tensor.WritableTensor}, which is filled where it will stay.
 *
 * <p>A view keeps its object pinned until it is closed or unreachable. Nothing can be written through it: where Java has
 * a read-only form it is used, and everywhere the memory itself is protected, so that a stray write ends the process
 * that does it and harms nobody else.
 */
@NullMarked
package io.atoll.tensor;

import org.jspecify.annotations.NullMarked;
