package io.atoll.internal.call;

import io.atoll.ObjectId;
import io.atoll.scheduler.Task;
import java.nio.ByteOrder;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** What the scheduler's thread keeps of a call until its task has ended: the record, as it will be sent. */
public final class ScheduledCall {
    public final UnsafeBuffer record;
    public final Task task;

    /** Copies the record out of the ring. */
    public ScheduledCall(DirectBuffer ring, int offset, int length) {
        byte[] copy = new byte[length];
        ring.getBytes(offset, copy);
        record = new UnsafeBuffer(copy);
        CallRecord.check(record, length);
        task = new Task(
                CallRecord.result(record),
                CallRecord.demand(record),
                CallRecord.ids(record, 0, CallRecord.dependencyCount(record)),
                CallRecord.parent(record),
                CallRecord.retries(record),
                this);
    }

    public static ScheduledCall of(Task task) {
        return (ScheduledCall) task.payload();
    }

    /** Marks which run of the task is sent. */
    public UnsafeBuffer forAttempt(int attempt) {
        record.putInt(CallRecord.ATTEMPT, attempt, ByteOrder.LITTLE_ENDIAN);
        return record;
    }

    /** Everything that must live until the task has ended: the arguments and what is inside them. */
    public List<ObjectId> held() {
        return CallRecord.ids(record, 0, CallRecord.dependencyCount(record) + CallRecord.keptCount(record));
    }

    public String name() {
        return CallRecord.name(record);
    }
}
