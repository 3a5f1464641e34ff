package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.TaskCancelledException;
import io.atoll.TaskException;
import io.atoll.concurrent.TaskTimeoutException;
import io.atoll.internal.call.CallReader;
import io.atoll.internal.call.FunctionDescriptor;
import io.atoll.internal.call.FunctionFinder;
import io.atoll.internal.call.Messages;
import io.atoll.internal.graph.ErrorKind;
import io.atoll.internal.memory.ArrowNames;
import io.atoll.internal.memory.Encoded;
import io.atoll.spi.UserThrowables;
import io.atoll.store.ObjectStore;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * Runs calls, each on the thread that asks: resolves the arguments, calls the function, seals what it returns or throws
 * into the result, and tells the scheduler. Never throws. Any thread.
 */
final class TaskRunner {
    private final WorkerRuntime runtime;
    private final ClassLoader loader;
    private final FunctionFinder functions;
    private final TimeLimits limits = new TimeLimits();

    TaskRunner(WorkerRuntime runtime, ClassLoader loader) {
        this.runtime = runtime;
        this.loader = loader;
        functions = new FunctionFinder(loader);
    }

    /** REQUIRES: the thread holds the resources of a task, on which the call runs. */
    void run(byte[] call) {
        CallReader reader = new CallReader(call);
        Run run = new Run(runtime.store, call, reader.name());
        Holder holder = Holder.current();
        ThreadState before = new ThreadState();
        run.inPlace = ResultInPlace.enter(run.task);
        boolean isOver;
        holder.begin(run);
        try {
            isOver = run.isCancelled() ? fail(run, null) : run(run, reader, holder);
        } finally {
            run.inPlace.leave();
            holder.end(run);
            before.restore();
        }
        if (isOver) {
            tell(run, Messages.FINISHED);
        }
    }

    /** False when the scheduler has been told to have it run again. */
    private boolean run(Run run, CallReader reader, Holder holder) {
        try {
            FunctionDescriptor called = reader.function();
            MethodHandle function = functions.find(called);
            Object[] arguments = arguments(reader);
            functions.checkNulls(called, arguments);
            Object value = invoke(run, function, arguments, holder);
            if (!run.settle()) {
                return fail(run, null);
            }
            // Before anybody can see that it has ended.
            runtime.store.countUser(NodeReport.TASKS_COUNTER, 1);
            try {
                if (!run.inPlace.seal(value)) {
                    store(run.task, value);
                }
            } catch (Throwable thrown) {
                run.inPlace.giveUp();
                putError(run.task, run.failure(thrown));
            }
            return true;
        } catch (FailedArgument e) {
            return fail(run, e);
        } catch (Throwable thrown) {
            return fail(run, thrown);
        }
    }

    private Object invoke(Run run, MethodHandle function, Object[] arguments, Holder holder) throws Throwable {
        long nanos = run.policy.timeoutNanos();
        if (nanos == 0) {
            return (Object) function.invokeExact(arguments);
        }
        run.beginTime();
        TimeLimits.Limit limit = limits.begin(
                nanos,
                () -> {
                    tellInTime(run);
                    holder.interrupt(run.task);
                },
                () -> tell(run, Messages.OVERDUE));
        try {
            Object value = (Object) function.invokeExact(arguments);
            if (run.isOverdue()) {
                throw overdue(run);
            }
            return value;
        } finally {
            limits.end(limit);
        }
    }

    /** Whoever waits for a run whose time is over need not wait for its end, unless it is run again. */
    private void tellInTime(Run run) {
        synchronized (run) {
            run.setOverdue();
            // What the task is writing its result in cannot be given an error before it lets go.
            boolean canTell = !run.isRetriedFor(TaskTimeoutException.class) && !run.inPlace.isOpen();
            if (canTell && run.settle()) {
                putError(run.task, overdue(run));
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
    private boolean fail(Run run, Throwable thrown) {
        run.inPlace.giveUp();
        Throwable why = run.isOverdue() ? overdue(run) : thrown;
        boolean mayRetry = why != null && !(why instanceof FailedArgument) && run.isRetriedFor(why.getClass());
        if (mayRetry && !run.isCancelled()) {
            String text = run.failure(why).getMessage();
            runtime.ring.tellRetry(run.task, run.policy.delayNanos(run.attempt), run.attempt, run.name, text);
            return false;
        }
        if (why != null && run.settle()) {
            putError(run.task, why instanceof FailedArgument failed ? failed.failure : run.failure(why));
            return true;
        }
        synchronized (run) { // The thread that told who waits in time may be at it.
            if (!isSealed(run.task)) {
                putError(run.task, cancelled(run, thrown));
            }
        }
        return true;
    }

    private static TaskCancelledException cancelled(Run run, Throwable thrown) {
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

    /**
     * A task gives away what it returns. Two tasks may have returned one table, by mistake: the second is told that it is
     * closed, and does not write what the first frees.
     */
    private void store(ObjectId result, Object value) {
        if (value == null || !ArrowNames.isArrow(value.getClass())) {
            storeAndClose(result, value);
        } else {
            synchronized (value) {
                storeAndClose(result, value);
            }
        }
    }

    private void storeAndClose(ObjectId result, Object value) {
        Encoded encoded = runtime.codec.encode(value);
        try {
            runtime.writer.write(result, encoded);
        } finally {
            encoded.closeValue();
            Reference.reachabilityFence(value); // its refs hold what the result names, until that does so itself
        }
    }

    private Object[] arguments(CallReader reader) throws Throwable {
        try {
            return reader.arguments(runtime.codec, this::argument);
        } catch (RuntimeException | LinkageError e) {
            for (Throwable cause : UserThrowables.chain(e)) {
                if (cause instanceof ClassNotFoundException || cause instanceof NoClassDefFoundError) {
                    throw FunctionFinder.missing("the class of an argument", e);
                }
            }
            throw e;
        }
    }

    private Object argument(ObjectId id, String form) throws FailedArgument {
        Object value = runtime.valueOrFailure(id, null, form == null ? null : load(form));
        if (value instanceof ErrorKind.Thrown thrown) {
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

    private void putError(ObjectId result, TaskException failure) {
        try {
            runtime.codec.putError(result, failure);
        } catch (Throwable second) {
            if (isSealed(result)) {
                return;
            }
            try {
                runtime.codec.putError(
                        result,
                        new TaskException(
                                failure.getMessage() + ", which cannot be stored: " + UserThrowables.text(second),
                                failure.taskName(),
                                failure.workerPid(),
                                failure.attempt(),
                                null));
            } catch (Throwable third) {
                if (!isSealed(result)) {
                    // Somebody waits for this: the scheduler keeps it where it needs no room.
                    runtime.ring.tellFailure(
                            result,
                            failure.attempt(),
                            failure.taskName(),
                            failure.getMessage() + ", which cannot be stored: " + third);
                }
            }
        }
    }

    private boolean isSealed(ObjectId result) {
        try {
            return runtime.store.state(result) != ObjectStore.State.EXPECTED;
        } catch (StoreException | IllegalStateException e) {
            return true; // Gone: nobody waits.
        }
    }
}
