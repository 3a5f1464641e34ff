package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.TaskCancelledException;
import io.atoll.TaskException;
import io.atoll.concurrent.TaskTimeoutException;
import io.atoll.internal.call.CallReader;
import io.atoll.internal.call.FunctionDescriptor;
import io.atoll.internal.call.FunctionFinder;
import io.atoll.internal.call.Messages;
import io.atoll.internal.call.StreamPlace;
import io.atoll.internal.graph.ErrorKind;
import io.atoll.internal.node.NodeReport;
import io.atoll.internal.run.Delivery;
import io.atoll.internal.run.Holder;
import io.atoll.internal.run.Parts;
import io.atoll.internal.run.ResultInPlace;
import io.atoll.internal.run.ResultWriter;
import io.atoll.internal.run.Run;
import io.atoll.internal.run.TaskThread;
import io.atoll.internal.threads.ThreadState;
import io.atoll.spi.UserThrowables;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs calls, each on the thread that asks: resolves the arguments, calls the function, seals what it returns or throws
 * into the result, and tells the scheduler. Never throws. Any thread.
 */
final class TaskRunner {
    /** A recursion that has no end is told so then, before it has taken all memory. */
    private static final int MOST_BEGUN = 100_000;

    private final WorkerRuntime runtime;
    private final ClassLoader loader;
    private final FunctionFinder functions;
    private final TimeLimits limits = new TimeLimits();
    private final ResultWriter writer;
    private final AsyncRuns asyncRuns = new AsyncRuns();
    /** On stacks of threads: those that wait for others are most of them, when they are many. */
    private final AtomicInteger begun = new AtomicInteger();

    TaskRunner(WorkerRuntime runtime, ClassLoader loader) {
        this.runtime = runtime;
        this.loader = loader;
        functions = new FunctionFinder(loader);
        writer = new ResultWriter(runtime.store, runtime.codec, runtime.writer, runtime.ring);
    }

    /**
     * REQUIRES: the thread holds the resources of a task, on which the call runs. Whether it has ended, which the caller tells the
     * scheduler by {@link #tellFinished}.
     */
    boolean run(byte[] call) {
        CallReader reader = new CallReader(call);
        Run run = new Run(runtime.store, runtime.ring, runtime.gpus, call, reader.name());
        run.delivery = delivery(run);
        Holder holder = Holder.own();
        TaskThread thread = holder.thread();
        run.inPlace = new ResultInPlace(run.hasOneResult() ? run.task : null);
        ThreadState.Looks before = thread.state().enter();
        holder.begin(run);
        begun.incrementAndGet();
        try {
            return run.isCancelled() ? fail(run, null) : run(run, reader, holder);
        } finally {
            begun.decrementAndGet();
            holder.end(run);
            thread.state().leave(before);
            if (run.isGivenStream()) {
                runtime.lettingGo.collect(); // Of a stream that was not closed somebody else may wait for the end.
            }
        }
    }

    /** As {@link io.atoll.internal.node.UpRing#tellFinished}. */
    void tellFinished(ObjectId task, @Nullable ObjectId next, boolean isLow) {
        try {
            runtime.ring.tellFinished(task, next, isLow);
        } catch (RuntimeException e) {
            // The store has gone, and this process goes with it.
        }
    }

    /** Whether so many tasks are within their functions that no other should begin. */
    boolean isFull() {
        return begun.get() >= MOST_BEGUN;
    }

    private Delivery delivery(Run run) {
        StreamPlace stream = run.stream();
        if (stream != null) {
            try {
                return new StreamWriter(runtime, writer, run, stream);
            } catch (RuntimeException e) {
                return new Delivery.OneResult(writer, run); // Nobody waits for its items: they have no place any more.
            }
        }
        return run.outputs().isEmpty() ? new Delivery.OneResult(writer, run) : new Parts(writer, run, run.outputs());
    }

    /** Has the run of a task interrupted that holds no thread any more; false when there is none. */
    boolean interrupt(ObjectId task) {
        return asyncRuns.cancel(task);
    }

    /** False when it is not over, or the scheduler has been told to have it run again. */
    private boolean run(Run run, CallReader reader, Holder holder) {
        TimeLimits.Limit limit = null;
        boolean goesOn = false;
        try {
            FunctionDescriptor called = reader.function();
            MethodHandle function = functions.find(called);
            @Nullable Object[] arguments = arguments(reader, run);
            if (run.isGivenStream()) {
                runtime.ring.tellGiven(run.task);
            }
            functions.checkNulls(called, arguments);
            limit = run.policy.timeoutNanos() == 0 ? null : limit(run, holder);
            Object value = (Object) function.invokeExact(arguments);
            if (value instanceof CompletionStage<?> stage) {
                goesOn = true;
                goOn(run, stage, limit, holder);
                return false;
            }
            return succeed(run, value);
        } catch (FailedArgument e) {
            return fail(run, e);
        } catch (Throwable thrown) {
            return fail(run, thrown);
        } finally {
            if (limit != null && !goesOn) {
                limits.end(limit);
            }
        }
    }

    /** Its function has returned a promise: who keeps that, on whatever thread, ends the task. */
    private void goOn(Run run, CompletionStage<?> stage, TimeLimits.@Nullable Limit limit, Holder holder) {
        if (run.below == null) {
            runtime.detached(holder);
        }
        asyncRuns.add(run, stage, (value, thrown) -> {
            if (limit != null) {
                limits.end(limit);
            }
            if (thrown == null ? succeed(run, value) : fail(run, thrown)) {
                tell(run, Messages.FINISHED);
            }
        });
    }

