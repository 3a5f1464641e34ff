package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.TaskException;
import io.atoll.internal.call.CallRecord;
import io.atoll.internal.call.Messages;
import io.atoll.internal.call.ScheduledCall;
import io.atoll.scheduler.Scheduler;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What clients say, told to the {@link Scheduler}. Nothing in a message is believed before it has been looked at: what
 * makes no sense is left out, and does not end the node. Who has the scheduler's turn; a node has one for all clients.
 */
final class Inbox {
    private final Scheduler scheduler;
    private final Orders orders;
    private final UnfinishedCalls calls;
    private final Failures failures;

    Inbox(Scheduler scheduler, Orders orders, UnfinishedCalls calls, Failures failures) {
        this.scheduler = scheduler;
        this.orders = orders;
        this.calls = calls;
        this.failures = failures;
    }

    void take(Client from, int type, MutableDirectBuffer buffer, int at, int length) {
        switch (type) {
            case Messages.SUBMIT -> submit(from, buffer, at, length);
            case Messages.FINISHED, Messages.BLOCKED, Messages.RESUME, Messages.RETURNED -> {
                if (length == ObjectId.BYTES) {
                    tell(from, type, CallRecord.id(buffer, at));
                } else {
                    from.leaveOut(type, length + " bytes are no id", null);
                }
            }
            case Messages.FAILED -> failed(from, buffer, at, length);
            default -> from.leaveOut(type, "it is of a kind that is not known", null);
        }
    }

    private void tell(Client from, int type, ObjectId task) {
        switch (type) {
            case Messages.FINISHED -> {
                if (isThere(task)) {
                    scheduler.finished(task, from.index);
                } else {
                    from.leaveOut(type, "task " + task + " has no result", null);
                }
            }
            case Messages.BLOCKED -> scheduler.blocked(task, from.index);
            case Messages.RESUME -> scheduler.resume(task, from.index);
            default -> scheduler.returned(task, from.index);
        }
    }

    private void failed(Client from, MutableDirectBuffer buffer, int at, int length) {
        ObjectId task;
        TaskException error;
        try {
            UnsafeBuffer record = new UnsafeBuffer(new byte[length]);
            buffer.getBytes(at, record, 0, length);
            task = CallRecord.id(record, 0);
            int nameAt = ObjectId.BYTES + Integer.BYTES;
            String name = record.getStringUtf8(nameAt, ByteOrder.LITTLE_ENDIAN);
            int errorAt = nameAt + Integer.BYTES + record.getInt(nameAt, ByteOrder.LITTLE_ENDIAN);
            String text = record.getStringUtf8(errorAt, ByteOrder.LITTLE_ENDIAN);
            int attempt = record.getInt(ObjectId.BYTES, ByteOrder.LITTLE_ENDIAN);
            error = new TaskException(text, name, from.pid, attempt, null);
            if (!scheduler.has(task)) {
                return; // It has ended otherwise.
            }
        } catch (RuntimeException e) {
            from.leaveOut(Messages.FAILED, e.toString(), e);
            return;
        }
        failures.put(task, error);
        scheduler.finished(task, from.index);
    }

    /** What cannot be taken in is told to who waits for it. */
    private void submit(Client from, MutableDirectBuffer buffer, int at, int length) {
        ScheduledCall call;
        try {
            call = new ScheduledCall(buffer, at, length);
            if (scheduler.has(call.task.id()) || !calls.add(call)) {
                return;
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            from.leaveOut(Messages.SUBMIT, e.toString(), e);
            if (length >= ObjectId.BYTES) {
                failures.refuse(CallRecord.id(buffer, at), "the call cannot be taken in: " + e);
            }
            return;
        }
        noticeEnd();
        scheduler.submit(call.task);
    }

    /**
     * Whoever waits for a result may have it, and submit the next task, before the worker has said that the last one is
     * finished. Looked for here, so that one task after the other goes to one worker, which is still awake.
     */
    private void noticeEnd() {
        ObjectId ended = orders.endedUnheard();
        if (ended != null) {
            scheduler.finished(ended, orders.lastWorker());
        }
    }

    private boolean isThere(ObjectId task) {
        try {
            return failures.isReady(task);
        } catch (RuntimeException e) {
            return false; // An id of nowhere.
        }
    }
}
