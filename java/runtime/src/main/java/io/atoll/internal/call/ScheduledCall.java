package io.atoll.internal.call;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.scheduler.Task;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the scheduler's thread keeps of a call until its task has ended: the record, as it will be sent. All from its demand to
 * its function is there once for all calls that have the same, so that millions can wait.
 */
public final class ScheduledCall {
    private static final byte[] NOTHING = {};
    /** For whom a call is run again: no process has such a number. */
    private static final ObjectId AGAIN = new ObjectId(0, 1L << 32);

    public final Task task;
    /** Of the record what is before the demand, and behind the function. */
    final byte[] own;
    /** What is between the two. */
    final byte[] shared;

    private final Duration timeout;
    private @Nullable StreamPlace stream;
    private boolean hasFailed;
    private boolean hasLetGo;
    /** The run in which it has been given all; -1 for none. */
    private int givenIn = -1;

    /** For {@link io.atoll.internal.node}, which keeps all of them in a list. */
    @Nullable
    public ScheduledCall before;

    @Nullable
    public ScheduledCall after;

    /** Copies the record out of the ring. */
    public ScheduledCall(DirectBuffer ring, int offset, int length, SharedBytes known) {
        byte[] copy = new byte[length];
        ring.getBytes(offset, copy);
        UnsafeBuffer record = new UnsafeBuffer(copy);
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
                this,
                CallRecord.environment(record));
        stream = CallRecord.stream(record);
        if (stream != null) { // Where it stands is among what others share.
            own = copy;
            shared = NOTHING;
        } else {
            int argumentsAt = CallRecord.argumentsAt(record);
            shared = known.of(copy, CallRecord.BODY, argumentsAt);
            own = new byte[length - shared.length];
            System.arraycopy(copy, 0, own, 0, CallRecord.BODY);
            System.arraycopy(copy, argumentsAt, own, CallRecord.BODY, length - argumentsAt);
        }
    }

    /**
     * One that is run again after its end. Of the node's resources it takes GPUs alone, without which it could not run, since
     * who waits for it may have all of them and not know that he waits.
     */
    ScheduledCall(byte[] own, byte[] shared) {
        this.own = own;
        this.shared = shared;
        UnsafeBuffer record = whole(own, shared);
        timeout = Duration.ofNanos(CallRecord.policy(record).timeoutNanos());
        task = new Task(
                CallRecord.result(record),
                Resources.none().with(Resources.GPU, CallRecord.demand(record).quantity(Resources.GPU)),
                CallRecord.ids(record, 0, CallRecord.dependencyCount(record)),
                CallRecord.outputs(record),
                AGAIN,
                AGAIN,
                CallRecord.retries(record),
                this,
                CallRecord.environment(record));
    }

    private UnsafeBuffer whole() {
        return whole(own, shared);
    }

    static UnsafeBuffer whole(byte[] own, byte[] shared) {
        if (shared.length == 0) {
            return new UnsafeBuffer(own);
        }
        byte[] whole = new byte[own.length + shared.length];
        int argumentsAt = CallRecord.BODY + shared.length;
        System.arraycopy(own, 0, whole, 0, CallRecord.BODY);
        System.arraycopy(shared, 0, whole, CallRecord.BODY, shared.length);
        System.arraycopy(own, CallRecord.BODY, whole, argumentsAt, whole.length - argumentsAt);
        return new UnsafeBuffer(whole);
    }

    /** Where its stream stands; null when it is none. */
    public @Nullable StreamPlace stream() {
        return stream;
    }

    /** The items before that need not be there for the next run. REQUIRES: it is one. */
    public void moveStream(ObjectId node, long index) {
        UnsafeBuffer record = new UnsafeBuffer(own);
        CallRecord.moveStream(record, node, index);
        stream = CallRecord.stream(record);
    }

    /** REQUIRES: the task is the node's: all of those are calls. */
    @SuppressWarnings("NullAway") // a task has the call that made it for its payload
    public static ScheduledCall of(Task task) {
        return (ScheduledCall) task.payload();
    }

    /** The record, which says which run of the task is sent. */
    public UnsafeBuffer forThisRun() {
        UnsafeBuffer record = whole();
        record.putInt(CallRecord.ATTEMPT, task.attempt(), ByteOrder.LITTLE_ENDIAN);
        record.putInt(CallRecord.RETRIES_LEFT, task.retriesLeft(), ByteOrder.LITTLE_ENDIAN);
        return record;
    }

    /** Whether there is a stream in what it is given by value. */
    public boolean isGivenStream() {
        return CallRecord.isGivenStream(new UnsafeBuffer(own));
    }

    /** Who runs it now has references of his own to what is in its arguments. */
    public void setGiven() {
        givenIn = task.attempt();
    }

    /** Whether that is so for the run that is under way. */
    public boolean isGiven() {
        return givenIn == task.attempt();
    }

    /**
     * What it was given need not live for it any longer: it is not run again.
     *
     * @return what it was given; to be dereferenced
     */
    public List<ObjectId> letGo() {
        List<ObjectId> given = hasLetGo ? List.of() : last(idCount()).subList(0, idCount() - outputCount());
        hasLetGo = true;
        task.setSpent();
        return given;
    }

    public boolean hasLetGo() {
        return hasLetGo;
    }

    private int idCount() {
        UnsafeBuffer record = new UnsafeBuffer(own);
        return CallRecord.dependencyCount(record) + CallRecord.keptCount(record);
    }

    private int outputCount() {
        return task.outputs().size();
    }

    /** Of the ids, which are at the record's end, those of the results last. */
    private List<ObjectId> last(int count) {
        UnsafeBuffer record = new UnsafeBuffer(own);
        List<ObjectId> ids = new ArrayList<>(count + 1);
        for (int i = count; i > 0; --i) {
            ids.add(CallRecord.id(record, own.length - i * ObjectId.BYTES));
        }
        return ids;
    }

    /** Everything that must live until the task has ended: the arguments and what is inside them, and what it makes. */
    public List<ObjectId> held() {
        List<ObjectId> held = last(hasLetGo ? outputCount() : idCount());
        if (stream != null) {
            held.add(stream.node());
        }
        return held;
    }

    /** The node has given it an error for what it was to make. */
    public void setFailed() {
        hasFailed = true;
    }

    public boolean hasFailed() {
        return hasFailed;
    }

    /** How long each of its runs may take; zero for no limit. */
    public Duration timeout() {
        return timeout;
    }

    public String name() {
        return CallRecord.name(whole());
    }
}
