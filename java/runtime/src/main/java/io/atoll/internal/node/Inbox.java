package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.ObjectStoreFullException;
import io.atoll.TaskException;
import io.atoll.internal.call.CallRecord;
import io.atoll.internal.call.Messages;
import io.atoll.internal.call.ScheduledCall;
import io.atoll.internal.call.SharedBytes;
import io.atoll.internal.call.StreamPlace;
import io.atoll.internal.log.Log;
import io.atoll.scheduler.Scheduler;
import io.atoll.scheduler.Task;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What clients say, told to the {@link Scheduler}. Nothing in a message is believed before it has been looked at: what
 * makes no sense is left out, and does not end the node. Who has the scheduler's turn; a node has one for all clients.
 */
final class Inbox {
    /** Of a retry. */
    private static final long MOST_DELAY_NANOS = Long.MAX_VALUE / 4;

    private final Scheduler scheduler;
    private final Orders orders;
    private final UnfinishedCalls calls;
    private final Failures failures;
    private final Unheard unheard;
    private final Doubts doubts;
    private final SmallResults small;
    private final SharedBytes shared = new SharedBytes();

    Inbox(
            Scheduler scheduler,
            Orders orders,
            UnfinishedCalls calls,
            Failures failures,
            Unheard unheard,
            Doubts doubts,
            SmallResults small) {
        this.scheduler = scheduler;
        this.orders = orders;
        this.calls = calls;
        this.failures = failures;
        this.unheard = unheard;
        this.doubts = doubts;
        this.small = small;
    }

    void take(Client from, int type, MutableDirectBuffer buffer, int at, int length) {
        switch (type) {
            case Messages.SUBMIT -> submit(from, buffer, at, length);
            case Messages.FINISHED -> finished(from, buffer, at, length);
            case Messages.BLOCKED,
                    Messages.RESUME,
                    Messages.RESUMED_AT_ONCE,
                    Messages.RETURNED,
                    Messages.CANCEL,
                    Messages.CANCEL_BY_FORCE,
                    Messages.OVERDUE,
                    Messages.STUCK,
                    Messages.HEARD,
                    Messages.CHECKED,
                    Messages.GIVEN,
                    Messages.DETACHED -> {
                if (length == ObjectId.BYTES) {
                    tell(from, type, CallRecord.id(buffer, at));
                } else {
                    from.leaveOut(type, length + " bytes are no id", null);
                }
            }
            case Messages.FAILED, Messages.RETRY -> failed(from, type, buffer, at, length);
            case Messages.STREAMED -> streamed(from, buffer, at, length);
            case Messages.WAITS -> doubts.waits(from, buffer, at, length);
            case Messages.PROGRESS -> progress(from, buffer, at, length);
            case Messages.FAILED_WITH -> failedWith(from, buffer, at, length);
            case Messages.RESULT -> result(from, buffer, at, length);
            default -> from.leaveOut(type, "it is of a kind that is not known", null);
        }
    }

    /** Some messages have been read, one after the other. */
    void read() {
        scheduler.sendWhatCanGo();
    }

    private void tell(Client from, int type, ObjectId task) {
        switch (type) {
            case Messages.BLOCKED, Messages.RESUME, Messages.RESUMED_AT_ONCE, Messages.DETACHED ->
                doubts.hasMoved(task);
            case Messages.HEARD -> doubts.heardIdleTalk();
            default -> {}
        }
        switch (type) {
            case Messages.BLOCKED -> scheduler.blocked(task, from.index);
            case Messages.RESUME -> scheduler.resume(task, from.index);
            case Messages.RESUMED_AT_ONCE -> scheduler.resumedAtOnce(task, from.index);
            case Messages.DETACHED -> scheduler.detached(task, from.index);
            case Messages.STUCK -> scheduler.stuck(from.index);
            case Messages.HEARD -> unheard.heard(task);
            case Messages.GIVEN -> given(task, from);
            case Messages.CHECKED -> doubts.answered(from, task);
            case Messages.OVERDUE -> scheduler.overdue(task, from.index);
            case Messages.CANCEL, Messages.CANCEL_BY_FORCE -> {
                ObjectId known = calls.taskOf(task);
                if (scheduler.has(known)) {
                    scheduler.cancel(known, type == Messages.CANCEL_BY_FORCE);
                } else {
                    orders.interruptUnheard(task);
                }
            }
            default -> scheduler.returned(task, from.index);
        }
    }

    private void given(ObjectId id, Client from) {
        Task task = scheduler.taskAt(id, from.index);
        if (task != null) {
            calls.given(ScheduledCall.of(task));
        }
    }

    private void finished(Client from, MutableDirectBuffer buffer, int at, int length) {
        if (length != ObjectId.BYTES && length != 2 * ObjectId.BYTES) {
            from.leaveOut(Messages.FINISHED, length + " bytes are not one id, nor two", null);
            return;
        }
        ObjectId task = CallRecord.id(buffer, at);
        doubts.hasMoved(task);
        if (isThere(task)) {
            ObjectId next = length == ObjectId.BYTES ? null : CallRecord.id(buffer, at + ObjectId.BYTES);
            scheduler.noteFinished(task, from.index, next);
        } else {
            from.leaveOut(Messages.FINISHED, "task " + task + " has no result", null);
        }
    }

