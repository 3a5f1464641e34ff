package io.atoll.scheduler;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.concurrent.WorkerEnvironment;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One call to be run once, as the scheduler sees it: what it needs and what it waits for, not what it does. Made by who
 * submits it; afterwards the thread of its {@link Scheduler} alone may look at it.
 */
public final class Task {
    private final ObjectId id;
    private final Resources demand;
    private final List<ObjectId> dependencies;
    private final @Nullable ObjectId parent;
    private final @Nullable ObjectId holder;
    private final List<ObjectId> outputs;
    private final boolean atMostOnce;
    private boolean isSpent;
    private final @Nullable Object payload;

    /** The same object as that of all such, from when it is first queued on. */
    WorkerEnvironment environment;

    State state = State.APART;
    /** Runs that may still be lost before it fails. */
    int retriesLeft;
    /** Runs begun and given up. */
    int attempt;
    /** Dependencies, as often as they are named, that are not ready. */
    int missing;
    /** The client that runs it, in the states that have one. */
    int worker = Scheduler.NOBODY;
    /** That of the worker that was sent it last. */
    WorkerKind kind = WorkerKind.PLAIN;
    /** Let through although a starved demand waits for what it takes. */
    boolean backfill;

    /** It is blocked, and waits for nothing of ours: its function has returned, and something else will end it. */
    boolean detached;
    /** It is to end without a value, and its children too. */
    boolean cancelled;
    /** It has had its turn once, and failed or killed its worker: nobody but who is sent it may run it. */
    boolean reserved;
    /** While it is delayed: when it goes on, by the caller's clock. */
    long due;

    /** One of several that were on a CPU of a worker when it died: it is run alone, and may not be helped. */
    boolean suspect;
    /** How often it was one. */
    int suspicions;

    /** That of its demand, from when it is first queued on. */
    @SuppressWarnings("NullAway.Init")
    Shape shape;

    /** While it is queued in a lane, and of use only then. */
    @SuppressWarnings("NullAway.Init")
    Group group;

    /** Place in the order of its lane, see {@link Shape}. */
    long stamp;

    /** That in which it is, or was when it began; null for one that nobody has been behind. */
    @Nullable
    Chain chain;
    /** In the chain. */
    long place;
    /** Its beginning is told at once. */
    boolean isTold;

    /** While it is ahead, see {@link Ahead}: the one that it is behind. */
    @Nullable
    Task leader;
    /** How many that were sent ahead later have begun since it was. */
    int overtaken;
    /** While it runs: since when, by the caller's clock. */
    long begunAt;
    /** It has run for long, or too many have begun while one waited behind it: none goes there any more. */
    boolean isLong;
    /** While it runs or is ahead: the one that is ahead behind it. */
    @Nullable
    Task follower;

    @Nullable
    Task before;

    @Nullable
    Task after;

    /** See {@link Family}. */
    @Nullable
    Task elder;

    @Nullable
    Task firstChild;

    @Nullable
    Task previousSibling;

    @Nullable
    Task nextSibling;

    /**
     * @param id the object that will be its result, and its own name
     * @param demand what it holds while it runs
     * @param dependencies objects that must be ready before it starts
     * @param parent the task that has submitted it, whose newest goes first; null when the driver has
     * @param retries how often it is run again when its worker dies or it fails with what it is to be retried for; one with
     *     none is never begun twice
     * @param payload the submitter's own, untouched
     */
    public Task(
            ObjectId id,
            Resources demand,
            List<ObjectId> dependencies,
            @Nullable ObjectId parent,
            int retries,
            @Nullable Object payload) {
        this(id, demand, dependencies, List.of(), parent, parent, retries, payload, WorkerEnvironment.none());
    }

