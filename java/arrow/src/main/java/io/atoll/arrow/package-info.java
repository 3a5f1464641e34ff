/**
 * The functions of Arrow C++ as tasks on stored tables, tensors and arrays: {@link io.atoll.arrow.ArrowCompute}. It takes the
 * artifact {@code atoll-arrow}, and the one of the same name with the platform's classifier, which has the libraries.
 */
@NullMarked
package io.atoll.arrow;

import org.jspecify.annotations.NullMarked;
