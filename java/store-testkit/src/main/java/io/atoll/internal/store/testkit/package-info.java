/** For our own tests: a store in a process's own memory, and the contract that every store keeps. */
@NullMarked
package io.atoll.internal.store.testkit;

import org.jspecify.annotations.NullMarked;
