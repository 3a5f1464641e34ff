/** A store in a process's own memory, for tests, and the contract that every store keeps. */
@NullMarked
package io.atoll.store.testkit;

import org.jspecify.annotations.NullMarked;