    private boolean succeed(Run run, @Nullable Object value) {
        if (run.isOverdue() || !run.settle()) {
            return fail(run, null);
        }
        // Before anybody can see that it has ended.
        runtime.store.countUser(NodeReport.TASKS_COUNTER, 1);
        run.delivery.succeed(value);
        return true;
    }

    /**
     * All that are on top of each other on a thread, which no interrupt has reached: each has failed, and the worker is
     * replaced.
     */
    void giveUp(Run top, TaskException why) {
        for (Run each = top; each != null; each = each.below) {
            synchronized (each) {
                if (each.delivery.canBeEndedNow() && each.settle()) {
                    each.delivery.fail(why);
                }
            }
        }
        tell(top, Messages.STUCK);
    }

    private TimeLimits.Limit limit(Run run, Holder holder) {
        run.beginTime();
        return limits.begin(
                run.policy.timeoutNanos(),
                () -> {
                    tellInTime(run);
                    if (!holder.interrupt(run.task)) {
                        asyncRuns.cancel(run.task);
                    }
                },
                () -> {
                    if (holder.isOnTop(run)) { // else it may not be able to heed an interrupt
                        tell(run, Messages.OVERDUE);
                    }
                });
    }

    /** Whoever waits for a run whose time is over need not wait for its end, unless it is run again. */
    private void tellInTime(Run run) {
        synchronized (run) {
            run.setOverdue();
            if (!run.isRetriedFor(TaskTimeoutException.class) && run.delivery.canBeEndedNow() && run.settle()) {
                run.delivery.fail(overdue(run));
            }
        }
    }

    private static TaskTimeoutException overdue(Run run) {
        return new TaskTimeoutException(
                "task " + run.name + " (worker " + run.workerPid() + ", attempt " + run.attempt + ") ran for more than "
                        + Duration.ofNanos(run.policy.timeoutNanos()),
                run.name,
                run.workerPid(),
                run.attempt);
    }

    /**
     * The run has no value. False when it is given up for another one.
     *
     * @param thrown null when all that is known is that somebody else has settled it
     */
    private boolean fail(Run run, @Nullable Throwable thrown) {
        run.inPlace.giveUp();
        Throwable why = run.isOverdue() ? overdue(run) : thrown == null ? null : reason(run, thrown);
        if (why != null && mayRetry(run, why)) {
            String text = String.valueOf(run.failure(why).getMessage());
            runtime.ring.tellRetry(run.task, run.policy.delayNanos(run.attempt), run.attempt, run.name, text);
            return false;
        }
        if (why != null && run.settle()) {
            run.delivery.fail(why instanceof FailedArgument failed ? failed.failure : run.failure(why));
            return true;
        }
        synchronized (run) { // The thread that told who waits in time may be at it.
            if (!writer.isSealed(run.task)) {
                run.delivery.fail(cancelled(run, thrown));
            }
        }
        return true;
    }

    private static Throwable reason(Run run, Throwable thrown) {
        return thrown instanceof FailedArgument ? thrown : run.reason(thrown);
    }

    private static boolean mayRetry(Run run, Throwable why) {
        return !(why instanceof FailedArgument) && run.isRetriedFor(why.getClass()) && !run.isCancelled();
    }

    private static TaskCancelledException cancelled(Run run, @Nullable Throwable thrown) {
        return new TaskCancelledException(
                "task " + run.name + " (worker " + run.workerPid() + ", attempt " + run.attempt + ") was cancelled"
                        + (thrown == null ? "" : " and threw " + UserThrowables.text(thrown)),
                run.name,
                run.workerPid(),
                run.attempt,
                thrown instanceof FailedArgument failed ? failed.failure : thrown);
    }

    private void tell(Run run, int message) {
        try {
            runtime.ring.tell(message, run.task);
        } catch (RuntimeException e) {
            // The store has gone, and this process goes with it.
        }
    }

    private @Nullable Object[] arguments(CallReader reader, Run run) throws Throwable {
        try {
            return reader.arguments(runtime.codec, new Dependencies(run));
        } catch (RuntimeException | LinkageError e) {
            for (Throwable cause : UserThrowables.chain(e)) {
                if (cause instanceof ClassNotFoundException || cause instanceof NoClassDefFoundError) {
                    throw FunctionFinder.missing("the class of an argument", e);
                }
            }
            throw e;
        }
    }

    private final class Dependencies implements CallReader.Dependencies {
        private final Run run;

        Dependencies(Run run) {
            this.run = run;
        }

        @Override
        public @Nullable Object value(ObjectId id, @Nullable String form) throws FailedArgument {
            return argument(id, form);
        }

        @Override
        public Object emitter() {
            return run.delivery.emitter();
        }
    }

    private @Nullable Object argument(ObjectId id, @Nullable String form) throws FailedArgument {
        Object value = runtime.valueOrFailure(id, null, form == null ? null : load(form));
        if (value instanceof ErrorKind.Thrown thrown) {
            runtime.heard(id); // This task fails with it.
            throw new FailedArgument(thrown.failure());
        }
        return value;
    }

    private Class<?> load(String form) {
        try {
            return Class.forName(form, true, loader);
        } catch (ClassNotFoundException e) {
            throw FunctionFinder.missing("the class that an argument is to be seen as", e);
        }
    }

    /** The task is not run: its result is what its argument has. */
    private static final class FailedArgument extends Exception {
        private static final long serialVersionUID = 1;

        /** As it was stored. */
        private final TaskException failure;

        FailedArgument(TaskException failure) {
            super(null, failure, false, false);
            this.failure = failure;
        }
    }
}
