/**
 * The engine of the store of immutable objects in shared memory, for our own modules: {@link
 * io.atoll.internal.store.NativeServer} owns a store, {@link io.atoll.internal.store.NativeStore} attaches a process to it,
 * {@link io.atoll.internal.store.SpawnedProcess} starts one that inherits its connection, {@link
 * io.atoll.internal.store.ObjectStore} is what of that can be done without shared memory too. What programs see of it is
 * in {@code io.atoll.store}.
 */
@NullMarked
package io.atoll.internal.store;

import org.jspecify.annotations.NullMarked;
