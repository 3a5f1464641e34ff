/**
 * The store of immutable objects in shared memory, for programs that want it without tasks: {@link
 * io.atoll.store.StoreServer} owns a store, {@link io.atoll.store.StoreClient} attaches a process to it, writes objects
 * and looks at them. Objects are bytes here; {@code io.atoll.Atoll} puts values into them.
 */
@NullMarked
package io.atoll.store;

import org.jspecify.annotations.NullMarked;
