package io.atoll.internal.runtime;

import io.atoll.NodeStats;
import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.ObjectStoreFullException;
import io.atoll.internal.call.CallWriter;
import io.atoll.internal.call.ObjectWriter;
import io.atoll.internal.graph.ErrorKind;
import io.atoll.internal.memory.Place;
import io.atoll.internal.memory.Room;
import io.atoll.internal.node.Board;
import io.atoll.internal.node.Gate;
import io.atoll.internal.node.Handover;
import io.atoll.internal.node.LettingGo;
import io.atoll.internal.node.UpRing;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.spi.AtollRuntime;
import io.atoll.spi.TaskRequest;
import io.atoll.store.ClientStats;
import io.atoll.store.NativeStore;
import io.atoll.store.ObjectStore;
import io.atoll.store.StoreStats;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** What the runtimes of drivers and workers have in common: both are clients of the store and may submit tasks. */
abstract class ClientRuntime implements AtollRuntime, Place {
    /** The store's counter for tasks run. */
    static final int TASKS_COUNTER = 0;

    private static final int ENTRY_RETRIES = 50;
    private static final long ENTRY_PAUSE_NANOS = 20_000_000;

    final NativeStore store;
    final ObjectCodec codec;
    final ObjectWriter writer;
    final Board board;
    final UpRing ring;
    /** Around everything that touches rings and board. */
    private final Gate gate = new Gate();

    private final Handover handover;
    final LettingGo lettingGo;
    private final int driverIndex;
    private final ThreadLocal<CallWriter> callWriters;

    ClientRuntime(NativeStore store, int driverIndex) {
        this.store = store;
        this.driverIndex = driverIndex;
        codec = new ObjectCodec(store, this::adopt);
        writer = new ObjectWriter(store);
        board = new Board(store, driverIndex);
        ring = new UpRing(store, board);
        handover = new Handover(store, ring, gate);
        lettingGo = LettingGo.start(store);
        callWriters = ThreadLocal.withInitial(() -> new CallWriter(store, codec, writer));
    }

    /** Whether what is submitted here is submitted by tasks. */
    abstract boolean isWorker();

    /** Called before the scheduler is told of a call. */
    void submitting(ObjectId result, CallWriter call) {}

    /** Called when the scheduler is to read what has been written. */
    void submitted() {
        store.bellRing(NativeStore.SCHEDULER_BELL, 1);
    }

    /** Called when the value of the object was got. */
    void arrived(ObjectId id) {}

    /** Called when this process has no ref to the object any more. */
    void forgotten(ObjectId id) {}

    /** Waits as the calling thread has to, until so many of the objects are there or the time is over. */
    abstract boolean[] awaitReady(ObjectId[] ids, int wanted, Duration timeout);

    /** The value of an object, waiting for it as the calling thread has to; a failure as an {@link ErrorKind.Thrown}. */
    abstract Object valueOrFailure(ObjectId id, Duration timeout);

    private Object value(ObjectId id, Duration timeout) {
        Object value = valueOrFailure(id, timeout);
        if (value instanceof ErrorKind.Thrown thrown) {
            throw thrown.here();
        }
        return value;
    }

