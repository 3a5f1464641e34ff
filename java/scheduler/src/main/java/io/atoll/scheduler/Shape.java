package io.atoll.scheduler;

import io.atoll.Resources;
import io.atoll.concurrent.WorkerEnvironment;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The queued tasks of one demand, in one environment. Tasks of one shape can take each other's place exactly, so only the first of each
 * shape is ever looked at. A lane for each group: a task's own, newest first (stamps fall from head to tail), the driver's,
 * oldest first (stamps rise). The lanes take turns.
 */
final class Shape {
    final Resources demand;
    /** Of the workers that may run its tasks. */
    final WorkerEnvironment environment;
    /** The same in ten-thousandths, by the scheduler's index of resources. */
    final long[] amounts;
    /** Tasks of other shapes that were sent while the first of this one did not fit, or no worker of its kind was wanted. */
    int passedOver;
    /** Tasks of this shape that are not done. */
    int users;
    /** So many of this shape have to end before one may be ahead; below 0, so many more than one may be. See {@link Ahead}. */
    int unrest;
    /** So many may be ahead in a chain. See {@link Ahead}. */
    int deepest = Ahead.FEW;
    /** Since when {@link #ended} have ended. */
    long sampledAt;

    int ended;
    /** Those that run or are ahead, and have nobody behind them. */
    final Set<Task> leaders = new LinkedHashSet<>();

    private final Map<Group, Lane> lanes = new HashMap<>();
    /** A list of those lanes, none of them empty, in the order of their groups' turns. */
    private @Nullable Lane first;

    private @Nullable Lane last;

    Shape(Resources demand, WorkerEnvironment environment, long[] amounts) {
        this.demand = demand;
        this.environment = environment;
        this.amounts = amounts;
    }

    /** The one to run next, or null. */
    @Nullable
    Task head() {
        return first == null ? null : first.head;
    }

    boolean isEmpty() {
        return first == null;
    }

    void addFirst(Task task) {
        lane(task).addFirst(task);
    }

    void addLast(Task task) {
        lane(task).addLast(task);
    }

    /** Where its stamp says. */
    void addBack(Task task) {
        lane(task).addBack(task);
    }

    /** From wherever it is in its lane. */
    void remove(Task task) {
        Lane lane = Objects.requireNonNull(lanes.get(task.group));
        lane.remove(task);
        if (lane.head == null) {
            lanes.remove(lane.group);
            lane.group.shapes.remove(this);
            unlink(lane);
        }
    }

    /** The group, which has a lane here, has had its turn: it is the last now. */
    void moveToEnd(Group group) {
        Lane lane = Objects.requireNonNull(lanes.get(group));
        unlink(lane);
        link(lane);
    }

    private Lane lane(Task task) {
        Lane lane = lanes.get(task.group);
        if (lane == null) {
            lane = new Lane(task.group);
            lanes.put(task.group, lane);
            task.group.shapes.add(this);
            link(lane);
        }
        return lane;
    }

    /** Behind all whose turn was before; those are nearly always all. */
    private void link(Lane lane) {
        Lane before = last;
        while (before != null && before.group.turn > lane.group.turn) {
            before = before.before;
        }
        lane.before = before;
        lane.after = before == null ? first : before.after;
        if (lane.after == null) {
            last = lane;
        } else {
            lane.after.before = lane;
        }
        if (before == null) {
            first = lane;
        } else {
            before.after = lane;
        }
    }

    private void unlink(Lane lane) {
        if (lane.before == null) {
            first = lane.after;
        } else {
            lane.before.after = lane.after;
        }
        if (lane.after == null) {
            last = lane.before;
        } else {
            lane.after.before = lane.before;
        }
        lane.before = null;
        lane.after = null;
    }

    /** Whether {@code a}, the head of a shape, goes before {@code b}, that of another. */
    static boolean goesBefore(Task a, Task b) {
        if (a.group != b.group) {
            return a.group.turn < b.group.turn;
        }
        return a.nested() ? a.stamp > b.stamp : a.stamp < b.stamp;
    }

    /** A list through the tasks themselves: a helped task leaves from the middle. */
    private static final class Lane {
        private final Group group;
        private @Nullable Lane before;
        private @Nullable Lane after;
        private @Nullable Task head;
        private @Nullable Task tail;
        /** The last that came back: what comes back with it mostly goes behind it. */
        private @Nullable Task back;

        Lane(Group group) {
            this.group = group;
        }

        void addFirst(Task task) {
            task.after = head;
            if (head == null) {
                tail = task;
            } else {
                head.before = task;
            }
            head = task;
        }

        void addLast(Task task) {
            task.before = tail;
            if (tail == null) {
                head = task;
            } else {
                tail.after = task;
            }
            tail = task;
        }

        void addBack(Task task) {
            Task later = head;
            if (back != null && goesBefore(back, task)) {
                later = back.after;
            } else if (back != null) {
                for (later = back; later.before != null && goesBefore(task, later.before); ) {
                    later = later.before;
                }
            }
            back = task;
            while (later != null && goesBefore(later, task)) {
                later = later.after;
            }
            if (later == null) {
                addLast(task);
            } else if (later.before == null) {
                addFirst(task);
            } else {
                task.before = later.before;
                task.after = later;
                later.before.after = task;
                later.before = task;
            }
        }

        void remove(Task task) {
            if (back == task) {
                back = null;
            }
            if (task.before == null) {
                head = task.after;
            } else {
                task.before.after = task.after;
            }
            if (task.after == null) {
                tail = task.before;
            } else {
                task.after.before = task.before;
            }
            task.before = null;
            task.after = null;
        }
    }
}