    /**
     * The same for one whose parent may be a helped task, and which may have several results.
     *
     * @param outputs what is ready with it, beside the object that it is named after
     * @param holder the task whose resources the parent runs on, itself for most; null when the driver has submitted it
     * @param environment of the workers that may run it
     */
    public Task(
            ObjectId id,
            Resources demand,
            List<ObjectId> dependencies,
            List<ObjectId> outputs,
            @Nullable ObjectId parent,
            @Nullable ObjectId holder,
            int retries,
            @Nullable Object payload,
            WorkerEnvironment environment) {
        this.environment = environment;
        this.id = Objects.requireNonNull(id);
        this.demand = Objects.requireNonNull(demand);
        this.dependencies = List.copyOf(dependencies);
        this.parent = parent;
        this.holder = holder;
        this.outputs = List.copyOf(outputs);
        this.retriesLeft = retries;
        atMostOnce = retries == 0;
        this.payload = payload;
    }

    public ObjectId id() {
        return id;
    }

    public Resources demand() {
        return demand;
    }

    public List<ObjectId> dependencies() {
        return dependencies;
    }

    /** Of the workers that may run it. */
    public WorkerEnvironment environment() {
        return environment;
    }

    /** What is ready when it is done, beside the object that it is named after. */
    public List<ObjectId> outputs() {
        return outputs;
    }

    public boolean nested() {
        return parent != null;
    }

    /** The task that has submitted it; null when none has. */
    public @Nullable ObjectId parent() {
        return parent;
    }

    /** Whose turn it is when this one goes; null for the driver's. */
    @Nullable
    ObjectId holder() {
        return holder;
    }

    /** Whether it runs, or will without another word from the scheduler: others may be behind it. */
    boolean mayLead() {
        return state == State.RUNNING || state == State.AHEAD;
    }

    /** Whether it must not be begun again once a worker has had it. */
    public boolean isAtMostOnce() {
        return atMostOnce;
    }

    /** What it needs is gone once this run has ended: there will be no other. */
    public void setSpent() {
        isSpent = true;
    }

    boolean mayBeBegunAgain() {
        return !atMostOnce && !isSpent;
    }

    /** Whether it waits, or waits for its CPU after that. */
    public boolean isBlocked() {
        return state == State.BLOCKED || state == State.RESUMING;
    }

    /** Whether it has failed or may have killed its worker: nobody but who is sent it may run it. */
    public boolean isReserved() {
        return suspect || reserved;
    }

    /** Whether, sent ahead, its beginning is to be told at once. */
    public boolean isTold() {
        return isTold;
    }

    public @Nullable Object payload() {
        return payload;
    }

    /** The client that has it; {@link Scheduler#NOBODY} when none has. */
    public int worker() {
        return worker;
    }

    /** Which run of the task this is, from 0; a new one begins when a worker died with it or gave it back. */
    public int attempt() {
        return attempt;
    }

    /** How many more workers may die with it before it fails. */
    public int retriesLeft() {
        return retriesLeft;
    }

    @Override
    public String toString() {
        return "task " + id + " (" + demand + ", " + state + ")";
    }

    enum State {
        /** Not in the scheduler: not yet submitted, or done. */
        APART,
        /** For dependencies. */
        WAITING,
        /** For the time at which it runs again. */
        DELAYED,
        /** In a lane of its shape. */
        QUEUED,
        /** Sent to a worker behind one that runs or is ahead there; it holds nothing, and nobody has begun it. */
        AHEAD,
        /** Sent to a worker; it holds its demand. */
        RUNNING,
        /** It holds its demand, but for the CPU. */
        BLOCKED,
        /** As blocked, and in the queue for its CPU. */
        RESUMING,
        /** Claimed by a thread that has the resources of another task; it holds nothing itself. */
        HELPED
    }

    /** Tasks that are ahead one behind the other. */
    static final class Chain {
        /** The one that all of them are behind: it runs, or has ended and the next has not begun. */
        Task running;

        Chain(Task running) {
            this.running = running;
        }
    }

    /** Of the same one alone, but cheaper than that of an object, which is asked of the JVM once each. */
    @Override
    public int hashCode() {
        return id.hashCode();
    }
}
