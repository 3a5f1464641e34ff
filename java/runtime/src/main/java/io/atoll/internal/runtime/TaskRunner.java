package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.TaskException;
import io.atoll.internal.call.CallReader;
import io.atoll.internal.call.CallRecord;
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
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Runs calls, each on the thread that asks: resolves the arguments, calls the function, seals what it returns or throws
 * into the result, and tells the scheduler. Never throws. Any thread.
 */
final class TaskRunner {
    private final WorkerRuntime runtime;
    private final ClassLoader loader;
    private final FunctionFinder functions;

    TaskRunner(WorkerRuntime runtime, ClassLoader loader) {
        this.runtime = runtime;
        this.loader = loader;
        functions = new FunctionFinder(loader);
    }

    void run(byte[] call) {
        UnsafeBuffer record = new UnsafeBuffer(call);
        ObjectId result = CallRecord.result(record);
        CallReader reader = new CallReader(call);
        String name = reader.name();
        int attempt = CallRecord.attempt(record) + 1;
        ThreadState before = new ThreadState();
        ResultInPlace inPlace = ResultInPlace.enter(result);
        try {
            Object value = invoke(reader);
            // Before anybody can see that it has ended.
            runtime.store.countUser(NodeReport.TASKS_COUNTER, 1);
            if (!inPlace.seal(value)) {
                store(result, value);
            }
        } catch (FailedArgument e) {
            putError(result, e.failure);
        } catch (Throwable thrown) {
            inPlace.giveUp();
            // Not before: the class that knows the pid takes tens of milliseconds to initialize.
            putError(result, TaskException.of(name, ProcessHandle.current().pid(), attempt, thrown));
        }
        inPlace.leave();
        before.restore();
        try {
            runtime.ring.tell(Messages.FINISHED, result);
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

    private Object invoke(CallReader reader) throws Throwable {
        FunctionDescriptor called = reader.function();
        MethodHandle function = functions.find(called);
        Object[] arguments = arguments(reader);
        functions.checkNulls(called, arguments);
        return (Object) function.invokeExact(arguments);
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
