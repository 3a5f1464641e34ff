/** Threads as the JVM has them: what is theirs, which are virtual, and which lock one wants. */
@NullMarked
package io.atoll.internal.threads;

import org.jspecify.annotations.NullMarked;
