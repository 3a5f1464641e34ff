package io.atoll.internal.call;

import io.atoll.ObjectId;
import io.atoll.scheduler.Task;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** What the scheduler's thread keeps of a call until its task has ended: the record, as it will be sent. */
public final class ScheduledCall {
    public final UnsafeBuffer record;
    public final Task task;
    private final Duration timeout;

    /** Copies the record out of the ring. */
    public ScheduledCall(DirectBuffer ring, int offset, int length) {
        byte[] copy = new byte[length];
        ring.getBytes(offset, copy);
        record = new UnsafeBuffer(copy);
        CallRecord.check(record, length);
        timeout = Duration.ofNanos(CallRecord.policy(record).timeoutNanos());
        task = new Task(
                CallRecord.result(record),
                CallRecord.demand(record),
                CallRecord.ids(record, 0, CallRecord.dependencyCount(record)),
                CallRecord.parent(record),
                CallRecord.holder(record),
                CallRecord.retries(record),
                this);
    }

    public static ScheduledCall of(Task task) {
        return (ScheduledCall) task.payload();
    }

    /** Marks which run of the task is sent, as the task says. */
    public UnsafeBuffer forThisRun() {
        record.putInt(CallRecord.ATTEMPT, task.attempt(), ByteOrder.LITTLE_ENDIAN);
        record.putInt(CallRecord.RETRIES_LEFT, task.retriesLeft(), ByteOrder.LITTLE_ENDIAN);
        return record;
    }

    /** Everything that must live until the task has ended: the arguments and what is inside them. */
    public List<ObjectId> held() {
        return CallRecord.ids(record, 0, CallRecord.dependencyCount(record) + CallRecord.keptCount(record));
    }

    /** How long each of its runs may take; zero for no limit. */
    public Duration timeout() {
        return timeout;
    }

    public String name() {
        return CallRecord.name(record);
    }
}
