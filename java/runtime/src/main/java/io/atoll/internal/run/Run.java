package io.atoll.internal.run;

import io.atoll.DeadlockException;
import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.StoreException;
import io.atoll.TaskException;
import io.atoll.concurrent.TaskContext;
import io.atoll.internal.call.CallRecord;
import io.atoll.internal.call.Claim;
import io.atoll.internal.call.RetryPolicy;
import io.atoll.internal.call.StreamPlace;
import io.atoll.internal.node.UpRing;
import io.atoll.internal.store.NativeStore;
import io.atoll.spi.UserThrowables;
import java.lang.ref.WeakReference;
import java.nio.channels.ClosedByInterruptException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One run of a task on a thread of this worker, from its first look at the record to the seal of its result. Any thread may
 * ask; where it stands among the others of its thread is the {@link Holder}'s.
 */
public final class Run implements TaskContext {
    private static final long TELLING_NANOS = 100_000_000;

    /** In the threads that a task starts, and in those that they start. */
    private static final InheritableThreadLocal<Origin> ORIGIN = new InheritableThreadLocal<>();

    private final NativeStore store;
    private final UpRing ring;
    private final List<Integer> gpus;
    private final UnsafeBuffer record;
    public final ObjectId task;
    /** From 1. */
    public final int attempt;

    public final String name;
    public final RetryPolicy policy;
    /** The word by which this worker has the task. */
    private final int claim;

    /** Set before anybody else sees this. */
    @SuppressWarnings("NullAway.Init")
    public ResultInPlace inPlace;

    /** Set before anybody else sees this. */
    @SuppressWarnings("NullAway.Init")
    public Delivery delivery;

    /** What its thread runs when this has ended; guarded by the holder. */
    @Nullable
    public Run below;
    /** An interrupt that was meant for this one while another was on top of it; guarded by the holder. */
    boolean isInterrupted;

    /** When it was last told how far it is; 0 when it never was. */
    private volatile long toldAt;

    /** When its time is over; 0 while that is not known, or there is no such time. */
    private volatile long deadlineMillis;
    /** Its time is over. */
    private volatile boolean isOverdue;
    /** What it fails with, if it fails by an interrupt, since it has waited for what it may never get; else null. */
    private volatile @Nullable TaskException deadlock;

    /** @param gpus those that this process sees */
    public Run(NativeStore store, UpRing ring, List<Integer> gpus, byte[] call, String name) {
        this.store = store;
        this.ring = ring;
        this.gpus = gpus;
        this.name = name;
        record = new UnsafeBuffer(call);
        task = CallRecord.result(record);
        policy = CallRecord.policy(record);
        int given = CallRecord.attempt(record);
        attempt = given + 1;
        claim = Claim.of(store.clientIndex(), given);
    }

    /** Only one of those who would store a result may. False when that is somebody else, or it has no value any more. */
    public boolean settle() {
        return store.claim(task, claim, Claim.ending(claim));
    }

    /** Whether what it ends with is to be thrown away, and the task run again. */
    public boolean isRetriedFor(Class<?> thrown) {
        return CallRecord.retriesLeft(record) > 0 && policy.isFor(thrown);
    }

    public boolean hasOneResult() {
        return CallRecord.hasOneResult(record);
    }

    /** Null when it is none. */
    public @Nullable StreamPlace stream() {
        return CallRecord.stream(record);
    }

    public boolean isGivenStream() {
        return CallRecord.isGivenStream(record);
    }

    public List<ObjectId> outputs() {
        return CallRecord.outputs(record);
    }

    /** Gives it up by itself, as a cancel of somebody else's would. */
    public void giveUp() {
        store.claim(task, claim, Claim.cancelled(claim));
    }

    public void beginTime() {
        deadlineMillis = System.currentTimeMillis() + policy.timeoutNanos() / 1_000_000;
    }

    public void setOverdue() {
        isOverdue = true;
    }

    public boolean isOverdue() {
        return isOverdue;
    }

    public void setDeadlock(TaskException why) {
        deadlock = why;
    }

    /** What it fails with that has thrown this: an interrupt of ours was only how a deadlock was told. */
    public Throwable reason(Throwable thrown) {
        TaskException told = deadlock;
        if (told == null || thrown instanceof DeadlockException) {
            return thrown;
        }
        for (Throwable each : UserThrowables.chain(thrown)) {
            if (each instanceof InterruptedException || each instanceof ClosedByInterruptException) {
                return told;
            }
        }
        thrown.addSuppressed(told); // It may have to do with it.
        return thrown;
    }

    private static final class Origin extends WeakReference<Run> {
        Origin(Run run) {
            super(run);
        }
    }

    /** Threads that the calling one starts from now on are this run's. */
    void markThreads() {
        ORIGIN.set(new Origin(this));
    }

    /** Has the calling thread, which is none of the workers', be this run's for so long. */
    void adoptFor(Runnable work) {
        Origin before = ORIGIN.get();
        markThreads();
        try {
            work.run();
        } finally {
            if (before == null) {
                ORIGIN.remove();
            } else {
                ORIGIN.set(before);
            }
        }
    }

    /** The run that has started the calling thread, or a thread that did; null when none has, or it is long over. */
    static @Nullable Run whoseThread() {
        Origin origin = ORIGIN.get();
        return origin == null ? null : origin.get();
    }

    /** The task that the calling thread is at, or that has started it; null for none. */
    public static @Nullable String nameHere() {
        Holder holder = Holder.current();
        Run run = holder == null ? whoseThread() : holder.top();
        return run == null ? null : run.name;
    }

    /** What it fails with when it throws this. */
    public TaskException failure(Throwable thrown) {
        // Not before: the class that knows the pid takes tens of milliseconds to initialize.
        return TaskException.of(name, workerPid(), attempt, thrown);
    }

    // ---- what the task asks

    @Override
    public String name() {
        return name;
    }

    @Override
    public ObjectId id() {
        return task;
    }

    @Override
    public int attempt() {
        return attempt;
    }

    @Override
    public Resources resources() {
        return CallRecord.demand(record);
    }

    @Override
    public List<Integer> gpus() {
        int own = (int) Math.ceil(resources().quantity(Resources.GPU));
        return gpus.subList(0, Math.min(own, gpus.size()));
    }

    @Override
    public long workerPid() {
        return ProcessHandle.current().pid();
    }

    @Override
    public Optional<Instant> deadline() {
        long at = deadlineMillis;
        return at == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(at));
    }

    @Override
    public void progress(double fraction) {
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new IllegalArgumentException("progress: " + fraction + " of task " + name + "; it takes 0 to 1");
        }
        long now = System.nanoTime();
        if (toldAt == 0 || now - toldAt >= TELLING_NANOS || fraction == 1) {
            toldAt = now;
            ring.tellProgress(task, fraction);
        }
    }

    @Override
    public boolean isCancelled() {
        try {
            return Claim.isCancelled(store.claimed(task));
        } catch (StoreException | IllegalStateException e) {
            return true; // The store has gone, and with it whoever waits.
        }
    }
}
