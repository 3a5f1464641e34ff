package io.atoll.internal.lineage;

import io.atoll.ObjectId;
import io.atoll.ObjectStoreFullException;
import io.atoll.internal.call.EndedCall;
import io.atoll.internal.call.ScheduledCall;
import io.atoll.internal.log.Log;
import io.atoll.internal.process.Repetitions;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectEvent;
import io.atoll.internal.store.ObjectStore;
import io.atoll.internal.store.Struct;
import io.atoll.jni.StoreLayout;
import io.atoll.scheduler.Task;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Has results made again that are lost, since their file on disk is damaged or cannot be read: by the calls of tasks that
 * have ended, which are kept as long as somebody refers to what they made, with a reference to each of their arguments. What
 * is kept is bounded by its bytes, those of the arguments in memory and on disk included; the oldest goes first, and what a
 * call that was let go has made stays lost. So does what was put, and what tasks without retries have made.
 *
 * <p><b>Calm.</b> As long as the store has never been short of room nothing can be lost: the calls are just kept, and those
 * whose results are gone are found by looking, some at a time.
 *
 * <p><b>Armed.</b> From the first shortage on, each result is watched by a client of its own, the keeper: it refers to the
 * result, is told when nobody else does any more, and is asked before anybody is told that the result is lost. A task of its
 * own then makes it, by the usual way; nobody who waits for it notices more than that it takes long. It takes nothing of the
 * node's resources, since those who have them may wait for it within a read; so only as many as there are CPUs run at a
 * time, and another when nothing has begun for a second, since they may wait for each other. An argument that is lost as
 * well is found to be when the task reads it, and made again in the same way.
 *
 * <p>{@link #keep} and {@link #remakeSome} are for who has the scheduler's turn; a thread of this listens, arms and looks.
 */
public final class Lineage implements AutoCloseable {
    /** Between two looks; longer while nothing changes. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(4);
    /** How many calls a look takes in, those that keeping others has looked at included, */
    private static final int AT_ONCE = 2000;
    /** and how many of them without letting the scheduler in. */
    private static final int STRETCH = 100;
    /** Whoever keeps a call looks at so many: more go than come, so that what most programs drop soon goes while it is young. */
    private static final int LOOKS_A_CALL = 2;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long STATS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final NativeStore store;
    private final Runnable wake;
    private final int mostAtATime;
    /** Zero: nothing is kept. */
    private volatile long budget;

    private final LineageBytes bytes; // guarded by this
    private final MadeList list = new MadeList(); // guarded by this
    private final Map<ObjectId, Made> armed = new HashMap<>(); // guarded by this: by result
    private final ArrayDeque<Made> lost = new ArrayDeque<>(); // guarded by this
    private @Nullable Thread thread; // guarded by this
    private boolean closed; // guarded by this
    private int lookedAt; // guarded by this: by who kept calls, since the thread's last look
    private volatile @Nullable Keeper keeper; // null while all is calm
    private volatile boolean isAnyLost;
    /** What stays lost: tasks may wait for it that were submitted when it was to be made again. */
    private final Queue<ObjectId> givenUp = new ConcurrentLinkedQueue<>();

    /** What is made again now, by the task that does it; who has the turn. */
    private final Map<ObjectId, Remake> remakes = new HashMap<>();

    private long begunAt; // who has the turn
    private final Repetitions told; // who has the turn

    private record Remake(Made made, Task task) {}

    private long pause = LOOK_NANOS; // the thread's
    private long statsAt = System.nanoTime(); // the thread's

    /**
     * One for a node.
     *
     * @param budget bytes; 0: nothing is kept
     * @param mostAtATime how many results are made at a time, unless they wait
     * @param wake has the scheduler call {@link #remakeSome} soon
     */
    public Lineage(NativeStore store, long budget, int mostAtATime, Runnable wake) {
        this.store = store;
        this.budget = budget;
        this.mostAtATime = Math.max(1, mostAtATime);
        this.wake = wake;
        bytes = new LineageBytes(store);
        told = new Repetitions(text -> Log.of(Lineage.class).warn("{}", text));
    }

    // ---- who has the turn

    /** The task of the call has ended. Whether the references on its arguments are this one's from now on. */
    public boolean keep(ScheduledCall call) {
        if (!remakes.isEmpty()) {
            Remake remake = remakes.remove(call.task.id());
            if (remake != null) {
                ended(remake.made);
                return false; // This has its own.
            }
        }
        if (budget == 0 || call.task.isAtMostOnce() || call.stream() != null || call.hasFailed()) {
            return false;
        }
        if (call.isGivenStream()) {
            return false; // Its producer would have a reader for ever, and all that this has read would stay.
        }
        synchronized (this) {
            if (closed) {
                return false;
            }
            Made made = new Made(new EndedCall(call));
            bytes.add(made);
            list.append(made);
            lookAt(LOOKS_A_CALL);
            lookedAt = Math.min(AT_ONCE, lookedAt + LOOKS_A_CALL);
            shrink();
            if (list.first() == made) {
                startThread(); // Or wakes it: there was nothing for it to do.
            }
            return true;
        }
    }

    /** How many calls may be forgotten; any thread. */
    synchronized int kept() {
        return list.size();
    }

    private void shrink() {
        for (Made oldest = list.first(); oldest != null && bytes.exceed(budget); oldest = list.first()) {
            forget(oldest);
        }
    }

    /**
     * Submits what is to be made again, as far as there may be more of that.
     *
     * @param submit false when the call has failed at once
     * @param over gets what never will be there
     */
    public void remakeSome(Predicate<ScheduledCall> submit, Consumer<ObjectId> over) {
        if (!isAnyLost && told.isEmpty() && givenUp.isEmpty()) {
            return;
        }
        long now = System.nanoTime();
        told.tellMore(now, false);
        while (isAnyLost && mayBegin(now)) {
            Made next;
            synchronized (this) {
                next = lost.pollLast(); // The newest: others may wait for it.
                isAnyLost = !lost.isEmpty();
            }
            if (next != null) {
                begunAt = now;
                remake(next, submit);
            }
        }
        for (ObjectId id = givenUp.poll(); id != null; id = givenUp.poll()) {
            over.accept(id);
        }
    }

    private boolean mayBegin(long now) {
        long running =
                remakes.values().stream().filter(each -> !each.task.isBlocked()).count();
        return running < mostAtATime || now - begunAt > PATIENCE_NANOS;
    }

    private void remake(Made made, Predicate<ScheduledCall> submit) {
        List<ObjectId> ids;
        synchronized (this) {
            ids = made.lost;
        }
        if (ids.isEmpty()) {
            ended(made); // Nobody wants it any more.
            return;
        }
        try (Remaking remaking = new Remaking(store, made.call)) {
            String why = remaking.whyNot(made.remakes);
            if (why != null) {
                giveUp(made, why);
                return;
            }
            ScheduledCall again = remaking.again();
            ++made.remakes;
            remaking.unclaim();
            ids.forEach(keeper()::sayYes);
            told.tell(
                    made.call.name(),
                    "a result that is made again",
                    "the result " + ids.get(0) + " of task " + made.call.name()
                            + " is lost, since its file on disk is damaged, and is made again");
            remakes.put(again.task.id(), new Remake(made, again.task));
            if (!submit.test(again)) {
                remakes.remove(again.task.id());
                ended(made); // What it names is not there, which is its result now.
            }
        } catch (ObjectStoreFullException e) {
            giveUp(made, String.valueOf(e.getMessage()));
        }
    }

    private void giveUp(Made made, String why) {
        synchronized (this) {
            for (ObjectId id : made.lost) {
                sayNo(id);
                told.tell(
                        made.call.name(),
                        "a result that stays lost",
                        "the result " + id + " of task " + made.call.name()
                                + " is lost, since its file on disk is damaged, and is not made again: " + why);
            }
            forget(made);
        }
    }

    /** It has been made again; some of it may be lost again. */
    private void ended(Made made) {
        synchronized (this) {
            for (ObjectId id : made.lost) {
                if (store.state(id) != ObjectStore.State.EXPECTED && !keeper().watchAgain(id)) {
                    drop(made, id); // It was deleted.
                }
            }
            made.lost = made.lost.stream()
                    .filter(id -> store.state(id) == ObjectStore.State.EXPECTED)
                    .toList();
            if (made.results.isEmpty() || closed) {
                forget(made);
            } else if (made.lost.isEmpty()) {
                made.state = Made.State.ARMED;
                list.insert(made);
                shrink();
            } else {
                lost.addLast(made);
                isAnyLost = true;
            }
        }
    }

    // ---- guarded by this

    /** Its results, when they are lost, stay so. */
    private void forget(Made made) {
        Made.State was = made.state;
        if (was == Made.State.FORGOTTEN) {
            return;
        }
        if (was == Made.State.CALM || was == Made.State.ARMING || was == Made.State.ARMED) {
            list.remove(made);
        }
        made.state = Made.State.FORGOTTEN;
        bytes.remove(made);
        if (was != Made.State.CALM && was != Made.State.ARMING) { // whose thread does that
            made.results.forEach(this::leave);
        }
    }

    private void sayNo(ObjectId lost) {
        keeper().sayNo(lost);
        givenUp.add(lost);
    }

    /** REQUIRES: it is armed, as it is once anything is lost. */
    private Keeper keeper() {
        return Objects.requireNonNull(keeper, "nothing is watched");
    }

    private void leave(ObjectId result) {
        armed.remove(result);
        keeper().leave(result);
    }

    private void drop(Made made, ObjectId result) {
        leave(result);
        made.drop(result);
    }

    /** At the next of those that are calm; whether any was forgotten, since its results are gone. */
    private boolean lookAt(int most) {
        boolean isAny = false;
        for (int left = most; left > 0; --left) {
            Made next = list.next();
            if (next == null) {
                break;
            }
            if (areAllGone(next.results)) {
                forget(next);
                isAny = true;
            }
        }
        return isAny;
    }

    private boolean areAllGone(List<ObjectId> results) {
        for (ObjectId id : results) {
            if (!Remaking.isGone(store, id)) {
                return false;
            }
        }
        return true;
    }

    // ---- the thread

    private void startThread() {
        if (thread == null) {
            Thread fresh = new Thread(null, this::run, "atoll-lineage", 256 * 1024);
            fresh.setDaemon(true);
            fresh.start(); // Else one that ends later tries again.
            thread = fresh;
        }
        notifyAll();
    }

    private void run() {
        try {
            long rung = store.bell(NativeStore.PRESSURE_BELL);
            while (awaitSomethingKept()) {
                Keeper watching = keeper;
                if (watching == null && (store.bell(NativeStore.PRESSURE_BELL) != rung || isShort())) {
                    watching = new Keeper(store);
                    keeper = watching;
                }
                boolean isAny = watching == null ? lookAtSome() : armSome(watching);
                pause = isAny ? LOOK_NANOS : Math.min(2 * pause, LONGEST_NANOS);
                if (watching == null) {
                    store.bellWait(NativeStore.PRESSURE_BELL, rung, pause);
                } else {
                    for (ObjectEvent event : watching.events(isAny ? 0 : LOOK_NANOS)) {
                        hear(event);
                    }
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        } catch (RuntimeException e) {
            giveAllUp(e);
        }
    }

    private synchronized boolean awaitSomethingKept() throws InterruptedException {
        while (list.first() == null && armed.isEmpty() && !closed) {
            wait();
        }
        return !closed;
    }

    /** Something is on disk, or soon may be. */
    private boolean isShort() {
        if (System.nanoTime() - statsAt < STATS_NANOS) {
            return false;
        }
        statsAt = System.nanoTime();
        Struct stats = store.stats();
        return stats.get(StoreLayout.STATS_SPILLED_OBJECTS) > 0
                || stats.get(StoreLayout.STATS_ALLOCATED) > stats.get(StoreLayout.STATS_CAPACITY) / 2;
    }

    /** Forgets those whose results are gone; false when there are none. */
    private boolean lookAtSome() {
        int left = AT_ONCE - takeLookedAt();
        boolean isAny = left < AT_ONCE;
        for (; left > 0; left -= STRETCH) {
            isAny |= lookAtAStretch();
        }
        return isAny;
    }

    private synchronized int takeLookedAt() {
        int taken = lookedAt;
        lookedAt = 0;
        bytes.measureAgain();
        shrink();
        return taken;
    }

    private synchronized boolean lookAtAStretch() {
        return lookAt(STRETCH);
    }

    /** False when there are none. */
    private boolean armSome(Keeper watching) {
        List<Made> some;
        synchronized (this) {
            some = list.takeCalm(AT_ONCE);
            bytes.measureAgain();
            shrink();
        }
        for (Made each : some) {
            arm(each, each.call.results().stream().filter(watching::watch).toList());
        }
        return !some.isEmpty();
    }

    private synchronized void arm(Made made, List<ObjectId> watched) {
        if (made.state == Made.State.FORGOTTEN) {
            watched.forEach(keeper()::leave);
            return;
        }
        made.results = watched;
        made.state = Made.State.ARMED;
        watched.forEach(id -> armed.put(id, made));
        if (watched.isEmpty()) {
            forget(made);
        }
    }

    private synchronized void hear(ObjectEvent event) {
        Made made = armed.get(event.id());
        if (made == null) {
            if (event.kind() == ObjectEvent.Kind.DAMAGED) {
                sayNo(event.id()); // It was forgotten meanwhile.
                wake.run();
            }
        } else if (event.kind() == ObjectEvent.Kind.ALONE) {
            drop(made, event.id());
            if (made.results.isEmpty() && made.state == Made.State.ARMED) {
                forget(made);
            }
        } else if (event.kind() == ObjectEvent.Kind.DAMAGED) {
            made.addLost(event.id());
            if (made.state == Made.State.ARMED) {
                list.remove(made);
                made.state = Made.State.LOST;
                lost.addLast(made);
                isAnyLost = true;
                wake.run();
            }
        }
    }

    /** Nothing is made again any more. */
    private synchronized void giveAllUp(RuntimeException why) {
        if (!closed) {
            budget = 0;
            Log.of(Lineage.class)
                    .warn("results of tasks that are lost are not made again any more: {}", why.toString());
            for (Made oldest = list.first(); oldest != null; oldest = list.first()) {
                forget(oldest);
            }
            lost.forEach(made -> giveUp(made, why.toString()));
            lost.clear();
        }
    }

    /** Nobody has the turn any more: nothing is made again. Does not wait for the thread, whose sleep {@link NativeStore#endWaits} ends. */
    public void stop() {
        Thread running;
        synchronized (this) {
            closed = true;
            notifyAll();
            running = thread;
        }
        told.tellMore(System.nanoTime(), true);
        if (running != null) {
            running.interrupt();
        }
    }

    /** Gives back what it has in the store. REQUIRES: it was stopped, some time ago. */
    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            running = thread;
        }
        try {
            if (running != null) {
                running.join(1000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Keeper watching = keeper;
        if (watching != null) {
            watching.close();
        }
    }
}
