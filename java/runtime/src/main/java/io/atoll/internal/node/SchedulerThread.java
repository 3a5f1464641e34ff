package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.TaskException;
import io.atoll.WorkerDiedException;
import io.atoll.internal.call.CallRecord;
import io.atoll.internal.call.Claim;
import io.atoll.internal.call.Messages;
import io.atoll.internal.call.ScheduledCall;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.process.Ending;
import io.atoll.internal.process.WorkerProcesses;
import io.atoll.scheduler.Scheduler;
import io.atoll.scheduler.SchedulerActions;
import io.atoll.scheduler.Task;
import io.atoll.store.ClientStats;
import io.atoll.store.NativeStore;
import io.atoll.store.ObjectStore;
import io.atoll.store.StoreServer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.slf4j.LoggerFactory;

/**
 * The thread that schedules. It reads the rings of all clients, tells the {@link Scheduler} what they say, and does what
 * that decides; when there is nothing to read it sleeps on the scheduler's bell. While it sleeps, a thread of the driver
 * that submits a task takes its turn for one round: the bell of the worker is then the first that has to wake somebody.
 * There is one at a time, and the turn is never waited for but by this thread.
 *
 * <p>References: reading a call, it registers one of its own on the result and on every id that the call names, before
 * the ring's consumer position moves on, which is what the submitter waits for; it drops them when the task is done for
 * good. Deaths: a dead client's ring is read to its end first, then the store takes back what it held, then the scheduler
 * is told.
 */
public final class SchedulerThread extends Thread implements SchedulerActions, AutoCloseable {
    private static final int MESSAGES_AT_ONCE = 64;
    /** Calls on top of each other that take more stack than any round. */
    private static final int DEPTH_OF_A_ROUND = 256;
    /** Finished tasks that nobody waits for may be noticed this late. */
    private static final long LAZY_NANOS = 10_000_000;

    /** The same for those that a submitting thread has scheduled since this one went to sleep. */
    private static final long IDLE_NANOS = 100_000_000;

    private final NativeStore store;
    private final StoreServer server;
    private final Board board;
    private final ObjectCodec codec;
    private final WorkerProcesses workers;
    private final Scheduler scheduler;
    private final Client[] clients = new Client[Board.MAX_CLIENTS];
    private final long[] known = new long[Board.MAX_CLIENTS / Long.SIZE];
    private final Set<ScheduledCall> unfinished = new HashSet<>();
    /** Held by the thread that schedules: everything here and in the scheduler is its alone meanwhile. */
    private final ReentrantLock turn = new ReentrantLock();

    /** The task that was sent last, and to whom; null once it is known to have ended. */
    private Task lastSent;

    private int lastWorker;

    /** Whose death the scheduler is being told. */
    private Client dead;

    private Ending ending; // of the dead one, once it was asked for

    private volatile boolean asleep;
    private volatile boolean closed;
    private volatile boolean hopeless;

    public SchedulerThread(
            Resources node,
            NativeStore store,
            StoreServer server,
            Board board,
            ObjectCodec codec,
            WorkerProcesses workers) {
        super("atoll-scheduler");
        setDaemon(true);
        this.store = store;
        this.server = server;
        this.board = board;
        this.codec = codec;
        this.workers = workers;
        scheduler = new Scheduler(node, this);
        workers.whenHopeless(() -> {
            hopeless = true;
            wake();
        });
    }

    private final class Client implements MessageHandler {
        final int index;
        final ManyToOneRingBuffer up;
        final DownRing down;
        final long pid;

        Client(int index) {
            this.index = index;
            ClientStats stats = store.clientStats(index);
            pid = stats == null ? 0 : stats.pid();
            up = UpRing.open(store, index);
            down = new DownRing(store, index);
        }

        @Override
        public void onMessage(int type, MutableDirectBuffer buffer, int at, int length) {
            // What one client writes must not end the node.
            try {
                handle(type, buffer, at, length);
            } catch (RuntimeException e) {
                LoggerFactory.getLogger(SchedulerThread.class)
                        .warn("message {} of client {} is left out", type, index, e);
            }
        }

