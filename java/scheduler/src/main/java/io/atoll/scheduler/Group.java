package io.atoll.scheduler;

import io.atoll.ObjectId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The queued tasks of one submitter, whatever they demand: of the driver, or of one task. Groups take turns. */
final class Group {
    /** Null for the driver's. */
    final @Nullable ObjectId parent;
    /** When it had its last turn, or came. */
    long turn;
    /** Those in which it has a lane. */
    final List<Shape> shapes = new ArrayList<>(1);
    /** Queued tasks. */
    int size;

    Group(@Nullable ObjectId parent) {
        this.parent = parent;
    }
}