    @Override
    public <T> ObjectRef<T> put(T value) {
        ObjectId streamed = codec.stream(value, writer);
        return ref(streamed != null ? streamed : writer.write(null, codec.encode(value)));
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
    public ByteBuffer bytes(ObjectRef<?> ref, long offset, long length) {
        awaitReady(new ObjectId[] {ref.id()}, 1, null);
        return codec.bytes(ref.id(), Duration.ZERO, offset, length);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T get(ObjectRef<T> ref, Duration timeout) {
        return (T) value(ref.id(), timeout);
    }

    @Override
    public <T> List<T> get(List<ObjectRef<T>> refs, Duration timeout) {
        long end = timeout == null ? 0 : System.nanoTime() + nanos(timeout);
        ObjectId[] ids = ids(refs);
        Object[] values = new Object[ids.length];
        try {
            for (int at = 0; at < ids.length; ++at) {
                for (int ready = codec.getReady(ids, at, values); ready > 0; --ready) {
                    arrived(ids[at++]);
                }
                if (at < ids.length) {
                    Duration left = timeout == null ? null : Duration.ofNanos(Math.max(0, end - System.nanoTime()));
                    values[at] = value(ids[at], left);
                }
            }
        } catch (Throwable e) {
            ObjectCodec.closeViews(values, e);
            throw e;
        }
        @SuppressWarnings("unchecked")
        List<T> list = (List<T>) new ArrayList<>(Arrays.asList(values));
        return list;
    }

    @Override
    public boolean[] await(List<? extends ObjectRef<?>> refs, int wanted, Duration timeout) {
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
        ObjectId result = expect();
        CallWriter call = callWriters.get();
        boolean submitted = false;
        try {
            call.write(request, isWorker(), result);
            submitting(result, call);
            gate.enter();
            try {
                ring.submit(call.record(), call.length());
            } finally {
                gate.leave();
            }
            submitted = true;
            submitted();
        } finally {
            if (!submitted) {
                forgotten(result);
                store.dereference(result);
            }
        }
        ObjectId[] temporaries = call.temporaries();
        if (temporaries != null) {
            for (ObjectId id : temporaries) {
                handover.release(id);
            }
        }
        return ref(result);
    }

    /** Refs that are garbage may be what holds all entries. */
    private ObjectId expect() {
        try {
            return store.expect();
        } catch (ObjectStoreFullException e) {
            System.gc();
            for (int i = 0; i < ENTRY_RETRIES; ++i) {
                LockSupport.parkNanos(ENTRY_PAUSE_NANOS);
                try {
                    return store.expect();
                } catch (ObjectStoreFullException again) {
                    e = again;
                }
            }
            throw e;
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
        StoreStats all = store.stats();
        List<NodeStats.ProcessStats> workers = new ArrayList<>();
        NodeStats.ProcessStats driver;
        gate.enter();
        try {
            driver = addProcesses(workers);
        } finally {
            gate.leave();
        }
        return new NodeStats(all.capacity(), all.allocated(), all.sealedBytes(), all.objects(), workers, driver);
    }

    /** Returns the driver. */
    private NodeStats.ProcessStats addProcesses(List<NodeStats.ProcessStats> workers) {
        NodeStats.ProcessStats driver = null;
        for (int word = 0; word < Board.MAX_CLIENTS / Long.SIZE; ++word) {
            for (long bits = board.joined(word); bits != 0; bits &= bits - 1) {
                int client = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                ClientStats stats = store.clientStats(client);
                if (stats != null) {
                    NodeStats.ProcessStats process = new NodeStats.ProcessStats(
                            stats.pid(),
                            stats.user().get(TASKS_COUNTER),
                            stats.done().gets(),
                            stats.done().bytesWritten(),
                            stats.done().bytesCopied(),
                            stats.pins());
                    if (client == driverIndex) {
                        driver = process;
                    } else {
                        workers.add(process);
                    }
                }
            }
        }
        return driver;
    }

    /** Lets nobody touch rings and board any more. */
    void closeMessages() {
        ring.close();
        lettingGo.close();
        handover.close();
        gate.close();
    }

    private ObjectRef<?> adopt(ObjectId id) {
        store.reference(id);
        return ref(id);
    }

    /** A ref that stands for one reference, which the caller has. */
    @Override
    public <T> ObjectRef<T> ref(ObjectId id) {
        return new ObjectRef<>(id, this, new Release(this, id));
    }

    private record Release(ClientRuntime runtime, ObjectId id) implements Runnable {
        @Override
        public void run() {
            runtime.forgotten(id);
            runtime.handover.release(id);
        }
    }

    /** Durations of centuries are for ever. */
    static long nanos(Duration timeout) {
        try {
            return Math.min(timeout.toNanos(), Long.MAX_VALUE / 2);
        } catch (ArithmeticException e) {
            return timeout.isNegative() ? 0 : Long.MAX_VALUE / 2;
        }
    }
}