        private void handle(int type, MutableDirectBuffer buffer, int at, int length) {
            switch (type) {
                case Messages.SUBMIT -> submit(new ScheduledCall(buffer, at, length));
                case Messages.FINISHED -> scheduler.finished(CallRecord.id(buffer, at), index);
                case Messages.BLOCKED -> scheduler.blocked(CallRecord.id(buffer, at), index);
                case Messages.RESUME -> scheduler.resume(CallRecord.id(buffer, at), index);
                case Messages.RETURNED -> scheduler.returned(CallRecord.id(buffer, at), index);
                default -> throw new IllegalArgumentException("of a kind that is not known");
            }
        }
    }

    @Override
    public void run() {
        while (!closed) {
            long rung = store.bell(NativeStore.SCHEDULER_BELL);
            boolean isMore;
            long patience;
            turn.lock();
            try {
                isMore = poll() > 0 || pollEagerly() > 0;
                patience = scheduler.unfinished() > 0 ? LAZY_NANOS : IDLE_NANOS;
            } finally {
                turn.unlock();
            }
            if (!isMore) {
                asleep = true;
                store.bellWait(NativeStore.SCHEDULER_BELL, rung, patience);
                asleep = false;
            }
        }
    }

    /**
     * A thread of this process has written a message. If this thread sleeps the other one takes its turn, which saves
     * waking this one before a worker can be woken; else this one is told.
     */
    public void nudge() {
        if (!asleep || !hasStackForARound() || !turn.tryLock()) {
            wake();
            return;
        }
        boolean isMore;
        try {
            poll();
            isMore = pollEagerly() > 0;
        } finally {
            turn.unlock();
        }
        if (isMore) {
            wake();
        }
    }

