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
    private StreamPlace stream;

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
                CallRecord.outputs(record),
                CallRecord.parent(record),
                CallRecord.holder(record),
                CallRecord.retries(record),
                this);
        stream = CallRecord.stream(record);
    }

    /** Where its stream stands; null when it is none. */
    public StreamPlace stream() {
        return stream;
    }

    /** The items before that need not be there for the next run. */
    public void moveStream(ObjectId node, long index) {
        CallRecord.moveStream(record, node, index);
        stream = CallRecord.stream(record);
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

    /** Everything that must live until the task has ended: the arguments and what is inside them, and what it makes. */
    public List<ObjectId> held() {
        List<ObjectId> held =
                CallRecord.ids(record, 0, CallRecord.dependencyCount(record) + CallRecord.keptCount(record));
        if (stream != null) {
            held.add(stream.node());
        }
        return held;
    }

    /** How long each of its runs may take; zero for no limit. */
    public Duration timeout() {
        return timeout;
    }

    public String name() {
        return CallRecord.name(record);
    }
}
