package io.atoll.internal.runtime;

import io.atoll.GetTimeoutException;
import io.atoll.NodeStats;
import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.concurrent.Cancel;
import io.atoll.concurrent.RefStream;
import io.atoll.internal.call.CallWriter;
import io.atoll.internal.call.Claim;
import io.atoll.internal.call.NewIds;
import io.atoll.internal.call.ObjectWriter;
import io.atoll.internal.call.Results;
import io.atoll.internal.call.StreamPlace;
import io.atoll.internal.call.Submitter;
import io.atoll.internal.graph.ErrorKind;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Place;
import io.atoll.internal.memory.ResultPlace;
import io.atoll.internal.memory.Room;
import io.atoll.internal.node.Backlog;
import io.atoll.internal.node.Board;
import io.atoll.internal.node.Gate;
import io.atoll.internal.node.Handover;
import io.atoll.internal.node.LettingGo;
import io.atoll.internal.node.NodeReport;
import io.atoll.internal.node.ReadyEvents;
import io.atoll.internal.node.UpRing;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.run.Awaited;
import io.atoll.internal.run.ResultInPlace;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectStore;
import io.atoll.internal.store.VirtualThreads;
import io.atoll.internal.store.Waiting;
import io.atoll.spi.AtollRuntime;
import io.atoll.spi.Constructors;
import io.atoll.spi.ReadyRefs;
import io.atoll.spi.Refs;
import io.atoll.spi.StreamItem;
import io.atoll.spi.TaskRequest;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the runtimes of drivers and workers have in common: both are clients of the store and may submit tasks. */
abstract class ClientRuntime implements AtollRuntime, Place, ResultPlace {
    /** Who submits has not asked for a wait: what has its CPU meanwhile may need more than what it is about to say. */
    private static final long GRACE_NANOS = 50_000_000;

    final NativeStore store;
    final ObjectCodec codec;
    final ObjectWriter writer;
    private final NewIds newIds;
    final Board board;
    final UpRing ring;
    /** Around everything that touches rings and board. */
    private final Gate gate = new Gate();

    private final Backlog backlog;
    private final Handover handover;
    final LettingGo lettingGo;
    final ReadyEvents events;
    private final Cancelling cancelling;
    private final StreamReader streams;
    private final Futures futures = new Futures(this);
    private final NodeReport report;
    private final ThreadLocal<CallWriter> callWriters;
    /** For virtual threads, of which there may be any number: each has one while it submits. */
    private final ConcurrentLinkedQueue<CallWriter> sharedWriters = new ConcurrentLinkedQueue<>();

    /** @param patience see {@link Backlog} */
    ClientRuntime(NativeStore store, int driverIndex, Duration putTimeout, long patience) {
        this.store = store;
        store.giveToKernels();
        codec = new ObjectCodec(store, this::adopt);
        writer = new ObjectWriter(store, putTimeout);
        board = new Board(store, driverIndex);
        ring = new UpRing(store, board);
        backlog = new Backlog(board, ring, gate, patience);
        cancelling = new Cancelling(store, codec, ring);
        handover = new Handover(store, ring, gate);
        lettingGo = LettingGo.start(store);
        newIds = new NewIds(store, lettingGo::collect, putTimeout);
        events = new ReadyEvents(store);
        streams = new StreamReader(this);
        report = new NodeReport(store, board, driverIndex);
        callWriters = ThreadLocal.withInitial(() -> new CallWriter(store, codec, writer));
    }

    /** For whom the calling thread submits. */
    abstract Submitter submitter();

    /** Called before the scheduler is told of a call. */
    void submitting(Results results, CallWriter call) {}

    /** Called when the scheduler is to read what has been written. */
    void submitted() {
        store.bellRing(NativeStore.SCHEDULER_BELL, 1);
    }

    /** The name of the task that is to make the object, where this process knows it; else null. */
    abstract @Nullable String taskName(ObjectId id);

