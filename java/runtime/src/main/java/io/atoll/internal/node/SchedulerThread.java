package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.TaskException;
import io.atoll.internal.call.ScheduledCall;
import io.atoll.internal.lineage.Lineage;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.process.WorkerProcesses;
import io.atoll.internal.store.NativeServer;
import io.atoll.internal.store.NativeStore;
import io.atoll.scheduler.NodePlan;
import io.atoll.scheduler.Scheduler;
import io.atoll.scheduler.WorkerKind;
import java.util.OptionalDouble;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The thread that schedules. In rounds it has the rings of all clients read, the dead buried, and all of that told to the
 * {@link Scheduler}, which has done by {@link Orders} what it decides; when there is nothing to read it sleeps on the
 * scheduler's bell. While it sleeps, a thread of the driver that submits a task takes its turn for one round: the bell of
 * the worker is then the first that has to wake somebody. There is one at a time, and the turn is waited for by this
 * thread alone, and by who asks what has ended or is under way.
 */
public final class SchedulerThread extends Thread implements AutoCloseable {
    /** Calls on top of each other that take more stack than any round. */
    private static final int DEPTH_OF_A_ROUND = 256;
    /** Finished tasks that nobody waits for may be noticed this late. */
    private static final long LAZY_NANOS = 10_000_000;

    /** The same for those that a submitting thread has scheduled since this one went to sleep. */
    private static final long IDLE_NANOS = 100_000_000;

    /** Where nothing has happened for long it looks less often: after an eighth of that time, but never later than this. */
    private static final long LONGEST_NANOS = 1_000_000_000L;

    private static final int PART_OF_QUIET = 8;

    /** So many before the end, at most, for what has been said of errors. */
    private static final int LAST_ROUNDS = 100;

    /** Who has to have the turn looks so often. */
    private static final long TURN_NANOS = 20_000;

    private final NativeStore store;
    private final Board board;
    private final WorkerProcesses workers;
    private final Unheard unheard;
    private final Readers readers;
    private final Lineage lineage;
    private final Failures failures;
    private final UnfinishedCalls calls;
    private final Orders orders;
    private final Scheduler scheduler;
    private final Lives lives;
    private final Doubts doubts;
    private final NodeEnd end;
    /** Held by the thread that schedules: the scheduler and all that does its work are its alone meanwhile. */
    private final ReentrantLock turn = new ReentrantLock();

    /** Since the last look at who waits for whom, by whoever had the turn. */
    private boolean anyEvents;

    /** When something has happened last, by whoever had the turn. */
    private long eventsAt = System.nanoTime();

    private volatile boolean asleep;
    /** It sleeps for longer than what is scheduled meanwhile may wait for it. */
    private volatile boolean sleepsLong;

    private volatile boolean closed;
    private volatile boolean hopeless;

    public SchedulerThread(
            NodePlan node,
            NativeStore store,
            NativeServer server,
            Board board,
            ObjectCodec codec,
            WorkerProcesses workers,
            UpRing own,
            boolean maySpill,
            long lineageBytes) {
        super("atoll-scheduler");
        setDaemon(true);
        this.store = store;
        this.board = board;
        this.workers = workers;
        unheard = new Unheard(store);
        failures = new Failures(store, codec, unheard, maySpill);
        lineage = new Lineage(store, lineageBytes, (int) node.resources().quantity(Resources.CPU), this::wake);
        readers = new Readers(store);
        calls = new UnfinishedCalls(store, failures, lineage, readers);
        Clients clients = new Clients();
        orders = new Orders(store, clients, calls, failures, workers);
        scheduler = new Scheduler(node, orders);
        doubts = new Doubts(clients, calls);
        Inbox inbox = new Inbox(scheduler, orders, calls, failures, unheard, doubts, new SmallResults(store));
        lives = new Lives(store, server, board, workers, scheduler, orders, clients, inbox);
        end = new NodeEnd(store, server, board, workers, failures, own);
        workers.whenHopeless(() -> {
            hopeless = true;
            wake();
        });
    }

    @Override
    public void run() {
        while (!closed && end.why() == null) {
            try {
                round();
            } catch (Throwable e) {
                fail(e);
            }
        }
        while (!closed) {
            turn.lock();
            try {
                end.tellAll();
            } catch (Throwable e) {
                // The heap is full, or the store is gone; there is nothing left to do but to try again.
            } finally {
                turn.unlock();
            }
            LockSupport.parkNanos(IDLE_NANOS);
        }
    }

    private void round() {
        long rung = store.bell(NativeStore.SCHEDULER_BELL);
        boolean isMore;
        long patience;
        turn.lock();
        try {
            isMore = poll() > 0 || pollEagerly() > 0;
            patience = patience(System.nanoTime());
            doubts.look(scheduler, anyEvents, workers::areComing);
            anyEvents = false;
        } finally {
            turn.unlock();
        }
        if (!isMore) {
            sleepsLong = patience > IDLE_NANOS;
            asleep = true;
            store.bellWait(NativeStore.SCHEDULER_BELL, rung, patience);
            asleep = false;
            Thread.interrupted(); // Nobody has a reason to; it would keep this thread awake.
        }
    }

    private long patience(long now) {
        boolean isIdle = scheduler.unfinished() == 0;
        long least = isIdle ? IDLE_NANOS : LAZY_NANOS;
        long most = isIdle ? LONGEST_NANOS : board.isFull() ? LAZY_NANOS : IDLE_NANOS; // Who submits waits for an end.
        return scheduler.untilNext(now, Math.min(most, Math.max(least, (now - eventsAt) / PART_OF_QUIET)));
    }

