/** Atoll as {@link java.util.concurrent} knows it: {@link io.atoll.concurrent.AtollExecutor}. */
package io.atoll.concurrent;
