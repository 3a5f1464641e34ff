/**
 * One run of a task in a worker: what is known of it ({@link io.atoll.internal.run.Run}), the thread that is at it and what
 * that holds ({@link io.atoll.internal.run.Holder}), threads of the task's own, and where its result goes ({@link
 * io.atoll.internal.run.Delivery}).
 */
@NullMarked
package io.atoll.internal.run;

import org.jspecify.annotations.NullMarked;