    /** Something has been left half done. */
    private void fail(Throwable why) {
        if (!closed && end.why() == null) { // A store that is closed under a submitting thread is no news.
            end.fail(why);
            wake();
        }
    }

    /**
     * A thread of this process has written a message. If this thread sleeps the other one takes its turn, which saves
     * waking this one before a worker can be woken; else this one is told.
     */
    public void nudge() {
        if (end.why() != null || !asleep || !hasStackForARound() || !turn.tryLock()) {
            wake();
            return;
        }
        boolean isMore;
        try {
            poll();
            isMore = pollEagerly() > 0 || sleepsLong || board.isFull(); // Without the turn the board may be gone.
        } catch (Throwable e) {
            fail(e);
            return;
        } finally {
            turn.unlock();
        }
        if (isMore) {
            wake();
        }
    }

    /** What the result of a task would be if there had been room for it; null when that is not so. Any thread. */
    public @Nullable TaskException unstored(ObjectId id) {
        return failures.unstored(id);
    }

    /** Somebody in this process has got the error that the object is, or asked for it. Any thread. */
    public void heard(ObjectId object) {
        unheard.heard(object);
    }

    /** Whether every task that has been submitted has ended. Waits for the turn. */
    public boolean isIdle() {
        return inTurn(() -> {
            poll();
            return scheduler.unfinished() == 0;
        });
    }

    /** The name of the task that is to make this object, whoever submitted it; null when there is none. Waits for the turn. */
    public @Nullable String taskName(ObjectId result) {
        return inTurn(() -> calls.nameOf(result));
    }

    /** How far the task says it is that is to make the object. Waits for the turn. */
    public OptionalDouble progress(ObjectId result) {
        return inTurn(() -> {
            poll();
            return calls.progressOf(result);
        });
    }

    private <T> T inTurn(Supplier<T> question) {
        checkOpen();
        if (!hasStackForARound()) {
            throw new StackOverflowError("of the stack of this thread too little is left to ask the scheduler");
        }
        while (!turn.tryLock()) {
            LockSupport.parkNanos(TURN_NANOS);
            checkOpen(); // Who closes keeps the turn.
        }
        try {
            return question.get();
        } catch (Throwable e) {
            fail(e);
            throw new IllegalStateException(end.why(), e);
        } finally {
            turn.unlock();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("Atoll is not running in this process any more: its session is closed");
        }
        String over = end.why();
        if (over != null) {
            throw new IllegalStateException(over);
        }
    }

    /** A user's thread may be about to overflow its stack: not in here, where something would be left half done. */
    private static boolean hasStackForARound() {
        try {
            return descend(DEPTH_OF_A_ROUND) == DEPTH_OF_A_ROUND;
        } catch (StackOverflowError e) {
            return false;
        }
    }

    private static int descend(int depth) {
        return depth == 0 ? 0 : 1 + descend(depth - 1);
    }

    /** What is written before this has been read when it returns 0; what is written later rings the bell if it matters. */
    private int pollEagerly() {
        board.setHunger(scheduler.hunger());
        return poll();
    }

    /** Ends the thread. Tasks that are not finished never will be. */
    @Override
    public void close() {
        closed = true;
        wake();
        boolean interrupted = false;
        while (isAlive()) {
            try {
                join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        turn.lock(); // For ever: the last round is over.
        try {
            tellUnheard();
        } finally {
            lineage.stop();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What it has in the store. REQUIRES: {@link #close} was called, some time ago. */
    public void release() {
        lineage.close();
    }

    /** What nobody has got so far nobody will get any more. */
    private void tellUnheard() {
        if (end.why() != null || !unheard.isAny()) {
            return;
        }
        try {
            for (int i = 0; i < LAST_ROUNDS && lives.hear() > 0; ++i) {}
        } catch (RuntimeException e) {
            // A store that ends meanwhile, or a message that makes no sense: what is known is told.
        }
        unheard.tellAll();
    }

    private void wake() {
        store.bellRing(NativeStore.SCHEDULER_BELL, 1);
    }

    private void giveUp(WorkerKind kind, WorkerProcesses.Hopeless why) {
        orders.setHopeless(why);
        scheduler.giveUp(kind, why.why());
        orders.setHopeless(null);
    }

    private boolean submitAgain(ScheduledCall call) {
        if (!calls.add(call)) {
            return false;
        }
        scheduler.submit(call.task);
        return true;
    }

    /** One round; the number of events in it. */
    private int poll() {
        scheduler.advance(System.nanoTime());
        int events = lives.hear();
        int dead = lives.buryAll();
        if (dead > 0) {
            doubts.forget(); // Their tasks begin anew, or never will.
            events += dead;
        }
        if (hopeless) {
            if (workers.hopeless() != null) {
                calls.giveUp(workers.hopeless(), scheduler);
            } else {
                hopeless = false; // Before it is looked what is so: what comes meanwhile says it again.
                workers.takeHopelessKinds().forEach(this::giveUp);
            }
        }
        anyEvents |= events > doubts.takeIdleTalk();
        if (events > 0) {
            eventsAt = System.nanoTime();
        } else {
            scheduler.allIsTold();
        }
        unheard.look(System.nanoTime(), events == 0);
        readers.look(System.nanoTime(), task -> scheduler.cancel(task, false));
        lineage.remakeSome(this::submitAgain, scheduler::objectReady);
        board.setTasks(scheduler.waiting(), scheduler.queued(), scheduler.running(), calls.ended());
        return events;
    }
}
