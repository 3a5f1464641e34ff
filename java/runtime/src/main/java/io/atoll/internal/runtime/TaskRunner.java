package io.atoll.internal.runtime;

import io.atoll.AtollException;
import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.internal.call.CallReader;
import io.atoll.internal.call.CallRecord;
import io.atoll.internal.call.FunctionFinder;
import io.atoll.internal.call.Messages;
import io.atoll.store.ObjectStore;
import java.lang.invoke.MethodHandle;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Runs calls, each on the thread that asks: resolves the arguments, calls the function, seals what it returns or throws
 * into the result, and tells the scheduler. Never throws. Any thread.
 */
final class TaskRunner {
    private final WorkerRuntime runtime;
    private final FunctionFinder functions = new FunctionFinder(ClassLoader.getSystemClassLoader());

    TaskRunner(WorkerRuntime runtime) {
        this.runtime = runtime;
    }

    void run(byte[] call) {
        ObjectId result = CallRecord.result(new UnsafeBuffer(call));
        CallReader reader = new CallReader(call);
        String name = reader.name();
        try {
            Object value = invoke(reader);
            // Before anybody can see that it has ended.
            runtime.store.countUser(ClientRuntime.TASKS_COUNTER, 1);
            runtime.writer.write(result, runtime.codec.encode(value));
        } catch (Throwable failure) {
            putError(result, name, failure);
        }
        try {
            runtime.ring.tell(Messages.FINISHED, result);
        } catch (RuntimeException e) {
            // The store has gone, and this process goes with it.
        }
    }

    private Object invoke(CallReader reader) throws Throwable {
        MethodHandle function = functions.find(reader.function());
        Object[] arguments = reader.arguments(runtime.codec, id -> runtime.value(id, null));
        return (Object) function.invokeExact(arguments);
    }

    private void putError(ObjectId result, String name, Throwable failure) {
        try {
            runtime.codec.putError(result, failure);
        } catch (Throwable second) {
            if (isSealed(result)) {
                return;
            }
            try {
                runtime.codec.putError(
                        result,
                        new AtollException(
                                "task " + name + " failed with " + failure + ", which cannot be stored: " + second));
            } catch (Throwable third) {
                if (!isSealed(result)) {
                    // Somebody waits for this: let the scheduler see that the task has not ended, and run it elsewhere.
                    System.err.println("atoll: the result of task " + name + " cannot be stored: " + third);
                    Runtime.getRuntime().halt(1);
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
