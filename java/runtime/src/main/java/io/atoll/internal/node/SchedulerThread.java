package io.atoll.internal.node;

import io.atoll.DeadlockException;
import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.TaskException;
import io.atoll.WorkerDiedException;
import io.atoll.internal.call.CallRecord;
import io.atoll.internal.call.Claim;
import io.atoll.internal.call.Messages;
import io.atoll.internal.call.ScheduledCall;
import io.atoll.internal.node.RingReader.BrokenRingException;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.process.Ending;
import io.atoll.internal.process.WorkerProcesses;
import io.atoll.scheduler.Scheduler;
import io.atoll.scheduler.SchedulerActions;
import io.atoll.scheduler.Task;
import io.atoll.store.ClientStats;
import io.atoll.store.NativeStore;
import io.atoll.store.ObjectInfo;
import io.atoll.store.ObjectStore;
import io.atoll.store.StoreServer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.LoggerFactory;

/**
 * The thread that schedules. It reads the rings of all clients, tells the {@link Scheduler} what they say, and does what
 * that decides; when there is nothing to read it sleeps on the scheduler's bell. While it sleeps, a thread of the driver
 * that submits a task takes its turn for one round: the bell of the worker is then the first that has to wake somebody.
 * There is one at a time, and the turn is waited for by this thread alone, and by who asks whether all has ended.
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

    /** A place in a ring that has been claimed is filled within nanoseconds, unless the process is stopped. */
    private static final long STALL_NANOS = 10_000_000_000L;

    private static final int MOST_LEFT_OUT = 16;
    private static final int MOST_NAMES = 8;
    private static final int MOST_UNSTORED = 1000;
    private static final int LONGEST_LIST = 200;

    /** Nothing has run for so long: perhaps nothing ever will. */
    private static final long QUIET_NANOS = 1_000_000_000L;

    /** Who has to have the turn looks so often. */
    private static final long TURN_NANOS = 20_000;

    private final NativeStore store;
    private final StoreServer server;
    private final Board board;
    private final ObjectCodec codec;
    private final WorkerProcesses workers;
    private final UpRing own;
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

    private List<Task> inDead = List.of(); // that the dead one had

    private Ending ending; // of the dead one, once it was asked for

    /** Given up when the heap is full, so that what is left to do can be done. */
    private byte[] ballast = new byte[256 * 1024];

    private final int maxClients;
    /** Errors that found no room, the newest of them. */
    private final Map<ObjectId, TaskException> unstored = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ObjectId, TaskException> eldest) {
            return size() > MOST_UNSTORED;
        }
    });
    /** Since when no event has come although something is queued; 0 when that is not so. */
    private long quietSince;
    /** Since the last look at that, by whoever had the turn. */
    private boolean anyEvents;

    private volatile boolean asleep;
    private volatile boolean closed;
    private volatile boolean hopeless;
    /** Why this node has ended before it was closed; null while it has not. */
    private volatile String over;

    public SchedulerThread(
            Resources node,
            NativeStore store,
            StoreServer server,
            Board board,
            ObjectCodec codec,
            WorkerProcesses workers,
            UpRing own) {
        super("atoll-scheduler");
        setDaemon(true);
        this.store = store;
        this.server = server;
        this.board = board;
        this.codec = codec;
        this.workers = workers;
        this.own = own;
        maxClients = store.stats().maxClients();
        scheduler = new Scheduler(node, this);
        workers.whenHopeless(() -> {
            hopeless = true;
            wake();
        });
    }

    private final class Client implements MessageHandler {
        final int index;
        final RingReader up;
        final DownRing down;
        final long pid;
        /** Nothing that it says is read any more: its process is being killed. */
        boolean dropped;
        /** Messages of it that made no sense. */
        private int leftOut;
        /** Since when its ring has been stalled; 0 when it was not at the last look. */
        private long stalledAt;

        private long stalledPosition;

        Client(int index, long pid) {
            this.index = index;
            this.pid = pid;
            up = UpRing.open(store, index);
            down = new DownRing(store, index);
        }

        /** The number of messages read. */
        int read() {
            if (dropped) {
                return 0;
            }
            try {
                int count = up.read(this, MESSAGES_AT_ONCE);
                down.flush();
                if (count == 0 && up.isStalled()) {
                    checkStall();
                } else {
                    stalledAt = 0;
                }
                return count;
            } catch (BrokenRingException e) {
                drop(this, e.getMessage());
                return 0;
            }
        }

        private void checkStall() {
            long now = System.nanoTime();
            if (stalledAt == 0 || up.position() != stalledPosition || workers.isStopped(pid)) {
                stalledAt = now;
                stalledPosition = up.position();
            } else if (now - stalledAt > STALL_NANOS) {
                drop(this, "a place in its ring was claimed and not filled for 10 s");
            }
        }

        @Override
        public void onMessage(int type, MutableDirectBuffer buffer, int at, int length) {
            switch (type) {
                case Messages.SUBMIT -> submit(buffer, at, length);
                case Messages.FINISHED, Messages.BLOCKED, Messages.RESUME, Messages.RETURNED -> {
                    if (length == ObjectId.BYTES) {
                        tell(type, CallRecord.id(buffer, at));
                    } else {
                        leaveOut(type, length + " bytes are no id", null);
                    }
                }
                case Messages.FAILED -> failed(buffer, at, length);
                default -> leaveOut(type, "it is of a kind that is not known", null);
            }
        }

        private void tell(int type, ObjectId task) {
            switch (type) {
                case Messages.FINISHED -> {
                    if (isThere(task)) {
                        scheduler.finished(task, index);
                    } else {
                        leaveOut(type, "task " + task + " has no result", null);
                    }
                }
                case Messages.BLOCKED -> scheduler.blocked(task, index);
                case Messages.RESUME -> scheduler.resume(task, index);
                default -> scheduler.returned(task, index);
            }
        }

        private void failed(MutableDirectBuffer buffer, int at, int length) {
            ObjectId task;
            TaskException error;
            try {
                UnsafeBuffer record = new UnsafeBuffer(new byte[length]);
                buffer.getBytes(at, record, 0, length);
                task = CallRecord.id(record, 0);
                int nameAt = ObjectId.BYTES + Integer.BYTES;
                String name = record.getStringUtf8(nameAt, ByteOrder.LITTLE_ENDIAN);
                int errorAt = nameAt + Integer.BYTES + record.getInt(nameAt, ByteOrder.LITTLE_ENDIAN);
                String text = record.getStringUtf8(errorAt, ByteOrder.LITTLE_ENDIAN);
                int attempt = record.getInt(ObjectId.BYTES, ByteOrder.LITTLE_ENDIAN);
                error = new TaskException(text, name, pid, attempt, null);
                if (!scheduler.has(task)) {
                    return; // It has ended otherwise.
                }
            } catch (RuntimeException e) {
                leaveOut(Messages.FAILED, e.toString(), e);
                return;
            }
            putError(task, error);
            scheduler.finished(task, index);
        }

        /** What cannot be taken in is told to who waits for it, and does not end the node. */
        private void submit(MutableDirectBuffer buffer, int at, int length) {
            ScheduledCall call;
            try {
                call = new ScheduledCall(buffer, at, length);
                if (scheduler.has(call.task.id()) || !hold(call)) {
                    return;
                }
                unfinished.add(call);
            } catch (RuntimeException | OutOfMemoryError e) {
                leaveOut(Messages.SUBMIT, e.toString(), e);
                if (length >= ObjectId.BYTES) {
                    refuse(CallRecord.id(buffer, at), e);
                }
                return;
            }
            noticeEnd();
            scheduler.submit(call.task);
        }

        private boolean isThere(ObjectId task) {
            try {
                return isReady(task);
            } catch (RuntimeException e) {
                return false; // An id of nowhere.
            }
        }

        private void leaveOut(int type, String why, Throwable cause) {
            if (++leftOut > MOST_LEFT_OUT && index != store.clientIndex()) {
                throw new BrokenRingException("more than " + MOST_LEFT_OUT
                        + " of its messages make no sense, like one of" + " kind " + type + ": " + why);
            }
            try {
                LoggerFactory.getLogger(SchedulerThread.class)
                        .warn("message {} of client {} is left out: {}", type, index, why, cause);
            } catch (OutOfMemoryError e) {
                // Not said, then.
            }
        }
    }

    @Override
    public void run() {
        while (!closed && over == null) {
            try {
                round();
            } catch (Throwable e) {
                end(e);
            }
        }
        while (!closed) {
            try {
                tellAll();
            } catch (Throwable e) {
                // The heap is full, or the store is gone; there is nothing left to do but to try again.
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
            patience = scheduler.unfinished() > 0 ? LAZY_NANOS : IDLE_NANOS;
            lookForDeadlock();
        } finally {
            turn.unlock();
        }
        if (!isMore) {
            asleep = true;
            store.bellWait(NativeStore.SCHEDULER_BELL, rung, patience);
            asleep = false;
            Thread.interrupted(); // Nobody has a reason to; it would keep this thread awake.
        }
    }

    private void lookForDeadlock() {
        if (anyEvents || scheduler.queued() == 0) {
            quietSince = 0;
        } else if (quietSince == 0) {
            quietSince = System.nanoTime();
        } else if (System.nanoTime() - quietSince > QUIET_NANOS) {
            quietSince = 0;
            scheduler.breakDeadlock();
        }
        anyEvents = false;
    }

    /** Something has been left half done: the node ends, and says why. Whoever waits is told by {@link #tellAll}. */
    private void end(Throwable why) {
        if (closed || over != null) {
            return; // A store that is closed under a submitting thread is no news.
        }
        ballast = null;
        over = "this node has ended, since its scheduler has failed";
        try {
            over = "this node has ended, since its scheduler has failed: " + why;
            LoggerFactory.getLogger(SchedulerThread.class).error("{}", over, why);
        } catch (Throwable e) {
            System.err.println(over);
        }
        own.close(over);
        wake();
    }

    /** No task runs any more: whatever is not there never will be. */
    private void tellAll() {
        turn.lock();
        try {
            workers.endAll();
            int gone;
            while ((gone = server.deadClient()) >= 0) {
                board.leave(gone);
                server.bury(gone);
            }
            for (ObjectInfo each : store.list()) {
                if (each.state() == ObjectStore.State.EXPECTED) {
                    refuse(each.id(), null);
                }
            }
        } finally {
            turn.unlock();
        }
    }

    /**
     * A thread of this process has written a message. If this thread sleeps the other one takes its turn, which saves
     * waking this one before a worker can be woken; else this one is told.
     */
    public void nudge() {
        if (over != null || !asleep || !hasStackForARound() || !turn.tryLock()) {
            wake();
            return;
        }
        boolean isMore;
        try {
            poll();
            isMore = pollEagerly() > 0;
        } catch (Throwable e) {
            end(e);
            return;
        } finally {
            turn.unlock();
        }
        if (isMore) {
            wake();
        }
    }

    /** What the result of a task would be if there had been room for it; null when that is not so. Any thread. */
    public TaskException unstored(ObjectId id) {
        return unstored.get(id);
    }

    /** Whether every task that has been submitted has ended. Waits for the turn, as nobody else does. */
    public boolean isIdle() {
        checkOpen();
        while (!turn.tryLock()) {
            LockSupport.parkNanos(TURN_NANOS);
            checkOpen(); // Who closes keeps the turn.
        }
        try {
            poll();
            return scheduler.unfinished() == 0;
        } catch (Throwable e) {
            end(e);
            throw new IllegalStateException(over, e);
        } finally {
            turn.unlock();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("Atoll is not running in this process any more: its session is closed");
        }
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
            long fresh = board.joined(word) & ~known[word];
            if (fresh != 0) {
                events += admit(word, fresh);
            }
            for (long bits = known[word]; bits != 0; bits &= bits - 1) {
                events += clients[word * Long.SIZE + Long.numberOfTrailingZeros(bits)].read();
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
        anyEvents |= events > 0;
        board.setTasks(scheduler.waiting(), scheduler.queued(), scheduler.running());
        return events;
    }

    /** The number of those that may be taken in: bits that no worker of ours has set change nothing. */
    private int admit(int word, long bits) {
        int count = 0;
        for (; bits != 0; bits &= bits - 1) {
            int index = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
            ClientStats stats = index < maxClients ? store.clientStats(index) : null;
            boolean isOwn = index == store.clientIndex();
            if (stats == null || (!isOwn && !workers.joined(stats.pid()))) {
                continue;
            }
            clients[index] = new Client(index, stats.pid());
            known[word] |= 1L << index;
            ++count;
            if (!isOwn) {
                scheduler.workerJoined(index);
            }
        }
        return count;
    }

    /** What this client has written cannot be believed: its process ends, and its tasks run elsewhere. */
    private void drop(Client client, String why) {
        if (client.index == store.clientIndex()) {
            throw new IllegalStateException("the messages of the driver itself cannot be read: " + why);
        }
        client.dropped = true;
        workers.kill(client.pid, "its messages cannot be read, so it was killed: " + why);
    }

    private void bury(int index) {
        Client client = clients[index];
        if (client != null) {
            do {
                while (client.read() > 0) {}
                // It may have died between claiming a place in the ring and having written there.
            } while (!client.dropped && client.up.skip());
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
            inDead = scheduler.tasksOf(index);
            scheduler.workerLost(index);
            inDead = List.of();
            dead = null;
        }
    }

    /** Refers to all that the call names. False when some of it is not there: the call has failed, then. */
    private boolean hold(ScheduledCall call) {
        store.reference(call.task.id());
        List<ObjectId> held = call.held();
        int count = 0;
        try {
            for (; count < held.size(); ++count) {
                store.reference(held.get(count));
            }
        } catch (RuntimeException e) {
            putError(call.task.id(), notRun(call, e.getMessage()));
            for (ObjectId id : held.subList(0, count)) {
                store.dereference(id);
            }
            store.dereference(call.task.id());
            return false;
        }
        return true;
    }

    /** Whoever waits for the object hears why it will never be there, at least that. */
    private void refuse(ObjectId id, Throwable why) {
        try {
            if (!isReady(id)) {
                String text = over == null ? "the call cannot be taken in: " + why : over;
                putError(id, new TaskException(text, "", 0, 0, null));
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            try {
                store.delete(id);
            } catch (RuntimeException of) {
                // An id of nowhere.
            }
        }
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
                    call.task.id(),
                    new WorkerDiedException(
                            "task " + name + " cannot be run: " + hope.why(), name, 0, 0, hope.ending()));
            scheduler.finished(call.task.id(), Scheduler.NOBODY);
        }
    }

    // ---- what the scheduler has done by others

    @Override
    public Dispatch dispatch(Task task, int worker) {
        Client client = clients[worker];
        int claim = Claim.of(worker, task.attempt());
        if (!store.claim(task.id(), unclaimed(task), claim)) {
            return Dispatch.HELPED;
        }
        ScheduledCall call = ScheduledCall.of(task);
        try {
            if (!client.dropped && client.down.run(call.forAttempt(task.attempt()), call.record.capacity())) {
                lastSent = task;
                lastWorker = worker;
                return Dispatch.SENT;
            }
        } catch (BrokenRingException e) {
            drop(client, e.getMessage());
        }
        store.claim(task.id(), claim, unclaimed(task));
        return Dispatch.FULL;
    }

    private static int unclaimed(Task task) {
        return task.isSuspect() ? Claim.reserved(task.attempt()) : Claim.NOBODY;
    }

    @Override
    public int claimedBy(Task task) {
        int client = Claim.client(store.claimed(task.id()));
        return client < 0 ? Scheduler.NOBODY : client;
    }

    @Override
    public void unclaim(Task task) {
        store.claim(task.id(), store.claimed(task.id()), unclaimed(task));
    }

    @Override
    public boolean isReady(ObjectId id) {
        return store.state(id) != ObjectStore.State.EXPECTED;
    }

    @Override
    public void grant(Task task, int worker) {
        Client client = clients[worker];
        try {
            client.down.grant(task.id());
        } catch (BrokenRingException e) {
            drop(client, e.getMessage());
        }
    }

    @Override
    public void fail(Task task, Failure reason, String message) {
        ScheduledCall call = ScheduledCall.of(task);
        TaskException error = switch (reason) {
            case WORKER_DIED -> died(call, task.attempt() + 1);
            case DEADLOCK -> deadlock(call, message);
            case INFEASIBLE -> notRun(call, message);
        };
        putError(call.task.id(), error);
    }

    private static TaskException notRun(ScheduledCall call, String why) {
        return new TaskException("task " + call.name() + " cannot be run: " + why, call.name(), 0, 0, null);
    }

    private TaskException deadlock(ScheduledCall call, String why) {
        StringBuilder text = new StringBuilder("task " + call.name() + " can never be run: " + why
                + "; nothing runs, and these wait and keep what they have:");
        int left = MOST_NAMES;
        for (ScheduledCall each : unfinished) {
            if (each.task.isBlocked() && left-- > 0) {
                text.append(left == 0 ? " ..." : " " + each.name() + " (" + each.task.demand() + ")");
            }
        }
        return new DeadlockException(text.toString(), call.name());
    }

    private TaskException died(ScheduledCall call, int attempt) {
        if (ending == null) {
            ending = workers.ending(dead.pid);
        }
        String text = "task " + call.name() + ": worker " + dead.pid + " died while it ran it, attempt " + attempt
                + " of " + attempt + ": " + ending + beside(call);
        return new WorkerDiedException(text, call.name(), dead.pid, attempt, ending.how());
    }

    /** What else was in that worker, for who looks for the culprit. */
    private String beside(ScheduledCall call) {
        StringJoiner others = new StringJoiner(", ", "; beside it were ", "");
        others.setEmptyValue("");
        for (Task each : inDead) {
            if (each != call.task && others.length() < LONGEST_LIST) {
                others.add(ScheduledCall.of(each).name());
            }
        }
        return others.toString();
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

    private void putError(ObjectId id, TaskException error) {
        // Made here, where it says nothing.
        error.setStackTrace(new StackTraceElement[0]);
        try {
            codec.putError(id, error);
        } catch (RuntimeException | OutOfMemoryError e) {
            if (isReady(id)) {
                return; // Its worker was faster.
            }
            // No room for the reason either: it is kept here, and who waits hears that the result is lost.
            unstored.put(id, error);
            store.delete(id);
            LoggerFactory.getLogger(SchedulerThread.class)
                    .warn("{}; this cannot be stored as its result: {}", error.getMessage(), e.toString());
        }
    }
}