    /** Whether every task that has been submitted has ended; false also when another thread is looking now. */
    public boolean isIdle() {
        if (closed) {
            throw new IllegalStateException("Atoll is not running in this process any more: its session is closed");
        }
        if (!turn.tryLock()) {
            return false;
        }
        try {
            poll();
            return scheduler.unfinished() == 0;
        } finally {
            turn.unlock();
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
        board.setEager(scheduler.isHungry());
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
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void wake() {
        store.bellRing(NativeStore.SCHEDULER_BELL, 1);
    }

    /** One round; the number of events in it. */
    private int poll() {
        int events = 0;
        for (int word = 0; word < known.length; ++word) {
            long joined = board.joined(word);
            if (joined != known[word]) {
                events += admit(word, joined & ~known[word]);
            }
            for (long bits = known[word]; bits != 0; bits &= bits - 1) {
                Client client = clients[word * Long.SIZE + Long.numberOfTrailingZeros(bits)];
                events += client.up.read(client, MESSAGES_AT_ONCE);
                client.down.flush();
            }
        }
        int dead;
        while ((dead = server.deadClient()) >= 0) {
            bury(dead);
            ++events;
        }
        if (hopeless) {
            giveUp();
        }
        board.setTasks(scheduler.waiting(), scheduler.queued(), scheduler.running());
        return events;
    }

    private int admit(int word, long bits) {
        known[word] |= bits;
        for (; bits != 0; bits &= bits - 1) {
            int index = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
            clients[index] = new Client(index);
            if (index != store.clientIndex()) {
                workers.joined(clients[index].pid);
                scheduler.workerJoined(index);
            }
        }
        return 1;
    }

    private void bury(int index) {
        Client client = clients[index];
        if (client != null) {
            do {
                while (client.up.read(client, MESSAGES_AT_ONCE) > 0) {}
                // It may have died between claiming a place in the ring and having written there.
            } while (client.up.unblock());
            clients[index] = null;
            known[index / Long.SIZE] &= ~(1L << index);
        }
        // Also when it joined and died since the last look: else the next look would take in a client that is not
        // there.
        board.leave(index);
        server.bury(index);
        if (client != null) {
            dead = client;
            ending = null;
            scheduler.workerLost(index);
            dead = null;
        }
    }

    private void submit(ScheduledCall call) {
        store.reference(call.task.id());
        List<ObjectId> held = call.held();
        int count = 0;
        try {
            for (; count < held.size(); ++count) {
                store.reference(held.get(count));
            }
        } catch (RuntimeException e) {
            putError(call, notRun(call, e.getMessage()));
            for (ObjectId id : held.subList(0, count)) {
                store.dereference(id);
            }
            store.dereference(call.task.id());
            return;
        }
        noticeEnd();
        unfinished.add(call);
        scheduler.submit(call.task);
    }

    /**
     * Whoever waits for a result may have it, and submit the next task, before the worker has said that the last one is
     * finished. Looked for here, so that one task after the other goes to one worker, which is still awake.
     */
    private void noticeEnd() {
        Task task = lastSent;
        if (task != null && isReady(task.id())) {
            lastSent = null;
            scheduler.finished(task.id(), lastWorker);
        }
    }

    /** No worker is left, and none will come. */
    private void giveUp() {
        WorkerProcesses.Hopeless hope = workers.hopeless();
        for (ScheduledCall call : List.copyOf(unfinished)) {
            String name = call.name();
            putError(
                    call,
                    new WorkerDiedException(
                            "task " + name + " cannot be run: " + hope.why(), name, 0, 0, hope.ending()));
            scheduler.finished(call.task.id(), Scheduler.NOBODY);
        }
    }

    // ---- what the scheduler has done by others

    @Override
    public Dispatch dispatch(Task task, int worker) {
        int claim = Claim.of(worker, task.attempt());
        if (!store.claim(task.id(), Claim.NOBODY, claim)) {
            return Dispatch.HELPED;
        }
        ScheduledCall call = ScheduledCall.of(task);
        if (clients[worker].down.run(call.forAttempt(task.attempt()), call.record.capacity())) {
            lastSent = task;
            lastWorker = worker;
            return Dispatch.SENT;
        }
        store.claim(task.id(), claim, Claim.NOBODY);
        return Dispatch.FULL;
    }

    @Override
    public int claimedBy(Task task) {
        int client = Claim.client(store.claimed(task.id()));
        return client < 0 ? Scheduler.NOBODY : client;
    }

    @Override
    public void unclaim(Task task) {
        store.claim(task.id(), store.claimed(task.id()), Claim.NOBODY);
    }

    @Override
    public boolean isReady(ObjectId id) {
        return store.state(id) != ObjectStore.State.EXPECTED;
    }

    @Override
    public void grant(Task task, int worker) {
        clients[worker].down.grant(task.id());
    }

    @Override
    public void fail(Task task, Failure reason, String message) {
        ScheduledCall call = ScheduledCall.of(task);
        putError(call, reason == Failure.WORKER_DIED ? died(call, task.attempt() + 1) : notRun(call, message));
    }

    private static TaskException notRun(ScheduledCall call, String why) {
        return new TaskException("task " + call.name() + " cannot be run: " + why, call.name(), 0, 0, null);
    }

    private TaskException died(ScheduledCall call, int attempt) {
        if (ending == null) {
            ending = workers.ending(dead.pid);
        }
        String text = "task " + call.name() + ": worker " + dead.pid + " died while it ran it, attempt " + attempt
                + " of " + attempt + ": " + ending;
        return new WorkerDiedException(text, call.name(), dead.pid, attempt, ending.how());
    }

    @Override
    public void done(Task task) {
        ScheduledCall call = ScheduledCall.of(task);
        unfinished.remove(call);
        for (ObjectId id : call.held()) {
            store.dereference(id);
        }
        store.dereference(task.id());
    }

    private void putError(ScheduledCall call, TaskException error) {
        // Made here, where it says nothing.
        error.setStackTrace(new StackTraceElement[0]);
        try {
            codec.putError(call.task.id(), error);
        } catch (RuntimeException e) {
            if (isReady(call.task.id())) {
                return; // Its worker was faster.
            }
            // No room for the reason either: who waits hears that the result is lost, and does not wait for ever.
            LoggerFactory.getLogger(SchedulerThread.class)
                    .warn("{}; this cannot be stored as its result: {}", error.getMessage(), e.toString());
            store.delete(call.task.id());
        }
    }
}
