package io.atoll.internal.call;

import io.atoll.ObjectId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.agrona.concurrent.UnsafeBuffer;

/** What is kept of a call whose task has ended, so that what it has made can be made again. */
public final class EndedCall {
    /** What objects of ours take beside the bytes of the record, generously. */
    private static final int BESIDE_BYTES = 200;

    /** As in {@link ScheduledCall}. */
    final byte[] own;

    final byte[] shared;
    private final ObjectId task;
    private final List<ObjectId> outputs;

    /** REQUIRES: it is no stream. */
    public EndedCall(ScheduledCall call) {
        own = call.own;
        shared = call.shared;
        task = call.task.id();
        outputs = call.task.outputs();
    }

    /** After which it is named. */
    public ObjectId task() {
        return task;
    }

    public boolean hasOneResult() {
        return outputs.isEmpty();
    }

    /** What somebody may refer to: the task's own object, or each of several results. */
    public List<ObjectId> results() {
        return hasOneResult() ? List.of(task) : outputs;
    }

    /** Arguments, and what is named inside those that the record holds. */
    public List<ObjectId> arguments() {
        UnsafeBuffer record = new UnsafeBuffer(own);
        int count = CallRecord.dependencyCount(record) + CallRecord.keptCount(record) - outputs.size();
        if (count == 0) {
            return List.of();
        }
        List<ObjectId> ids = new ArrayList<>(count);
        for (int i = outputs.size() + count; i > outputs.size(); --i) { // At its end, the outputs last.
            ids.add(CallRecord.id(record, own.length - i * ObjectId.BYTES));
        }
        return ids;
    }

    /** Of the heap: what calls of one function share is not counted. */
    public int bytes() {
        return own.length + BESIDE_BYTES;
    }

    public String name() {
        return CallRecord.name(ScheduledCall.whole(own, shared));
    }

    /**
     * The call, to be run again.
     *
     * @param as after which it is named
     * @param output what is made in the place of each of several results
     */
    public ScheduledCall again(ObjectId as, UnaryOperator<ObjectId> output) {
        byte[] copy = own.clone();
        UnsafeBuffer record = new UnsafeBuffer(copy);
        CallRecord.putId(record, CallRecord.RESULT, as);
        for (int at = copy.length - outputs.size() * ObjectId.BYTES; at < copy.length; at += ObjectId.BYTES) {
            CallRecord.putId(record, at, output.apply(CallRecord.id(record, at)));
        }
        return new ScheduledCall(copy, shared);
    }
}
