package io.atoll.internal.runtime;

import io.atoll.GetTimeoutException;
import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.concurrent.TaskContext;
import io.atoll.concurrent.WorkerEnvironment;
import io.atoll.internal.call.CallRecord;
import io.atoll.internal.call.CallWriter;
import io.atoll.internal.call.Claim;
import io.atoll.internal.call.Messages;
import io.atoll.internal.call.Results;
import io.atoll.internal.call.Submitter;
import io.atoll.internal.node.Backlog;
import io.atoll.internal.process.WorkerOrders;
import io.atoll.internal.run.Awaited;
import io.atoll.internal.run.Holder;
import io.atoll.internal.run.OwnThreads;
import io.atoll.internal.run.OwnWork;
import io.atoll.internal.run.Run;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.VirtualThreads;
import io.atoll.internal.store.Waiting;
import io.atoll.internal.threads.ThreadState;
import io.atoll.spi.TaskRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The runtime of a worker. A thread of a task that has to wait first runs what it waits for by itself, if it can; then it
 * gives back its CPU, waits, and takes it again. Any thread.
 */
final class WorkerRuntime extends ClientRuntime {
    /** Tasks on top of each other on one thread; the next one is left to another thread, and this one waits. */
    static final int HELP_DEPTH = 200;
    /** What is there so soon is not worth two messages. */
    private static final Duration SHORTLY = Duration.ofNanos(20_000);
    /** So often, at most, a thread that runs what it waits for looks whether the rest has failed, */
    private static final long LOOK_NANOS = 1_000_000;
    /** and so small a part of the time it takes. */
    private static final int LOOK_SHARE = 20;

    /** Those that this process sees. */
    final List<Integer> gpus;

    /** That of all tasks that run here, from the first on. */
    private volatile WorkerEnvironment environment = WorkerEnvironment.none();

    private final TaskRunner runner;
    private final TaskThreads threads;
    private final OwnThreads ownThreads;
    private final LockWatch locks;
    /** Calls that were submitted here, to help with; those begun elsewhere stay until they are asked for or forgotten. */
    private final ConcurrentHashMap<ObjectId, byte[]> calls = new ConcurrentHashMap<>();

    private final ConcurrentHashMap<ObjectId, Holder> resuming = new ConcurrentHashMap<>();

    /** @param loader of tasks' classes */
    WorkerRuntime(NativeStore store, WorkerOrders orders, ClassLoader loader) {
        super(store, orders.driver(), orders.putTimeout(), Backlog.UNTIL_NOTHING_ENDS);
        gpus = orders.gpus();
        runner = new TaskRunner(this, loader);
        threads = new TaskThreads(this);
        ownThreads = new OwnThreads(ring, threads::running);
        locks = new LockWatch(runner, threads::running);
    }

    /** Takes tasks from now on. */
    void start() {
        threads.start();
    }

    /** Nothing comes any more: threads that wait for it in native code come back from there. */
    void endWaits() {
        threads.stop();
        lettingGo.stop();
        store.endWaits();
    }

    /** The function of the task that it holds has returned, and no thread of it is left. */
    void detached(Holder holder) {
        if (holder.holdsCpu()) {
            ownThreads.ownWait(holder);
            ring.tell(
                    Messages.DETACHED,
                    holder.task); // Also when its CPU was lent: what ends it may be what ends its worker.
        }
    }

    void ended(Holder context) {
        ownThreads.ended(context);
    }

    TaskRunner runner() {
        return runner;
    }

    @Override
    Submitter submitter() {
        Holder context = Holder.current();
        Run top = context == null ? null : context.top();
        if (context != null && top != null) {
            return new Submitter(top.task, context.task);
        }
        OwnWork work = OwnWork.current();
        return work == null
                ? Submitter.process(store.clientIndex())
                : new Submitter(work.run().task, work.holder().task);
    }

    @Override
    public @Nullable TaskContext taskContext() {
        Holder context = Holder.current();
        OwnWork work = context == null ? OwnWork.current() : null;
        return context != null ? context.top() : work == null ? null : work.run();
    }

    @Override
    public @Nullable UnaryOperator<Runnable> taskWrapper() {
        return OwnWork.wrapper();
    }

    /** A task runs here. */
    void meet(UnsafeBuffer call) {
        if (CallRecord.hasEnvironment(call) && environment.isNone()) {
            environment = CallRecord.environment(call);
        }
    }

    @Override
    TaskRequest inEnvironment(TaskRequest request) {
        return environment.isNone() || request.policy().environment() != null ? request : request.in(environment);
    }

    /** Whether the call is for workers as this one is. */
    private boolean isForHere(UnsafeBuffer call) {
        return CallRecord.hasEnvironment(call)
                ? !environment.isNone() && environment.equals(CallRecord.environment(call))
                : environment.isNone();
    }

