/** Atoll as {@link java.util.concurrent} knows it: {@link io.atoll.concurrent.AtollExecutor}. */
@NullMarked
package io.atoll.concurrent;

import org.jspecify.annotations.NullMarked;
