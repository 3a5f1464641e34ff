package io.atoll.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.Resources;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Workers, claims and objects as plain collections, and what the scheduler had done, in order. */
final class FakeNode implements SchedulerActions {
    final List<String> log = new ArrayList<>();
    final Map<ObjectId, Integer> claims = new HashMap<>();
    final Set<ObjectId> ready = new HashSet<>();
    /** Marked on their claim words. */
    final Set<ObjectId> cancelled = new HashSet<>();

    /** Sent ahead, and not begun. */
    final Set<ObjectId> ahead = new HashSet<>();
    /** Whether workers take any. */
    boolean takesAhead;

    final Set<Integer> full = new HashSet<>();
    final Set<ObjectId> done = new HashSet<>();
    final Map<ObjectId, Failure> failed = new HashMap<>();
    final Map<ObjectId, Task> granted = new HashMap<>();

    static ObjectId id(int number) {
        return new ObjectId(1, number);
    }

    static Task task(int number, Resources demand, int... dependencies) {
        return make(number, demand, null, dependencies);
    }

    static Task nested(int number, Resources demand, int... dependencies) {
        return make(number, demand, id(1), dependencies);
    }

    static Task nestedIn(int parent, int number, Resources demand) {
        return make(number, demand, id(parent));
    }

    private static Task make(int number, Resources demand, ObjectId parent, int... dependencies) {
        List<ObjectId> ids = new ArrayList<>();
        for (int dependency : dependencies) {
            ids.add(id(dependency));
        }
        return new Task(id(number), demand, ids, parent, 3, "payload of " + number);
    }

    /** That a task waits for all of these. */
    static Waits waits(int holder, int... makers) {
        Waits waits = new Waits();
        add(waits, holder, makers.length, makers);
        return waits;
    }

    static void add(Waits waits, int holder, int wanted, int... makers) {
        List<ObjectId> ids = new ArrayList<>();
        for (int maker : makers) {
            ids.add(id(maker));
        }
        waits.add(id(holder), List.of(), ids, wanted);
    }

    /** What has happened since the last call. */
    List<String> events() {
        List<String> events = List.copyOf(log);
        log.clear();
        return events;
    }

    @Override
    public Dispatch dispatch(Task task, int worker) {
        assertThat(done).doesNotContain(task.id());
        if (cancelled.contains(task.id()) && !claims.containsKey(task.id())) {
            return Dispatch.CANCELLED;
        }
        if (full.contains(worker)) {
            return Dispatch.FULL;
        }
        if (claims.putIfAbsent(task.id(), worker) != null) {
            return Dispatch.HELPED;
        }
        log.add(task.id().place() + " to " + worker);
        return Dispatch.SENT;
    }

    @Override
    public Dispatch sendAhead(Task task, Task leader) {
        if (!takesAhead) {
            return Dispatch.FULL;
        }
        Dispatch outcome = dispatch(task, leader.worker);
        if (outcome == Dispatch.SENT) {
            ahead.add(task.id());
            log.set(log.size() - 1, task.id().place() + " behind " + leader.id().place() + " at " + leader.worker);
        }
        return outcome;
    }

    @Override
    public boolean recall(Task task) {
        boolean isBack = ahead.remove(task.id());
        if (isBack) {
            claims.remove(task.id());
            log.add(task.id().place() + " back");
        }
        return isBack;
    }

    @Override
    public int claimedBy(Task task) {
        return claims.getOrDefault(task.id(), Scheduler.NOBODY);
    }

    @Override
    public boolean unclaim(Task task) {
        if (cancelled.contains(task.id())) {
            return false;
        }
        claims.remove(task.id());
        return true;
    }

    @Override
    public int mark(Task task) {
        cancelled.add(task.id());
        return claimedBy(task);
    }

    @Override
    public void interrupt(Task task, int worker) {
        log.add("interrupt " + task.id().place() + " at " + worker);
    }

    @Override
    public void breakWait(Task task, List<Task> cycle) {
        log.add("break " + cycle.stream().map(each -> each.id().place()).toList());
    }

    @Override
    public void kill(int worker, String why) {
        log.add("kill " + worker);
    }

    @Override
    public void want(WorkerKind kind, int count) {
        log.add("want " + count + " " + kind);
    }

    @Override
    public void replace(int worker) {
        log.add("replace " + worker);
    }

    @Override
    public void retire(int worker) {
        log.add("retire " + worker);
    }

    @Override
    public boolean isReady(ObjectId id) {
        return ready.contains(id);
    }

    @Override
    public void grant(Task task, int worker) {
        assertThat(done).doesNotContain(task.id());
        granted.put(task.id(), task);
        log.add("grant " + task.id().place() + " at " + worker);
    }

    @Override
    public void fail(Task task, Failure reason, String message) {
        failed.put(task.id(), reason);
        ready.add(task.id());
        log.add(task.id().place() + " " + reason + ": " + message);
    }

    @Override
    public void done(Task task) {
        assertThat(done.add(task.id())).as("done twice: %s", task).isTrue();
        claims.remove(task.id());
    }
}
