package io.atoll.internal.node;

import io.atoll.TaskException;
import io.atoll.WorkerDiedException;
import io.atoll.concurrent.TaskTimeoutException;
import io.atoll.internal.call.ScheduledCall;
import io.atoll.internal.process.Ending;
import io.atoll.internal.process.WorkerProcesses;
import io.atoll.scheduler.Task;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** One client's death, for the errors of those whom it is charged to. Who has the scheduler's turn. */
final class WorkerDeath {
    private static final int LONGEST_LIST = 200;

    private final WorkerProcesses workers;
    private final long pid;
    private final List<Task> tasks;
    /** How it ended: waited for only if somebody is told. */
    private @Nullable Ending ending;

    /** Of the process {@code pid}, which had these tasks. */
    WorkerDeath(WorkerProcesses workers, long pid, List<Task> tasks) {
        this.workers = workers;
        this.pid = pid;
        this.tasks = tasks;
    }

    /** What the call fails with, whose last attempt this was. */
    TaskException error(ScheduledCall call, int attempt) {
        if (ending == null) {
            ending = workers.ending(pid);
        }
        String text = "task " + call.name() + ": worker " + pid + " died while it ran it, attempt " + attempt + " of "
                + attempt + ": " + ending + beside(call) + UnfinishedCalls.notAgain(call);
        return new WorkerDiedException(text, call.name(), pid, attempt, ending.how());
    }

    /** The same for one that it was killed for: it ran on beyond its time. */
    TaskException overdue(ScheduledCall call, int attempt) {
        String text = "task " + call.name() + " (worker " + pid + ", attempt " + attempt + ") ran for more than "
                + call.timeout() + " and did not heed its interrupt, so its worker was killed";
        return new TaskTimeoutException(text, call.name(), pid, attempt);
    }

    /** What else was in that worker, for who looks for the culprit. */
    private String beside(ScheduledCall call) {
        StringJoiner others = new StringJoiner(", ", "; beside it were ", "");
        others.setEmptyValue("");
        for (Task each : tasks) {
            if (each != call.task && others.length() < LONGEST_LIST) {
                others.add(ScheduledCall.of(each).name());
            }
        }
        return others.toString();
    }
}
