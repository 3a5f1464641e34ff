/**
 * The processes of a node and the messages between them.
 *
 * <p><b>Driver</b>, the user's JVM ({@link io.atoll.internal.runtime.DriverRuntime}): user threads, which submit and wait on
 * objects; {@code atoll-scheduler}, which alone owns all scheduling state; the store's server on a native thread; two
 * threads per worker that copy what it prints; {@code atoll-references} once it is needed.
 *
 * <p><b>Worker</b>, a JVM made by the driver ({@link io.atoll.internal.runtime.WorkerMain}): {@code atoll-task-N}, all of which
 * wait on the worker's bell while idle, and run what they find on their own stacks; {@code main}, which reads standard
 * input for the end of it; {@code atoll-watchdog}, which waits for the end of the driver's process.
 *
 * <p>All are clients of the store. Each has a ring up to the scheduler and one down from it, in shared memory; a bell (a
 * futex) says that there is something in them. The way of a call:
 *
 * <pre>
 * submitter   expect(result), CallRecord -> up ring, scheduler's bell
 * scheduler   registers references; when its dependencies are there and its demand is free:
 *             claim(result, worker), CallRecord -> down ring, worker's bell
 * worker      an idle thread takes it, calls, seals the result: this wakes whoever waits for it
 *             FINISHED -> up ring; the bell only if the scheduler has said that it waits for something
 * </pre>
 *
 * <p>A task thread that waits for a result whose task nobody has claimed claims it and runs it itself. Else it sends
 * BLOCKED, its CPU goes to others, and once the value is there it sends RESUME and goes on after GRANT.
 */
@NullMarked
package io.atoll.internal.runtime;

import org.jspecify.annotations.NullMarked;