    @Override
    void submitting(Results results, CallWriter call) {
        if (results.stream() != null) {
            return; // Who reads it is not to run it: it waits for its readers.
        }
        byte[] copy = new byte[call.length()];
        call.record().getBytes(0, copy);
        if (results.outputs().isEmpty()) {
            calls.put(results.task(), copy);
        } else {
            results.outputs().forEach(part -> calls.put(part, copy));
        }
    }

    @Override
    @Nullable
    String taskName(ObjectId id) {
        byte[] call = calls.get(id);
        return call == null ? null : CallRecord.name(new UnsafeBuffer(call));
    }

    @Override
    void heard(ObjectId id) {
        try {
            ring.tellHeard(id);
        } catch (IllegalStateException e) {
            // The session is closed, and nobody listens.
        }
    }

    @Override
    void forgotten(ObjectId id) {
        calls.remove(id);
    }

    @Override
    void arrived(ObjectId id) {
        calls.remove(id);
    }

    @Override
    @Nullable
    Object valueOrFailure(ObjectId id, @Nullable Duration timeout, @Nullable Class<?> form) {
        long startedAt = timeout == null ? 0 : System.nanoTime();
        if (!isReady(id) && !awaitReady(new ObjectId[] {id}, 1, timeout)[0]) {
            throw new GetTimeoutException("object " + id + ": not there after " + timeout);
        }
        calls.remove(id);
        return codec.getOrFailure(id, Waiting.left(timeout, startedAt), form);
    }

    @Override
    boolean[] awaitReady(ObjectId[] ids, int wanted, @Nullable Duration timeout) {
        Holder context = Holder.current();
        long startedAt = System.nanoTime();
        if (timeout == null && wanted == ids.length) {
            help(context, ids, wanted); // Of some that are enough nobody knows which are the quick ones.
        }
        boolean isShort = timeout != null && timeout.compareTo(SHORTLY) <= 0;
        if (timeout != null && !isShort && wanted == ids.length) {
            lend(context, ids, timeout);
        }
        if (context != null && context.isBeside()) {
            return awaitHere(ids, wanted, timeout);
        }
        if (VirtualThreads.isCurrent()) {
            return blocked(() -> awaitHere(ids, wanted, timeout)); // Nobody's task.
        }
        boolean[] ready = store.await(ids, wanted, isShort ? timeout : SHORTLY);
        if (isShort || count(ready) >= wanted) {
            return ready;
        }
        return blocked(
                () -> store.await(ids, wanted, Waiting.left(timeout, startedAt)),
                () -> Waiting.nanos(Waiting.left(timeout, startedAt)),
                new AwaitedObjects(this, ids, wanted, timeout));
    }

    @Override
    boolean awaitFirst(ObjectId[] ids, @Nullable Duration timeout) {
        Holder context = Holder.current();
        boolean isShort = timeout != null && timeout.compareTo(SHORTLY) <= 0;
        if (timeout == null) {
            helpWithAll(context, ids);
        } else if (!isShort) {
            lend(context, ids, timeout);
        }
        return store.await(new ObjectId[] {ids[0]}, 1, isShort ? timeout : SHORTLY)[0];
    }

    @Override
    <R> R blocked(Supplier<R> wait, LongSupplier grace, Awaited awaited) {
        Holder context = Holder.current();
        if (context == null) {
            return ownThreads.await(wait);
        }
        if (context.isBeside()) {
            return wait.get(); // Nothing is its own.
        }
        context.setWait(awaited);
        if (!ownThreads.ownWait(context)) {
            ring.tell(Messages.BLOCKED, context.task);
        }
        boolean hasCome = false;
        try {
            R result = wait.get();
            hasCome = true;
            return result;
        } finally {
            ownThreads.ownWaitEnded(context);
            resume(context, hasCome ? grace.getAsLong() : 0); // Who fails says so at once.
            context.setWait(null);
        }
    }

    private void resume(Holder context, long nanos) {
        if (nanos > 0) {
            context.expectGrant();
            resuming.put(context.task, context);
            ring.tell(Messages.RESUME, context.task);
            if (context.awaitGrant(nanos)) {
                return;
            }
            resuming.remove(context.task);
        }
        context.goOn();
        ring.tell(Messages.RESUMED_AT_ONCE, context.task);
    }

    /** Answers the scheduler: what threads wait for, and whether none here goes on by itself once it has a CPU. */
    void check(ObjectId question) {
        boolean isAnyOver = false;
        for (Holder each : threads.running()) {
            if (each.isWaitOver()) {
                isAnyOver = true;
                continue;
            }
            Awaited.Missing missing = each.missing();
            if (!missing.objects().isEmpty() && missing.wanted() > 0) {
                ring.tellWaits(question.place(), each.task, each.helpedTasks(), missing.objects(), missing.wanted());
            }
        }
        if (!isAnyOver) {
            ring.tell(Messages.CHECKED, question);
        }
    }

    /** The scheduler has given the task its CPU back. */
    void granted(ObjectId task) {
        Holder context = resuming.remove(task);
        if (context != null) {
            context.grant();
        }
    }

