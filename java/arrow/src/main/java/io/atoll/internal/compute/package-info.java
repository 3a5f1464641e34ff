/** Arrow C++ in a worker: its libraries, its native methods, and the tasks that call them. */
@NullMarked
package io.atoll.internal.compute;

import org.jspecify.annotations.NullMarked;
