package io.atoll.internal.call;

import io.atoll.ObjectId;

/**
 * Who submits a call.
 *
 * @param task the task that does; with store 0 a process of which no task is known, or the driver
 * @param holder the task on whose resources that one runs: itself, or one that helps with it
 */
public record Submitter(ObjectId task, ObjectId holder) {
    public static final Submitter DRIVER = new Submitter(new ObjectId(0, 0), new ObjectId(0, 0));

    /** A thread of a client that runs no task that anybody knows of. */
    public static Submitter process(int client) {
        ObjectId id = new ObjectId(0, client + 1L);
        return new Submitter(id, id);
    }
}
