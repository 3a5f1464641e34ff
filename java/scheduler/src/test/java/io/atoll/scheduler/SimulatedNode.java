package io.atoll.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.concurrent.WorkerEnvironment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * A driver and worker processes with threads, in one thread: each {@link #step} lets one of them do one thing, or
 * delivers one of the messages that are on their way, as a number chooses. What must hold at all times is asserted from
 * what the processes really do, not from what the scheduler believes.
 */
final class SimulatedNode extends SimulatedPools {
    private static final int MAX_TASKS = 120;

    private final Resources node;
    private final int environments;
    private final Scheduler scheduler;
    private final Map<ObjectId, Spec> specs = new LinkedHashMap<>();
    private final Map<ObjectId, Integer> claims = new HashMap<>();
    /** Whose claim words say that they are ahead: whoever changes them has the task. */
    private final Set<ObjectId> ahead = new HashSet<>();

    private final Set<ObjectId> ready = new HashSet<>();
    private final Set<ObjectId> done = new HashSet<>();
    private final Map<ObjectId, Failure> failed = new HashMap<>();
    /** Whose claim words say that they have no value. */
    private final Set<ObjectId> marked = new HashSet<>();

    private final SimulatedOrder order = new SimulatedOrder();

    private int lastNumber;
    private long now = Long.MAX_VALUE - 500; // the clock may go over

    /** @param environments in how many the driver's tasks are; children are in those of their parents */
    SimulatedNode(Resources node, int tasksPerWorker, int environments, int calm) {
        // In a node of several kinds nobody is full: there may be nobody else of a kind.
        super(new SimulatedCrew(tasksPerWorker, node.quantity(Resources.GPU) == 0 && environments == 0));
        this.node = node;
        this.environments = environments;
        scheduler = new Scheduler(new NodePlan(node, SimulatedCrew.WORKERS, tasksPerWorker), this, calm);
        crew.joinAll(scheduler);
    }

    /** A task as its submitter knows it. */
    private record Spec(Task task, ObjectId parent, int submitter) {}

    /** One thing happens. */
    void step(int choice) {
        IntUnaryOperator pick = new Choice(choice);
        ++now;
        switch (pick.applyAsInt(18)) {
            case 16 -> cancel(pick);
            case 17 -> {
                scheduler.advance(now);
                scheduler.allIsTold();
                crew.joinAll(scheduler);
            }
            case 0, 1 -> submitByDriver(pick);
            case 2 -> strayMessage(pick);
            case 3 -> {
                if (pick.applyAsInt(3) == 0) {
                    bury(crew.worker(pick));
                }
            }
            case 4 -> beFull(pick);
            case 5, 6, 7 -> crew.deliver(pick, scheduler);
            default -> {
                SimulatedProcess process = crew.worker(pick);
                if (process.isKilled || process.isRetired) {
                    return;
                }
                if (!process.unstarted.isEmpty() && pick.applyAsInt(2) == 0) {
                    startOrReturn(process, pick);
                } else if (!process.threads.isEmpty()) {
                    act(process, process.threads.get(pick.applyAsInt(process.threads.size())), pick);
                }
            }
        }
        crew.assertUses(node);
    }

    /** Nothing new is submitted; everything else goes on until nothing is left to do. */
    void finish() {
        for (int round = 0; round < 100 * MAX_TASKS && done.size() < specs.size(); ++round) {
            now += 100;
            scheduler.advance(now);
            List.copyOf(crew.all()).stream()
                    .filter(p -> p.isKilled || p.isRetired)
                    .forEach(this::bury);
            crew.joinAll(scheduler);
            for (SimulatedProcess process : crew.all()) {
                process.full = false;
                while (!process.sent.isEmpty()) {
                    process.sent.remove().run();
                }
                scheduler.sendWhatCanGo();
                while (!process.unstarted.isEmpty()) {
                    process.start();
                }
                for (SimulatedProcess.Thread thread : List.copyOf(process.threads)) {
                    if (thread.waitsFor == null) {
                        finishTop(process, thread, true);
                    } else if (!thread.resumeSent && ready.contains(thread.waitsFor)) {
                        sendResume(process, thread);
                    }
                }
                crew.assertUses(node);
            }
        }
        assertThat(done).as("%s", scheduler).containsExactlyInAnyOrderElementsOf(specs.keySet());
        for (Task task : all()) {
            Failure failure = failed.get(task.id());
            boolean isMarked = marked.contains(task.id());
            boolean infeasible = scheduler.lacks(task.demand()) != null;
            assertThat(failure == Failure.INFEASIBLE).isEqualTo(infeasible && !isMarked);
            assertThat(failure != Failure.WORKER_DIED || task.retriesLeft() == 0)
                    .isTrue();
            assertThat(failure == Failure.CANCELLED).as("%s", task).isEqualTo(isMarked);
        }
        assertThat(scheduler.isEmpty()).as("%s", scheduler).isTrue();
    }

    // ---- what processes do

    private void submitByDriver(IntUnaryOperator pick) {
        Resources demand = Choice.demand(pick);
        List<ObjectId> earlier =
                all().stream().filter(task -> !task.nested()).map(Task::id).toList();
        submit(
                crew.driver(),
                demand,
                Choice.some(earlier, pick),
                null,
                pick.applyAsInt(3),
                Choice.environment(pick, environments));
    }

    private List<Task> childrenOf(ObjectId parent, SimulatedProcess process) {
        return all().stream()
                .filter(task -> parent.equals(task.parent()) && specs.get(task.id()).submitter == process.index)
                .toList();
    }

    /** Children need CPU alone, and depend on each other alone: a parent may wait for any of them. */
    private void submitByTask(SimulatedProcess process, SimulatedProcess.Thread thread, IntUnaryOperator pick) {
        ObjectId parent = thread.stack.peek().id();
        List<ObjectId> siblings =
                childrenOf(parent, process).stream().map(Task::id).toList();
        Resources demand = Resources.cpus(new double[] {1, 1, 0.5, 2, 0}[pick.applyAsInt(5)]);
        submit(
                process,
                demand,
                Choice.some(siblings, pick),
                parent,
                pick.applyAsInt(3),
                specs.get(parent).task.environment());
    }

    private void submit(
            SimulatedProcess process,
            Resources demand,
            List<ObjectId> needs,
            ObjectId parent,
            int retries,
            WorkerEnvironment environment) {
        if (specs.size() == MAX_TASKS) {
            return;
        }
        Task task = new Task(
                FakeNode.id(++lastNumber), demand, needs, List.of(), parent, parent, retries, null, environment);
        specs.put(task.id(), new Spec(task, parent, process.index));
        process.sent.add(() -> {
            order.submitRead(task);
            scheduler.submit(task);
        });
    }

    private void startOrReturn(SimulatedProcess process, IntUnaryOperator pick) {
        if (process.mayBeFull && pick.applyAsInt(4) == 0) {
            Task task = process.unstarted.removeLast();
            process.ahead.remove(task.id());
            process.sent.add(() -> scheduler.returned(task.id(), process.index));
        } else {
            process.start();
        }
    }

    private void act(SimulatedProcess process, SimulatedProcess.Thread thread, IntUnaryOperator pick) {
        if (thread.waitsFor != null) {
            if (pick.applyAsInt(4) == 0 && thread.mayGoOn()) {
                goOnAtOnce(process, thread);
            } else if (!thread.resumeSent && ready.contains(thread.waitsFor)) {
                sendResume(process, thread);
            }
            return;
        }
        switch (pick.applyAsInt(8)) {
            case 0, 1 -> submitByTask(process, thread, pick);
            case 2, 3, 4 -> getChild(process, thread, pick);
            case 5 -> failTop(process, thread, pick);
            default -> finishTop(process, thread, pick.applyAsInt(4) > 0);
        }
    }

    /** Its top ends with what it is to be retried for, or goes on beyond its time. */
    private void failTop(SimulatedProcess process, SimulatedProcess.Thread thread, IntUnaryOperator pick) {
        Task task = thread.stack.peek();
        if (pick.applyAsInt(4) == 0) {
            process.sent.add(() -> {
                boolean wasKilled = process.isKilled;
                scheduler.overdue(task.id(), process.index);
                process.overdue = !wasKilled && process.isKilled ? task.id() : process.overdue;
            });
        } else if (task.retriesLeft() > 0 && !marked.contains(task.id())) {
            long delay = pick.applyAsInt(3) * 40;
            thread.stack.pop();
            process.helped += thread.stack.isEmpty() ? 0 : 1;
            if (thread.stack.isEmpty()) {
                process.threads.remove(thread);
                process.ahead.remove(task.id());
            }
            process.sent.add(() -> assertThat(scheduler.retry(task.id(), process.index, delay, now))
                    .isTrue());
        }
    }

    private void sendResume(SimulatedProcess process, SimulatedProcess.Thread thread) {
        thread.askForGrant();
        Task root = thread.root();
        process.sent.add(() -> {
            --thread.resumesUnread;
            order.resumeRead(root);
            scheduler.resume(root.id(), process.index);
        });
    }

    /** Its time is over: it waits for nothing any more, and not for its CPU either. */
    private void goOnAtOnce(SimulatedProcess process, SimulatedProcess.Thread thread) {
        thread.goOnAtOnce();
        Task root = thread.root();
        process.sent.add(() -> {
            order.resumeAnswered(root);
            scheduler.resumedAtOnce(root.id(), process.index);
        });
    }

    /** The thread asks for the result of a child: helps if it can, else blocks, if it is not there. */
    private void getChild(SimulatedProcess process, SimulatedProcess.Thread thread, IntUnaryOperator pick) {
        ObjectId parent = thread.stack.peek().id();
        List<Task> children = childrenOf(parent, process);
        if (children.isEmpty()) {
            return;
        }
        Task child = children.get(pick.applyAsInt(children.size()));
        if (ready.contains(child.id())) {
            return;
        }
        boolean fits =
                child.demand().quantity(Resources.CPU) <= thread.root().demand().quantity(Resources.CPU);
        if (fits
                && !child.isReserved()
                && (!claims.containsKey(child.id()) || ahead.contains(child.id()) && !marked.contains(child.id()))
                && !done.contains(child.id())
                && pick.applyAsInt(3) > 0) {
            if (ahead.remove(child.id())) {
                takeBack(child);
            }
            claims.put(child.id(), process.index);
            thread.stack.push(child);
            for (ObjectId dependency : child.dependencies()) {
                if (!ready.contains(dependency)) {
                    block(process, thread, dependency);
                    return;
                }
            }
        } else {
            block(process, thread, child.id());
        }
    }

    private void block(SimulatedProcess process, SimulatedProcess.Thread thread, ObjectId target) {
        thread.block(target);
        Task root = thread.root();
        process.sent.add(() -> {
            order.resumeAnswered(root);
            scheduler.blocked(root.id(), process.index);
        });
    }

    /** @param knows whether what is ahead has come to the process by then */
    private void finishTop(SimulatedProcess process, SimulatedProcess.Thread thread, boolean knows) {
        ObjectId id = thread.stack.pop().id();
        process.helped += thread.stack.isEmpty() ? 0 : 1;
        ready.add(id);
        if (marked.contains(id)) {
            failed.put(id, Failure.CANCELLED); // as who has it is to store
        }
        Task behind = thread.stack.isEmpty() ? process.ahead.remove(id) : null;
        boolean mayBegin = behind != null && knows && !thread.wentOn;
        boolean begins = mayBegin && claims.getOrDefault(behind.id(), -1) == process.index && ahead.remove(behind.id());
        if (begins) {
            thread.stack.push(behind);
        } else if (thread.stack.isEmpty()) {
            process.threads.remove(thread);
        }
        process.sent.add(() -> scheduler.noteFinished(id, process.index, begins ? behind.id() : null));
    }

    private void bury(SimulatedProcess process) {
        while (!process.sent.isEmpty()) {
            process.sent.remove().run();
        }
        crew.bury(process);
        process.threads.forEach(thread -> order.resumeAnswered(thread.root()));
        Map<Task, Integer> retries = new HashMap<>();
        specs.values().forEach(spec -> retries.put(spec.task, spec.task.retriesLeft()));
        boolean wasKilled = process.isKilled;
        ObjectId overdue = process.overdue;
        scheduler.workerLost(process.index);
        if (wasKilled) {
            retries.forEach((task, before) -> {
                boolean isCharged = task.retriesLeft() < before;
                assertThat(isCharged && !task.id().equals(overdue))
                        .as("%s is charged for another", task)
                        .isFalse();
            });
        }
        claims.forEach((id, client) -> assertThat(client != process.index || ready.contains(id))
                .as("%s is still claimed by who has died", id)
                .isTrue());
        if (!process.isReplaced || crew.hasNoWorker()) {
            crew.joinAll(scheduler);
        }
    }

    /** Somebody who has the ref, as a client does: who finds that nobody has the task ends it. */
    private void cancel(IntUnaryOperator pick) {
        ObjectId id = FakeNode.id(1 + pick.applyAsInt(lastNumber + 1));
        SimulatedProcess process = pick.applyAsInt(2) == 0 ? crew.driver() : crew.worker(pick);
        if (!specs.containsKey(id) || ready.contains(id) || process.isKilled) {
            return;
        }
        marked.add(id);
        boolean force = pick.applyAsInt(3) == 0;
        if (claims.containsKey(id) || specs.get(id).task.isReserved()) {
            process.sent.add(() -> scheduler.cancel(id, force));
        } else {
            claims.put(id, process.index);
            ready.add(id);
            failed.put(id, Failure.CANCELLED);
            process.sent.add(() -> scheduler.noteFinished(id, process.index, null));
        }
    }

    private void beFull(IntUnaryOperator pick) {
        SimulatedProcess process = crew.worker(pick);
        if (process.mayBeFull) {
            process.full = !process.full;
            if (process.full && pick.applyAsInt(2) == 0) {
                scheduler.workerFull(process.index);
            }
        }
    }

    private void strayMessage(IntUnaryOperator pick) {
        ObjectId id = FakeNode.id(1 + pick.applyAsInt(lastNumber + 2));
        boolean isDone = done.contains(id);
        Task known = order.isRead(id) && !isDone ? specs.get(id).task : null;
        StrayMessages.send(scheduler, pick, id, isDone ? crew.worker(pick).index : StrayMessages.FOREIGN, known);
    }

    // ---- what must hold

    private List<Task> all() {
        return specs.values().stream().map(Spec::task).toList();
    }

    @Override
    public Dispatch dispatch(Task task, int worker) {
        assertThat(ready).containsAll(task.dependencies());
        assertThat(done).doesNotContain(task.id());
        if (claims.containsKey(task.id())) {
            return Dispatch.HELPED;
        }
        if (marked.contains(task.id())) {
            return Dispatch.CANCELLED;
        }
        SimulatedProcess process = crew.get(worker);
        assertThat(process.isKilled).isFalse();
        if (process.full) {
            return Dispatch.FULL;
        }
        order.assertMayGo(task, all(), other -> !claims.containsKey(other.id()));
        claims.put(task.id(), worker);
        crew.give(process, task);
        process.unstarted.add(task);
        return Dispatch.SENT;
    }

    @Override
    public Dispatch sendAhead(Task task, Task leader) {
        SimulatedProcess process = crew.get(leader.worker);
        assertThat(leader.mayLead() && !task.isReserved()).isTrue();
        assertThat(leader.demand()).isEqualTo(task.demand());
        Dispatch outcome = dispatch(task, leader.worker);
        if (outcome == Dispatch.SENT) {
            process.unstarted.removeLast();
            ahead.add(task.id());
            if (process.has(leader.id())) { // else that has ended, and this is left where nobody looks
                Task before = process.ahead.put(leader.id(), task);
                assertThat(before == null || before.leader != leader)
                        .as("one behind each")
                        .isTrue();
            }
        }
        return outcome;
    }

    private void takeBack(Task task) {
        crew.takeBack(claims.remove(task.id()));
    }

    @Override
    public boolean recall(Task task) {
        if (!ahead.remove(task.id())) {
            return false;
        }
        takeBack(task);
        return true;
    }

    @Override
    public int claimedBy(Task task) {
        return claims.getOrDefault(task.id(), Scheduler.NOBODY);
    }

    @Override
    public boolean unclaim(Task task) {
        assertThat(claims).containsKey(task.id());
        return !marked.contains(task.id()) && claims.remove(task.id()) != null;
    }

    @Override
    public int mark(Task task) {
        marked.add(task.id());
        return claimedBy(task);
    }

    @Override
    public void interrupt(Task task, int worker) {
        assertThat(marked).contains(task.id());
    }

    @Override
    public void retire(int worker) {
        super.retire(worker);
        assertThat(ready)
                .containsAll(claims.keySet().stream()
                        .filter(id -> claims.get(id) == worker)
                        .toList());
    }

    @Override
    public boolean isReady(ObjectId id) {
        return ready.contains(id);
    }

    @Override
    public void grant(Task task, int worker) {
        order.resumeAnswered(task);
        crew.get(worker).granted(task);
        crew.assertUses(node);
    }

    @Override
    public void fail(Task task, Failure reason, String message) {
        assertThat(ready.add(task.id()) || marked.contains(task.id())).isTrue();
        assertThat(reason != Failure.CANCELLED || marked.contains(task.id())).isTrue();
        failed.put(task.id(), marked.contains(task.id()) ? Failure.CANCELLED : reason);
    }

    @Override
    public void done(Task task) {
        assertThat(ready).contains(task.id());
        assertThat(done.add(task.id())).as("done twice: %s", task).isTrue();
        claims.remove(task.id());
    }
}