    /** Runs on this thread those of the tasks that nobody has begun, as long as so many are not there. */
    private void help(@Nullable Holder context, ObjectId[] ids, int wanted) {
        int ready = 0;
        for (int i = 0; i < ids.length && ready < wanted; ++i) {
            if (Thread.currentThread().isInterrupted()) {
                return; // The wait says so.
            }
            if (isReady(ids[i]) || help(context, ids[i])) {
                ++ready;
            }
        }
    }

    /**
     * Runs on this thread those of the tasks that nobody has begun. Throws what the first of all throws that fails: it is
     * looked for after each of them, and among the others from time to time.
     */
    private void helpWithAll(@Nullable Holder context, ObjectId[] ids) {
        long lookedAt = System.nanoTime();
        long pause = LOOK_NANOS;
        for (ObjectId id : ids) {
            if (Thread.currentThread().isInterrupted()) {
                return; // The wait says so.
            }
            if (isReady(id) || !help(context, id)) {
                continue;
            }
            throwIfFailed(id);
            long now = System.nanoTime();
            if (now - lookedAt > pause) {
                for (ObjectId each : ids) {
                    throwIfFailed(each);
                }
                lookedAt = System.nanoTime();
                pause = Math.max(LOOK_NANOS, LOOK_SHARE * (lookedAt - now));
            }
        }
    }

    private void throwIfFailed(ObjectId id) {
        if (isReady(id) && FirstFailure.isFailure(store, id)) {
            codec.get(id, null);
        }
    }

    private boolean help(@Nullable Holder context, ObjectId id) {
        if (context == null
                || context.helping() >= HELP_DEPTH
                || runner.isFull()
                || !ThreadState.canBeHidden()
                || ThreadState.hasScopedValues()) {
            return false;
        }
        byte[] call = calls.get(id);
        if (call == null || !isHelpful(context, call) || (context.hasLent() && needsMoreThanCpus(call))) {
            return false;
        }
        if (!claim(id, call)) {
            return false;
        }
        context.changeHelping(1);
        try {
            locks.helping();
            runAndTell(call);
        } finally {
            context.changeHelping(-1);
        }
        return true;
    }

    /** Whether the task may be run by who holds this and waits for it. */
    private boolean isHelpful(Holder context, byte[] call) {
        UnsafeBuffer record = new UnsafeBuffer(call);
        // Of two on one stack either may end the other; one that is not to be begun twice is alone.
        boolean isAlone = context.isAtMostOnce || CallRecord.retries(record) == 0;
        return !isAlone
                && !CallRecord.isIsolated(record)
                && isForHere(record)
                && context.covers(CallRecord.demand(record));
    }

    private boolean claim(ObjectId id, byte[] call) {
        calls.remove(id);
        ObjectId task = CallRecord.result(new UnsafeBuffer(call));
        return Claim.take(store, task, Claim.of(store.clientIndex(), 0));
    }

    private void runAndTell(byte[] call) {
        if (runner.run(call)) {
            runner.tellFinished(CallRecord.result(new UnsafeBuffer(call)), null, true);
        }
    }

    /**
     * Has the tasks run beside this thread, which waits for a time only, if one of them needs what it keeps while it waits:
     * nobody else could run that. Those that have begun when the time is over go on.
     */
    private void lend(@Nullable Holder context, ObjectId[] ids, @Nullable Duration timeout) {
        if (context == null || !isAnyToLendFor(context, ids)) {
            return;
        }
        long startedAt = System.nanoTime();
        long nanos = Waiting.nanos(timeout);
        Runnable run = () -> {
            for (ObjectId id : ids) {
                byte[] call = isReady(id) || Waiting.left(nanos, startedAt) == 0 ? null : calls.get(id);
                if (call != null && isHelpful(context, call) && claim(id, call)) {
                    runAndTell(call);
                }
            }
        };
        if (context.lend(run) && !threads.startBeside(context, run)) {
            context.nextOrTakeBack();
        }
    }

    private boolean isAnyToLendFor(Holder context, ObjectId[] ids) {
        for (ObjectId id : ids) {
            byte[] call = calls.get(id);
            if (call != null && isHelpful(context, call) && needsMoreThanCpus(call)) {
                return true;
            }
        }
        return false;
    }

    private static boolean needsMoreThanCpus(byte[] call) {
        Resources demand = CallRecord.demand(new UnsafeBuffer(call));
        return !demand.with(Resources.CPU, 0).equals(Resources.none());
    }

    private static int count(boolean[] ready) {
        int count = 0;
        for (boolean is : ready) {
            count += is ? 1 : 0;
        }
        return count;
    }

    @Override
    public boolean awaitTasks(@Nullable Duration timeout) {
        throw new UnsupportedOperationException(
                "only the driver waits for all tasks: one of them would wait for itself");
    }

    /** A worker ends with its driver, never by itself. */
    @Override
    public void close() {}
}