    /** For people: the object, and whose result it is. */
    final String described(ObjectId id, @Nullable Duration timeout) {
        String task = Waiting.nanos(timeout) == 0 ? null : taskName(id); // Who only looks does so often.
        return id + (task == null ? "" : ", the result of task " + task + ",");
    }

    /** Called when somebody has got the error that the object is, or asked for it. */
    abstract void heard(ObjectId id);

    /** Called when the value of the object was got. */
    void arrived(ObjectId id) {}

    /** Called when this process has no ref to the object any more. */
    void forgotten(ObjectId id) {}

    /** Waits as the calling thread has to, until so many of the objects are there or the time is over. */
    abstract boolean[] awaitReady(ObjectId[] ids, int wanted, @Nullable Duration timeout);

    /** Waits on this thread: in native code, or parked where that would hold the carrier of a virtual one. */
    final boolean[] awaitHere(ObjectId[] ids, int wanted, @Nullable Duration timeout) {
        return VirtualThreads.isCurrent()
                ? ParkedWait.await(store, events, ids, wanted, timeout)
                : store.await(ids, wanted, timeout);
    }

    /**
     * The value of an object, waiting for it as the calling thread has to; a failure as an {@link ErrorKind.Thrown}.
     *
     * @param form class that the value is to be seen as; null: as it is
     */
    abstract @Nullable Object valueOrFailure(ObjectId id, @Nullable Duration timeout, @Nullable Class<?> form);

    final @Nullable Object value(ObjectId id, @Nullable Duration timeout) {
        return value(id, timeout, null);
    }

    private @Nullable Object value(ObjectId id, @Nullable Duration timeout, @Nullable Class<?> form) {
        Object value = valueOrFailure(id, timeout, form);
        if (value instanceof ErrorKind.Thrown thrown) {
            heard(id);
            throw thrown.here();
        }
        return value;
    }

    @Override
    public <T> ObjectRef<T> put(T value) {
        try {
            ObjectId streamed = codec.stream(value, writer);
            if (streamed != null) {
                return ref(streamed);
            }
            Encoded encoded = codec.encode(value);
            return ref(writer.write(null, encoded), encoded.size());
        } finally {
            Reference.reachabilityFence(value); // its refs hold what the object names, until that does so itself
        }
    }

    @Override
    public <S> S service(Class<S> type) {
        if (!type.isInstance(this)) {
            throw new UnsupportedOperationException("this runtime has no " + type.getName());
        }
        return type.cast(this);
    }

    @Override
    public ObjectStore store() {
        return store;
    }

    @Override
    public Room room() {
        return writer;
    }

    @Override
    public @Nullable InPlace beginResult(long size, long tag, boolean mayWait) {
        return ResultInPlace.begin(writer, size, tag, mayWait);
    }