    private void failed(Client from, int type, MutableDirectBuffer buffer, int at, int length) {
        ObjectId task;
        TaskException error;
        long delay;
        try {
            UnsafeBuffer record = new UnsafeBuffer(new byte[length]);
            buffer.getBytes(at, record, 0, length);
            task = CallRecord.id(record, 0);
            delay = type == Messages.RETRY ? record.getLong(ObjectId.BYTES, ByteOrder.LITTLE_ENDIAN) : 0;
            int attemptAt = ObjectId.BYTES + (type == Messages.RETRY ? Long.BYTES : 0);
            int nameAt = attemptAt + Integer.BYTES;
            String name = record.getStringUtf8(nameAt, ByteOrder.LITTLE_ENDIAN);
            int errorAt = nameAt + Integer.BYTES + record.getInt(nameAt, ByteOrder.LITTLE_ENDIAN);
            String text = record.getStringUtf8(errorAt, ByteOrder.LITTLE_ENDIAN);
            int attempt = record.getInt(attemptAt, ByteOrder.LITTLE_ENDIAN);
            error = new TaskException(text, name, from.pid, attempt, null);
            if (!scheduler.has(task)) {
                failedBeside(from, task, error);
                return;
            }
        } catch (RuntimeException e) {
            from.leaveOut(type, e.toString(), e);
            return;
        }
        doubts.hasMoved(task);
        long wait = Math.max(0, Math.min(delay, MOST_DELAY_NANOS));
        if (type == Messages.RETRY && scheduler.retry(task, from.index, wait, System.nanoTime())) {
            Log.of(SchedulerThread.class).info("{}; it is run again in {} ms", error.getMessage(), wait / 1_000_000);
            return;
        }
        Task known = scheduler.taskAt(task, from.index);
        if (known == null) {
            from.leaveOut(type, "task " + task + " is not here", null);
        } else {
            failures.put(ScheduledCall.of(known), UnfinishedCalls.notAgain(ScheduledCall.of(known), error));
            scheduler.finished(task, from.index);
        }
    }

    /** No task of its own: one of several results, or a place in a stream; or one that has ended otherwise. */
    private void failedBeside(Client from, ObjectId result, TaskException error) {
        ObjectId task = calls.taskOf(result);
        if (!scheduler.has(task) || scheduler.taskAt(task, from.index) != null) {
            failures.putIfMissing(result, error);
        }
    }

    private void progress(Client from, MutableDirectBuffer buffer, int at, int length) {
        doubts.heardIdleTalk();
        if (length != ObjectId.BYTES + Double.BYTES) {
            from.leaveOut(Messages.PROGRESS, length + " bytes are no progress", null);
            return;
        }
        Task task = scheduler.taskAt(CallRecord.id(buffer, at), from.index);
        if (task != null) {
            calls.setProgress(task, buffer.getDouble(at + ObjectId.BYTES, ByteOrder.LITTLE_ENDIAN));
        }
    }

    private void failedWith(Client from, MutableDirectBuffer buffer, int at, int length) {
        try {
            UnsafeBuffer record = new UnsafeBuffer(new byte[length]);
            buffer.getBytes(at, record, 0, length);
            ObjectId result = CallRecord.id(record, ObjectId.BYTES);
            if (failures.isOfThisStore(result)) {
                String[] texts = new String[3]; // name, kind, text
                int textAt = 2 * ObjectId.BYTES;
                for (int i = 0; i < texts.length; ++i) {
                    texts[i] = record.getStringUtf8(textAt, ByteOrder.LITTLE_ENDIAN);
                    textAt += Integer.BYTES + record.getInt(textAt, ByteOrder.LITTLE_ENDIAN);
                }
                unheard.failed(CallRecord.id(record, 0), result, texts[0], texts[1], texts[2]);
            }
        } catch (RuntimeException e) {
            from.leaveOut(Messages.FAILED_WITH, e.toString(), e);
        }
    }

    private void result(Client from, MutableDirectBuffer buffer, int at, int length) {
        UnsafeBuffer record = new UnsafeBuffer(new byte[length]);
        buffer.getBytes(at, record, 0, length);
        try {
            small.put(record);
        } catch (ObjectStoreFullException e) {
            // Its worker waits on.
        } catch (RuntimeException e) {
            from.leaveOut(Messages.RESULT, e.toString(), e);
        }
    }

    private void streamed(Client client, MutableDirectBuffer buffer, int at, int length) {
        if (length != 2 * ObjectId.BYTES + Long.BYTES) {
            client.leaveOut(Messages.STREAMED, length + " bytes are no place in a stream", null);
            return;
        }
        Task task = scheduler.taskAt(CallRecord.id(buffer, at), client.index);
        ScheduledCall call = task == null ? null : ScheduledCall.of(task);
        StreamPlace from = call == null ? null : call.stream();
        if (call == null || from == null) {
            return; // It has ended otherwise.
        }
        long index = buffer.getLong(at + ObjectId.BYTES, ByteOrder.LITTLE_ENDIAN);
        ObjectId node = CallRecord.id(buffer, at + ObjectId.BYTES + Long.BYTES);
        try {
            calls.moveStream(call, from, node, index);
        } catch (RuntimeException e) {
            client.leaveOut(Messages.STREAMED, e.toString(), e);
        }
    }

    /** What cannot be taken in is told to who waits for it. */
    private void submit(Client from, MutableDirectBuffer buffer, int at, int length) {
        ScheduledCall call;
        try {
            call = new ScheduledCall(buffer, at, length, shared);
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
