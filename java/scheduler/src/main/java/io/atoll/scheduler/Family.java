package io.atoll.scheduler;

import java.util.ArrayList;
import java.util.List;

/** Who has submitted whom, of the tasks that are not done: a list of children in each. One thread. */
final class Family {
    private Family() {}

    static void join(Task parent, Task child) {
        child.elder = parent;
        child.nextSibling = parent.firstChild;
        if (parent.firstChild != null) {
            parent.firstChild.previousSibling = child;
        }
        parent.firstChild = child;
    }

    /** It is done. Its children, if any are left, are nobody's then. */
    static void leave(Task task) {
        for (Task child = task.firstChild; child != null; ) {
            Task next = child.nextSibling;
            child.elder = null;
            child.nextSibling = null;
            child.previousSibling = null;
            child = next;
        }
        task.firstChild = null;
        if (task.elder == null) {
            return;
        }
        if (task.previousSibling == null) {
            task.elder.firstChild = task.nextSibling;
        } else {
            task.previousSibling.nextSibling = task.nextSibling;
        }
        if (task.nextSibling != null) {
            task.nextSibling.previousSibling = task.previousSibling;
        }
        task.elder = null;
        task.nextSibling = null;
        task.previousSibling = null;
    }

    /** The task and all that it, and those, have submitted. */
    static List<Task> from(Task task) {
        List<Task> all = new ArrayList<>();
        all.add(task);
        for (int i = 0; i < all.size(); ++i) {
            for (Task child = all.get(i).firstChild; child != null; child = child.nextSibling) {
                all.add(child);
            }
        }
        return all;
    }
}
