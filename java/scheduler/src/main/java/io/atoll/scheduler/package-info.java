/** Who runs what, and when: a state machine without threads, clocks or native code. */
@NullMarked
package io.atoll.scheduler;

import org.jspecify.annotations.NullMarked;
