package io.atoll.internal.graph;

import io.atoll.TaskException;
import io.atoll.WorkerDiedException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * All of a {@link TaskException} but its cause, as bytes.
 *
 * @param ending how the worker died; null when it did not
 */
record FailureHead(String message, String task, long worker, int attempt, String ending, StackTraceElement[] trace) {
    private static final String INTERNAL = "io.atoll.internal.";

    static FailureHead of(TaskException failure) {
        String ending = failure instanceof WorkerDiedException died ? died.ending() : null;
        return new FailureHead(
                failure.getMessage(),
                failure.taskName(),
                failure.workerPid(),
                failure.attempt(),
                ending,
                failure.getStackTrace());
    }

    void writeTo(DataOutputStream out) throws IOException {
        ErrorText.write(out, message);
        ErrorText.write(out, task);
        out.writeLong(worker);
        out.writeInt(attempt);
        ErrorText.write(out, ending);
        ErrorText.writeTrace(out, trace);
    }

    static FailureHead readFrom(DataInputStream in) throws IOException {
        String message = ErrorText.read(in);
        String task = ErrorText.read(in);
        if (task == null) {
            throw new IOException("the task that failed has no name");
        }
        return new FailureHead(message, task, in.readLong(), in.readInt(), ErrorText.read(in), ErrorText.readTrace(in));
    }

    /** The exception, with the stack trace that was stored. */
    TaskException with(Throwable cause) {
        TaskException failure = ending != null
                ? new WorkerDiedException(message, task, worker, attempt, ending)
                : new TaskException(message, task, worker, attempt, cause);
        failure.setStackTrace(trace);
        return failure;
    }

    /** Adds the frames of the thread that asks: from the call on that its user has made. */
    static void addFrames(TaskException failure, StackTraceElement[] caller) {
        int from = 0;
        while (from < caller.length - 1 && caller[from].getClassName().startsWith(INTERNAL)) {
            from++;
        }
        StackTraceElement[] stored = failure.getStackTrace();
        StackTraceElement[] all = Arrays.copyOf(stored, stored.length + caller.length - from);
        System.arraycopy(caller, from, all, stored.length, caller.length - from);
        failure.setStackTrace(all);
    }
}
