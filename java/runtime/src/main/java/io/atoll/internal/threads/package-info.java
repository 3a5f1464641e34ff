/** Threads as the JVM has them: what is theirs, which are virtual, and which lock one wants. */
package io.atoll.internal.threads;
