package io.atoll.internal.lineage;

import io.atoll.ObjectId;
import io.atoll.internal.call.EndedCall;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@link Lineage} keeps of one task that has ended. Guarded by that. */
final class Made {
    final EndedCall call;
    /** Of the heap. */
    final long bytes;
    /** Those that somebody refers to, as far as is known; once it is armed, each has a reference of the keeper's. */
    List<ObjectId> results;
    /** Those of them that are lost, and are to be made again or just being made. */
    List<ObjectId> lost = List.of();

    State state = State.CALM;
    int remakes;

    /** In the list of all that may be forgotten, the oldest first. */
    @Nullable
    Made before;

    @Nullable
    Made after;

    enum State {
        /** Nothing has been on disk yet: its results are not watched. */
        CALM,
        /** Its results are about to be watched: they are in nobody's hands but those of the thread that does it. */
        ARMING,
        /** The keeper refers to its results, and is told of what becomes of them. */
        ARMED,
        /** In no list: it is to be made again, or just being made. */
        LOST,
        FORGOTTEN
    }

    Made(EndedCall call) {
        this.call = call;
        bytes = call.bytes();
        results = call.results();
    }

    void addLost(ObjectId id) {
        List<ObjectId> more = new ArrayList<>(lost);
        more.add(id);
        lost = more;
    }

    /** Nobody refers to it any more. */
    void drop(ObjectId result) {
        results = without(results, result);
        lost = without(lost, result);
    }

    private static List<ObjectId> without(List<ObjectId> ids, ObjectId id) {
        return ids.stream().filter(each -> !each.equals(id)).toList();
    }
}
