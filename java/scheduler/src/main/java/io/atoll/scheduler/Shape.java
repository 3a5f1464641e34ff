package io.atoll.scheduler;

import io.atoll.Resources;

/**
 * The queued tasks of one demand. Tasks of one shape can take each other's place exactly, so only the first of each
 * shape is ever looked at. Two lanes: nested tasks, newest first (stamps fall from head to tail), and before any of the
 * others, oldest first (stamps rise).
 */
final class Shape {
    final Resources demand;
    /** The same in ten-thousandths, by the scheduler's index of resources. */
    final long[] amounts;
    /** Tasks of other shapes that were sent while the first of this one did not fit. */
    int passedOver;

    private final Lane nested = new Lane();
    private final Lane others = new Lane();

    Shape(Resources demand, long[] amounts) {
        this.demand = demand;
        this.amounts = amounts;
    }

    /** The one to run next, or null. */
    Task head() {
        return nested.head != null ? nested.head : others.head;
    }

    boolean isEmpty() {
        return head() == null;
    }

    void addFirst(Task task) {
        lane(task).addFirst(task);
    }

    void addLast(Task task) {
        lane(task).addLast(task);
    }

    /** From wherever it is in its lane. */
    void remove(Task task) {
        lane(task).remove(task);
    }

    /** Whether {@code a}, the head of a shape, goes before {@code b}, that of another. */
    static boolean goesBefore(Task a, Task b) {
        if (a.nested() != b.nested()) {
            return a.nested();
        }
        return a.nested() ? a.stamp > b.stamp : a.stamp < b.stamp;
    }

    private Lane lane(Task task) {
        return task.nested() ? nested : others;
    }

    /** A list through the tasks themselves: a helped task leaves from the middle. */
    private static final class Lane {
        private Task head;
        private Task tail;

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

        void remove(Task task) {
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