    @Override
    public ByteBuffer bytes(ObjectRef<?> ref, long offset, long length) {
        awaitReady(new ObjectId[] {ref.id()}, 1, null);
        try {
            return codec.bytes(ref.id(), null, offset, length);
        } catch (TaskException e) {
            heard(ref.id());
            throw e;
        }
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // where T may be null
    public <T extends @Nullable Object> T get(ObjectRef<T> ref, @Nullable Duration timeout) {
        try {
            return (T) value(ref.id(), timeout);
        } catch (GetTimeoutException e) {
            throw withTasks("object " + described(ref.id(), timeout) + " is not there after " + timeout);
        }
    }

    @Override
    public List<@Nullable Object> get(List<? extends ObjectRef<?>> refs, @Nullable Duration timeout) {
        try {
            return new ListGet(this, ids(refs), timeout).get();
        } catch (GetTimeoutException e) {
            throw withTasks(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public @Nullable TaskException failure(ObjectRef<?> ref) {
        try {
            value(ref.id(), null, ObjectCodec.FAILURE_ALONE);
            return null;
        } catch (TaskException e) {
            return e;
        }
    }

    @Override
    public void closeViews(List<?> values, Throwable why) {
        ObjectCodec.closeViews(values.toArray(), why);
    }

    /** What the node does meanwhile tells a task that waits for its turn from one that takes long. */
    private GetTimeoutException withTasks(String message) {
        int[] tasks;
        gate.enter();
        try {
            tasks = board.tasks();
        } finally {
            gate.leave();
        }
        return new GetTimeoutException(message + "; of the node's tasks " + tasks[0] + " wait for arguments, "
                + tasks[1] + " for their turn, and " + tasks[2] + " run");
    }

    /** Has done what the calling thread can do about the objects; true when the first of them is there. */
    abstract boolean awaitFirst(ObjectId[] ids, @Nullable Duration timeout);

    /** Waits for something; what the calling thread holds meanwhile, it gives to others, and has it back in the end. */
    final <R> R blocked(Supplier<R> wait) {
        return blocked(wait, () -> Waiting.FOREVER, () -> false);
    }

    /**
     * The same for who goes on without, when that takes long.
     *
     * @param grace the nanoseconds that it may take; asked for when the wait is over
     * @param awaited what is waited for
     */
    abstract <R> R blocked(Supplier<R> wait, LongSupplier grace, Awaited awaited);

    @Override
    public boolean isReady(ObjectRef<?> ref) {
        return isReady(ref.id());
    }

    final boolean isReady(ObjectId id) {
        return store.state(id) != ObjectStore.State.EXPECTED;
    }

    @Override
    public boolean cancel(ObjectRef<?> ref, Cancel how) {
        gate.enter();
        try {
            return cancelling.cancel(ref.id(), how);
        } finally {
            gate.leave();
        }
    }

    @Override
    public void whenReady(ObjectRef<?> ref, Runnable action) {
        futures.tell(adopt(ref.id()), action);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> CompletableFuture<T> future(ObjectRef<T> ref) {
        return futures.of((ObjectRef<T>) adopt(ref.id()));
    }

    @Override
    public <T> ReadyRefs<T> watch(List<ObjectRef<T>> refs) {
        ReadyQueue<T> queue = new ReadyQueue<>(this, refs);
        events.tell(queue.listener(), ids(refs));
        return queue;
    }

    @Override
    public boolean[] await(List<? extends ObjectRef<?>> refs, int wanted, @Nullable Duration timeout) {
        return awaitReady(ids(refs), wanted, timeout);
    }

    private static ObjectId[] ids(List<? extends ObjectRef<?>> refs) {
        ObjectId[] ids = new ObjectId[refs.size()];
        for (int i = 0; i < ids.length; ++i) {
            ids[i] = refs.get(i).id();
        }
        return ids;
    }

    @Override
    public <T> ObjectRef<T> submit(TaskRequest request) {
        ObjectId result = newIds.expect();
        submit(request, Results.one(result), List.of(result));
        return ref(result);
    }

    @Override
    public <T> List<ObjectRef<T>> submitEach(TaskRequest request, int count) {
        List<ObjectId> all = new ArrayList<>();
        try {
            newIds.expect(all, count + 1);
            ObjectId task = all.get(count);
            List<ObjectId> parts = all.subList(0, count);
            for (ObjectId part : parts) {
                store.claim(part, Claim.NOBODY, Claim.PART);
                cancelling.addPart(part, task);
            }
            submit(request, new Results(task, parts, null), all);
        } catch (Throwable e) {
            all.forEach(cancelling::removePart);
            throw e;
        }
        handover.release(all.get(count));
        List<ObjectRef<T>> refs = new ArrayList<>(count);
        for (ObjectId part : all.subList(0, count)) {
            refs.add(ref(part));
        }
        return refs;
    }

    @Override
    public <T> RefStream<T> submitStream(TaskRequest request, int window) {
        List<ObjectId> all = new ArrayList<>();
        newIds.expect(all, 3);
        ObjectId readers = all.get(1);
        store.claim(readers, Claim.NOBODY, Claim.READERS);
        submit(request, new Results(all.get(2), List.of(), new StreamPlace(all.get(0), 0, readers, window)), all);
        handover.release(all.get(2));
        return Constructors.stream(ref(all.get(0)), ref(readers));
    }

    @Override
    public StreamItem next(ObjectRef<?> node, @Nullable Duration timeout) {
        return streams.next(node.id(), timeout);
    }

    /** @param expected what was expected for it, and is given up when it cannot be submitted */
    private void submit(TaskRequest request, Results results, List<ObjectId> expected) {
        if (!VirtualThreads.isCurrent()) {
            submit(request, results, expected, callWriters.get());
            return;
        }
        CallWriter shared = sharedWriters.poll();
        CallWriter call = shared == null ? new CallWriter(store, codec, writer) : shared;
        try {
            submit(request, results, expected, call);
        } finally {
            sharedWriters.add(call);
        }
    }

    private void submit(TaskRequest request, Results results, List<ObjectId> expected, CallWriter call) {
        boolean submitted = false;
        try {
            call.write(inEnvironment(request), submitter(), results);
            submitting(results, call);
            boolean isLetThrough = false;
            while (!send(call, isLetThrough)) {
                isLetThrough = !blocked(backlog::await, () -> GRACE_NANOS, () -> true);
            }
            submitted = true;
            submitted();
        } finally {
            Reference.reachabilityFence(request); // as in put: here the scheduler takes over
            if (!submitted) {
                expected.forEach(this::forgotten);
                expected.forEach(store::dereference);
            }
        }
        ObjectId[] temporaries = call.temporaries();
        if (temporaries != null) {
            for (ObjectId id : temporaries) {
                handover.release(id);
            }
        }
    }

    /** As it is submitted here: what is given no environment has the submitter's. */
    TaskRequest inEnvironment(TaskRequest request) {
        return request;
    }

    /** False when the node has as many tasks as it may have. */
    private boolean send(CallWriter call, boolean isLetThrough) {
        gate.enter();
        try {
            if (!isLetThrough && backlog.isFull()) {
                return false;
            }
            ring.submit(call.record(), call.length());
            return true;
        } finally {
            gate.leave();
        }
    }

    @Override
    public void publish(String name, ObjectRef<?> ref) {
        store.publish(name, ref.id());
    }

    @Override
    public <T> Optional<ObjectRef<T>> lookup(String name) {
        return Optional.ofNullable(store.lookup(name)).map(this::ref);
    }

    @Override
    public boolean unpublish(String name) {
        return store.unpublish(name);
    }

    @Override
    public NodeStats stats() {
        gate.enter();
        try {
            return report.stats();
        } finally {
            gate.leave();
        }
    }

    @Override
    public Path socket() {
        return store.socket();
    }

    /** Lets nobody touch rings and board any more. */
    void closeMessages() {
        ring.close();
        events.awaitEnd();
        futures.close();
        lettingGo.close();
        handover.close();
        gate.close();
    }

    /** One reference less, once the scheduler has read what this process has told it. */
    final void letGo(ObjectId id) {
        handover.release(id);
    }

    @Override
    public final ObjectRef<?> adopt(ObjectId id) {
        store.reference(id);
        return ref(id);
    }

    /** A ref that stands for one reference, which the caller has. */
    @Override
    public <T> ObjectRef<T> ref(ObjectId id) {
        return ref(id, 0);
    }

    private <T> ObjectRef<T> ref(ObjectId id, long bytes) {
        lettingGo.made(bytes);
        return Refs.make(id, this, new Release(this, id, bytes));
    }

    /** @param bytes of the object, as far as they are known here */
    private record Release(ClientRuntime runtime, ObjectId id, long bytes) implements Runnable {
        @Override
        public void run() {
            runtime.lettingGo.gone(bytes);
            runtime.forgotten(id);
            runtime.cancelling.removePart(id);
            runtime.handover.release(id);
        }
    }
}
