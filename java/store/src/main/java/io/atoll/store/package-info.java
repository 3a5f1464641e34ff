/**
 * The Java face of the store of immutable objects in shared memory: {@link io.atoll.store.StoreServer} owns a store,
 * {@link io.atoll.store.NativeStore} attaches a process to it, {@link io.atoll.store.SpawnedProcess} starts one that
 * inherits its connection, {@link io.atoll.store.ObjectStore} is what of that can be done without shared memory too.
 * For the runtime and for tests, not for programs.
 */
@NullMarked
package io.atoll.store;

import org.jspecify.annotations.NullMarked;
