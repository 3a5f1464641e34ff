package io.atoll.store;

import io.atoll.GetTimeoutException;
import io.atoll.ObjectId;
import io.atoll.ObjectStoreFullException;
import io.atoll.StoreException;
import io.atoll.jni.NativeLibrary;
import io.atoll.jni.StoreCode;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongUnaryOperator;

/**
 * This process's attachment to a shared-memory store. Any thread may call any method. {@link #close} lets running calls
 * end and makes later ones throw {@link IllegalStateException}; the memory stays mapped until the last pin and the
 * last object being written are closed, so nobody can reach memory that is not there.
 */
public final class NativeStore implements ObjectStore {
    /** Stands for a client index in the bell methods: the bell on which the scheduler sleeps. */
    public static final long SCHEDULER_BELL = 0xffffffffL;
    /** Rung while somebody waits for room: whoever holds what it does not need gives it back. */
    public static final long PRESSURE_BELL = 0xfffffffeL;

    private static final int LIST_CHUNK = 256;
    /** Ids that are looked at in one call: few first, since the first of them is often not sealed yet. */
    private static final int FIRST_PEEK = 8;

    private static final int LAST_PEEK = 4096;

    private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(this::newScratch);
    private final Set<Scratch> scratches = Collections.newSetFromMap(new WeakHashMap<>());
    private final Object lifecycle = new Object();
    private final String socket;
    private final long client;
    private final long storeId;
    private final int clientIndex;
    /** Objects that are being written: their memory must stay, as that of pins. */
    private final AtomicInteger creations = new AtomicInteger();

    private volatile long capacity; // 0 before it was asked for
    private volatile boolean closed;
    private boolean detached; // guarded by lifecycle

    private NativeStore(String socket, long client) {
        this.socket = socket;
        this.client = client;
        this.storeId = StoreNative.storeId(client);
        this.clientIndex = (int) StoreNative.clientIndex(client);
    }

    /** Attaches this process to the store behind a socket. One process may attach several times. */
    public static NativeStore attach(Path socket) {
        NativeLibrary.load();
        ByteBuffer path = cString(socket.toAbsolutePath().toString());
        ByteBuffer out = direct(8);
        StoreCodes.check(
                StoreNative.attach(Memory.addressOf(path), Memory.addressOf(out)), "store " + socket + ": attach");
        return new NativeStore(socket.toString(), out.getLong(0));
    }

    /**
     * Attaches this process over the connection that {@link SpawnedProcess#start} has handed down to it, once.
     *
     * @param socket names the store in messages
     */
    public static NativeStore attachInherited(Path socket) {
        NativeLibrary.load();
        ByteBuffer out = direct(8);
        StoreCodes.check(
                StoreNative.attachFd(StoreLayout.CHILD_CONNECTION, Memory.addressOf(out)),
                "store " + socket + ": attach over the inherited connection");
        return new NativeStore(socket.toString(), out.getLong(0));
    }

    @Override
    public long storeId() {
        return storeId;
    }

    @Override
    public int clientIndex() {
        return clientIndex;
    }

    @Override
    public long capacity() {
        if (capacity == 0) {
            capacity = stats().capacity();
        }
        return capacity;
    }

    // ---- objects ----

    @Override
    public ObjectId expect() {
        Scratch s = enter();
        try {
            StoreCodes.check(StoreNative.expect(client, s.idAddress()), "expect");
            return s.id();
        } finally {
            s.leave();
        }
    }

    @Override
    public Creation create(ObjectId id, long size, int contained, long tag, Duration timeout) {
        if (size < 0 || contained < 0) {
            throw new IllegalArgumentException(
                    size + " bytes, " + contained + " contained ids: neither may be negative");
        }
        long nanos = Waiting.nanos(timeout);
        Scratch s = enter();
        try {
            long slice = Math.min(nanos, Waiting.FIRST_SLICE);
            long result = tryCreate(s, id, size, contained, tag, slice);
            if (result == -StoreCode.STORE_FULL && slice < nanos) {
                result = untilThereIsRoom(size, nanos, each -> tryCreate(s, id, size, contained, tag, each));
            }
            if (result < 0) {
                throw creationFailure(result, id, size);
            }
            creations.incrementAndGet();
            return new NativeCreation(this, id == null ? s.id() : id, s.out(0), size, contained);
        } finally {
            s.leave();
        }
    }

    private long tryCreate(Scratch s, ObjectId id, long size, int contained, long tag, long nanos) {
        if (id == null) {
            s.id(0, 0);
        } else {
            s.id(id.store(), id.place());
        }
        return StoreNative.create(client, s.idAddress(), size, contained, tag, nanos, s.outAddress(0));
    }

    /** The address of the object's bytes now. */
    long resize(ObjectId id, long size, Duration timeout) {
        if (size < 0) {
            throw new IllegalArgumentException("object " + id + ": " + size + " bytes asked");
        }
        long nanos = Waiting.nanos(timeout);
        Scratch s = enter();
        try {
            long slice = Math.min(nanos, Waiting.FIRST_SLICE);
            long result = tryResize(s, id, size, slice);
            if (result == -StoreCode.STORE_FULL && slice < nanos) {
                result = untilThereIsRoom(size, nanos, each -> tryResize(s, id, size, each));
            }
            if (result < 0) {
                throw creationFailure(result, id, size);
            }
            return s.out(0);
        } finally {
            s.leave();
        }
    }

    private long tryResize(Scratch s, ObjectId id, long size, long nanos) {
        return StoreNative.resize(client, id.store(), id.place(), size, nanos, s.outAddress(0));
    }

    /** Tries again for longer and longer slices of time, between which the thread can be interrupted. */
    private long untilThereIsRoom(long size, long nanos, LongUnaryOperator attempt) {
        if (size > capacity()) {
            return -StoreCode.STORE_FULL;
        }
        long startedAt = System.nanoTime();
        long slice = Waiting.FIRST_SLICE;
        while (true) {
            Waiting.checkInterrupt("waiting for " + size + " bytes of room");
            checkOpen();
            slice = Waiting.longer(slice);
            long left = Waiting.left(nanos, startedAt);
            long result = attempt.applyAsLong(Math.min(slice, left));
            if (result != -StoreCode.STORE_FULL || left <= slice) {
                return result;
            }
        }
    }

    private RuntimeException creationFailure(long result, ObjectId id, long size) {
        String what = id == null ? "new object: " : "object " + id + ": ";
        if (result == -StoreCode.STORE_FULL) {
            String said = StoreNative.lastError();
            StoreStats now = stats();
            return new ObjectStoreFullException(what + size + " bytes asked, " + (now.capacity() - now.allocated())
                    + " free of " + now.capacity() + (said.isEmpty() ? "" : " (" + said + ")"));
        }
        return StoreCodes.failure(result, what + "create of " + size + " bytes");
    }

    void seal(ObjectId id, ObjectId[] contained) {
        Scratch s = enter();
        try {
            ByteBuffer many = contained.length > Scratch.IDS ? idBytes(contained) : null;
            long address = contained.length == 0 ? 0 : many == null ? s.ids(contained) : Memory.addressOf(many);
            StoreCodes.check(StoreNative.seal(client, id.store(), id.place(), address), id, "seal");
            creations.decrementAndGet();
            java.lang.ref.Reference.reachabilityFence(many);
        } finally {
            s.leave();
        }
    }

    void abort(ObjectId id) {
        Scratch s = tryEnter();
        if (s == null) {
            abortAfterClose(id);
            return;
        }
        try {
            creations.decrementAndGet();
            StoreCodes.check(StoreNative.abort(client, id.store(), id.place()), id, "abort");
        } finally {
            s.leave();
        }
    }

    @Override
    public Pin get(ObjectId id, Duration timeout) {
        long nanos = Waiting.nanos(timeout);
        Scratch s = enter();
        try {
            long slice = Math.min(nanos, Waiting.FIRST_SLICE);
            long result = StoreNative.get(client, id.store(), id.place(), slice, s.viewAddress());
            if (result == -StoreCode.TIMED_OUT && slice < nanos) {
                result = getSlowly(s, id, nanos);
            }
            if (result < 0) {
                throw result == -StoreCode.TIMED_OUT
                        ? new GetTimeoutException("object " + id + ": not there after " + timeout)
                        : StoreCodes.failure(result, id, "get");
            }
            return pin(s, id);
        } finally {
            s.leave();
        }
    }

    private long getSlowly(Scratch s, ObjectId id, long nanos) {
        long startedAt = System.nanoTime();
        long slice = Waiting.FIRST_SLICE;
        while (true) {
            if (Thread.currentThread().isInterrupted()) {
                throw Waiting.interrupted("object " + id + ": get");
            }
            checkOpen();
            slice = Waiting.longer(slice);
            long left = Waiting.left(nanos, startedAt);
            long result = StoreNative.get(client, id.store(), id.place(), Math.min(slice, left), s.viewAddress());
            if (result != -StoreCode.TIMED_OUT || left <= slice) {
                return result;
            }
        }
    }

    @Override
    public Pin tryGet(ObjectId id) {
        Scratch s = enter();
        try {
            long result = StoreNative.get(client, id.store(), id.place(), 0, s.viewAddress());
            if (result == -StoreCode.TIMED_OUT) {
                return null;
            }
            StoreCodes.check(result, id, "get");
            return pin(s, id);
        } finally {
            s.leave();
        }
    }

    @Override
    public Pin[] getAll(ObjectId[] ids) {
        Pin[] pins = new Pin[ids.length];
        if (ids.length == 0) {
            return pins;
        }
        String what = "get of " + ids.length + " objects, " + ids[0] + " first";
        Waiting.checkInterrupt(what);
        Scratch s = enter();
        try (ListCall call = new ListCall(ids, 0, ids.length)) {
            StoreCodes.check(StoreNative.getAll(client, call.idsAddress(), call.count(), 0, call.viewsAddress()), what);
            for (int i = 0; i < pins.length; i++) {
                pins[i] = new NativePin(
                        this,
                        ids[i],
                        call.view(i, StoreLayout.VIEW_ADDRESS),
                        call.view(i, StoreLayout.VIEW_BYTES),
                        call.view(i, StoreLayout.VIEW_TAG),
                        call.view(i, StoreLayout.VIEW_OFFSET),
                        (int) call.view(i, StoreLayout.VIEW_CONTAINED),
                        call.view(i, StoreLayout.VIEW_CONTAINED_ADDRESS));
            }
            return pins;
        } finally {
            s.leave();
        }
    }

    @Override
    public SealedObjects peek(ObjectId[] ids, int from) {
        SealedObjects found = new SealedObjects();
        Scratch s = enter();
        try {
            int at = from;
            for (int chunk = FIRST_PEEK; at < ids.length; chunk = Math.min(8 * chunk, LAST_PEEK)) {
                int end = at + peek(ids, at, Math.min(chunk, ids.length - at), found);
                if (end < Math.min(at + chunk, ids.length)) {
                    break;
                }
                at = end;
            }
        } finally {
            s.leave();
        }
        return found;
    }

    private int peek(ObjectId[] ids, int from, int count, SealedObjects found) {
        try (ListCall call = new ListCall(ids, from, count)) {
            int sealed = (int)
                    StoreCodes.check(StoreNative.peek(client, call.idsAddress(), count, call.viewsAddress()), "peek");
            for (int i = 0; i < sealed; i++) {
                found.add(
                        call.view(i, StoreLayout.VIEW_BYTES),
                        call.view(i, StoreLayout.VIEW_TAG),
                        call.view(i, StoreLayout.VIEW_ADDRESS) == 0);
            }
            return sealed;
        }
    }

    private NativePin pin(Scratch s, ObjectId id) {
        return new NativePin(
                this,
                id,
                s.view(StoreLayout.VIEW_ADDRESS),
                s.view(StoreLayout.VIEW_BYTES),
                s.view(StoreLayout.VIEW_TAG),
                s.view(StoreLayout.VIEW_OFFSET),
                (int) s.view(StoreLayout.VIEW_CONTAINED),
                s.view(StoreLayout.VIEW_CONTAINED_ADDRESS));
    }

    void release(ObjectId id) {
        Scratch s = tryEnter();
        if (s == null) {
            releaseAfterClose(id);
            return;
        }
        try {
            StoreCodes.check(StoreNative.release(client, id.store(), id.place()), id, "release");
        } finally {
            s.leave();
        }
    }

    @Override
    public void reference(ObjectId id) {
        Scratch s = enter();
        try {
            StoreCodes.check(StoreNative.reference(client, id.store(), id.place()), id, "reference");
        } finally {
            s.leave();
        }
    }

    @Override
    public void dereference(ObjectId id) {
        Scratch s = enter();
        try {
            StoreCodes.check(StoreNative.dereference(client, id.store(), id.place()), id, "dereference");
        } finally {
            s.leave();
        }
    }

    /**
     * Gives an object, to which this process holds a reference, a name under which every process finds it. The name
     * keeps it alive until {@link #unpublish}, whatever becomes of this process. Doing it again does nothing.
     *
     * @param name at most 224 bytes of UTF-8
     * @throws io.atoll.StoreException when another object has the name, or there are too many names
     */
    public void publish(String name, ObjectId id) {
        Scratch s = enter();
        try {
            ByteBuffer utf8 = cString(name);
            long result = StoreNative.publish(client, Memory.addressOf(utf8), id.store(), id.place());
            java.lang.ref.Reference.reachabilityFence(utf8);
            StoreCodes.check(result, id, "publish");
        } finally {
            s.leave();
        }
    }

    /** Takes the name away from its object. Returns false when no object has it. */
    public boolean unpublish(String name) {
        Scratch s = enter();
        try {
            ByteBuffer utf8 = cString(name);
            long result = StoreNative.unpublish(client, Memory.addressOf(utf8));
            java.lang.ref.Reference.reachabilityFence(utf8);
            if (result == -StoreCode.NOT_FOUND) {
                return false;
            }
            StoreCodes.check(result, "unpublish " + name);
            return true;
        } finally {
            s.leave();
        }
    }

    /** The object of that name, or null; the caller has one reference to it more. Does not ask the server. */
    public ObjectId lookup(String name) {
        Scratch s = enter();
        try {
            ByteBuffer utf8 = cString(name);
            long result = StoreNative.lookup(client, Memory.addressOf(utf8), s.idAddress());
            java.lang.ref.Reference.reachabilityFence(utf8);
            if (result == -StoreCode.NOT_FOUND) {
                return null;
            }
            StoreCodes.check(result, "lookup of " + name);
            return s.id();
        } finally {
            s.leave();
        }
    }

    @Override
    public State state(ObjectId id) {
        Scratch s = enter();
        try {
            return state(StoreCodes.check(StoreNative.contains(client, id.store(), id.place()), id, "state"));
        } finally {
            s.leave();
        }
    }

    private static State state(long number) {
        if (number == StoreLayout.STATE_SEALED) {
            return State.SEALED;
        } else if (number == StoreLayout.STATE_EXPECTED) {
            return State.EXPECTED;
        } else if (number == StoreLayout.STATE_LOST) {
            return State.LOST;
        } else if (number == StoreLayout.STATE_ABSENT) {
            return State.ABSENT;
        }
        throw new StoreException("an object's state is " + number + ", which means nothing here");
    }

    @Override
    public void delete(ObjectId id) {
        Scratch s = enter();
        try {
            StoreCodes.check(StoreNative.delete(client, id.store(), id.place()), id, "delete");
        } finally {
            s.leave();
        }
    }

    @Override
    public boolean[] await(ObjectId[] ids, int wanted, Duration timeout) {
        if (wanted < 0 || wanted > ids.length) {
            throw new IllegalArgumentException(wanted + " wanted of " + ids.length + " ids");
        }
        boolean[] ready = new boolean[ids.length];
        if (ids.length == 0) {
            return ready;
        }
        long nanos = Waiting.nanos(timeout);
        ByteBuffer idBytes = idBytes(ids);
        ByteBuffer flags = direct(ids.length);
        long idsAddress = Memory.addressOf(idBytes);
        long flagsAddress = Memory.addressOf(flags);
        Scratch s = enter();
        try {
            long startedAt = System.nanoTime();
            long slice = Math.min(nanos, Waiting.FIRST_SLICE);
            while (true) {
                long left = Waiting.left(nanos, startedAt);
                long count = StoreCodes.check(
                        StoreNative.await(client, idsAddress, ids.length, wanted, Math.min(slice, left), flagsAddress),
                        "waiting for " + wanted + " of " + ids.length + " objects");
                if (count >= wanted || left <= slice) {
                    break;
                }
                Waiting.checkInterrupt("waiting for " + wanted + " of " + ids.length + " objects");
                checkOpen();
                slice = Waiting.longer(slice);
            }
        } finally {
            s.leave();
        }
        for (int i = 0; i < ready.length; i++) {
            ready[i] = flags.get(i) != 0;
        }
        java.lang.ref.Reference.reachabilityFence(idBytes);
        return ready;
    }

    @Override
    public boolean claim(ObjectId id, int expected, int desired) {
        Scratch s = enter();
        try {
            return StoreCodes.check(
                            StoreNative.claim(
                                    client,
                                    id.store(),
                                    id.place(),
                                    Integer.toUnsignedLong(expected),
                                    Integer.toUnsignedLong(desired)),
                            id,
                            "claim")
                    == 1;
        } finally {
            s.leave();
        }
    }

    @Override
    public int claimed(ObjectId id) {
        Scratch s = enter();
        try {
            return (int) StoreCodes.check(StoreNative.claimed(client, id.store(), id.place()), id, "claimed");
        } finally {
            s.leave();
        }
    }

    // ---- messages between processes ----

    /** Where a client's ring lies in this process. It must not be touched once this store is closed. */
    public Ring ring(int ofClient, Ring.Direction direction) {
        int way = direction == Ring.Direction.UP ? StoreLayout.RING_UP : StoreLayout.RING_DOWN;
        Scratch s = enter();
        try {
            StoreCodes.check(
                    StoreNative.ring(client, ofClient, way, s.outAddress(0), s.outAddress(1)),
                    "ring " + direction + " of client " + ofClient);
            return new Ring(s.out(0), s.out(1));
        } finally {
            s.leave();
        }
    }

    /**
     * How often a bell has been rung: read it, look for work, then give it to {@link #bellWait}, which misses no ring
     * after the reading.
     *
     * @param index a client's index, {@link #SCHEDULER_BELL} or {@link #PRESSURE_BELL}
     */
    public long bell(long index) {
        Scratch s = enter();
        try {
            return StoreCodes.check(StoreNative.bell(client, index), "bell");
        } finally {
            s.leave();
        }
    }

    /**
     * Sleeps until the bell's count is no longer {@code count}. Any number of threads may wait. Returns the count: the
     * same one when time is over or this thread is interrupted, whose flag then stays set.
     */
    public long bellWait(long index, long count, long timeoutNanos) {
        Scratch s = enter();
        try {
            long startedAt = System.nanoTime();
            long slice = Waiting.FIRST_SLICE;
            while (true) {
                long left = Waiting.left(timeoutNanos, startedAt);
                long result = StoreNative.bellWait(client, index, count, Math.min(slice, left));
                if (result != -StoreCode.TIMED_OUT) {
                    return StoreCodes.check(result, "bell: wait");
                }
                if (left <= slice || Thread.currentThread().isInterrupted()) {
                    return count;
                }
                checkOpen();
                slice = Waiting.longer(slice);
            }
        } finally {
            s.leave();
        }
    }

    /** Adds to the bell's count and wakes at most {@code threads} of those who wait. */
    public void bellRing(long index, int threads) {
        Scratch s = enter();
        try {
            StoreCodes.check(StoreNative.bellRing(client, index, threads), "bell: ring");
        } finally {
            s.leave();
        }
    }

    /** Waits for the end of the server's process; false when time is over first. */
    public boolean awaitServerExit(Duration timeout) {
        long nanos = Waiting.nanos(timeout);
        Scratch s = enter();
        try {
            long startedAt = System.nanoTime();
            long slice = Waiting.FIRST_SLICE;
            while (true) {
                long left = Waiting.left(nanos, startedAt);
                long result = StoreNative.awaitServerExit(client, Math.min(slice, left));
                if (result != -StoreCode.TIMED_OUT) {
                    StoreCodes.check(result, "store " + socket + ": waiting for its server's exit");
                    return true;
                }
                if (left <= slice) {
                    return false;
                }
                Waiting.checkInterrupt("store " + socket + ": waiting for its server's exit");
                checkOpen();
                slice = Waiting.longer(slice);
            }
        } finally {
            s.leave();
        }
    }

    // ---- seeing inside ----

    @Override
    public void countCopied(long bytes) {
        Scratch s = enter();
        try {
            StoreNative.countCopied(client, bytes);
        } finally {
            s.leave();
        }
    }

    /** Adds to one of this client's four counters that the store's users share out. */
    public void countUser(int counter, long add) {
        Scratch s = enter();
        try {
            StoreCodes.check(StoreNative.countUser(client, counter, add), "counter");
        } finally {
            s.leave();
        }
    }

    public StoreStats stats() {
        Scratch s = enter();
        try {
            ByteBuffer b = direct(StoreLayout.STATS_SIZE);
            StoreCodes.check(StoreNative.stats(client, Memory.addressOf(b)), "stats");
            return new StoreStats(
                    b.getLong(StoreLayout.STATS_CAPACITY),
                    b.getLong(StoreLayout.STATS_ALLOCATED),
                    b.getLong(StoreLayout.STATS_FREE),
                    b.getLong(StoreLayout.STATS_RESERVED),
                    b.getLong(StoreLayout.STATS_PINNED_BYTES),
                    b.getLong(StoreLayout.STATS_SEALED_BYTES),
                    b.getLong(StoreLayout.STATS_SPILLED_BYTES),
                    b.getLong(StoreLayout.STATS_CONTROL_BYTES),
                    b.getLong(StoreLayout.STATS_OBJECTS),
                    b.getLong(StoreLayout.STATS_SEALED_OBJECTS),
                    b.getLong(StoreLayout.STATS_SPILLED_OBJECTS),
                    b.getLong(StoreLayout.STATS_LOST_OBJECTS),
                    b.getLong(StoreLayout.STATS_MAX_OBJECTS),
                    b.getLong(StoreLayout.STATS_PINS),
                    b.getLong(StoreLayout.STATS_NAMES),
                    b.getLong(StoreLayout.STATS_MAX_NAMES),
                    (int) b.getLong(StoreLayout.STATS_CLIENTS),
                    (int) b.getLong(StoreLayout.STATS_MAX_CLIENTS),
                    b.getLong(StoreLayout.STATS_ATTACHED),
                    b.getLong(StoreLayout.STATS_BURIED),
                    b.getLong(StoreLayout.STATS_EXTENT_BYTES),
                    b.getLong(StoreLayout.STATS_EXTENTS_FREE),
                    b.getLong(StoreLayout.STATS_EXTENTS_OF_CLIENTS),
                    b.getLong(StoreLayout.STATS_EXTENTS_OF_SERVER),
                    b.getLong(StoreLayout.STATS_LARGEST_FREE),
                    (int) b.getLong(StoreLayout.STATS_FRAGMENTATION_PERMILLE),
                    operations(b, StoreLayout.STATS_DONE),
                    b.getLong(StoreLayout.STATS_FREED),
                    b.getLong(StoreLayout.STATS_EVICTED),
                    b.getLong(StoreLayout.STATS_RESTORED),
                    b.getLong(StoreLayout.STATS_BYTES_SPILLED),
                    b.getLong(StoreLayout.STATS_BYTES_SPILLING),
                    b.getLong(StoreLayout.STATS_BYTES_RESTORED));
        } finally {
            s.leave();
        }
    }

    /** What a client has done and holds; null when no client has that index now. */
    public ClientStats clientStats(int index) {
        Scratch s = enter();
        try {
            ByteBuffer b = direct(StoreLayout.CLIENT_STATS_SIZE);
            long result = StoreNative.clientStats(client, index, Memory.addressOf(b));
            if (result == -StoreCode.NOT_FOUND) {
                return null;
            }
            StoreCodes.check(result, "stats of client " + index);
            List<Long> user = new ArrayList<>(4);
            for (int i = 0; i < 4; i++) {
                user.add(b.getLong(StoreLayout.CLIENT_STATS_USER + i * 8));
            }
            return new ClientStats(
                    index,
                    b.getLong(StoreLayout.CLIENT_STATS_PID),
                    b.getLong(StoreLayout.CLIENT_STATS_PINS),
                    b.getLong(StoreLayout.CLIENT_STATS_PINNED_BYTES),
                    b.getLong(StoreLayout.CLIENT_STATS_REFERENCES),
                    b.getLong(StoreLayout.CLIENT_STATS_CREATING_BYTES),
                    b.getLong(StoreLayout.CLIENT_STATS_LEASED_BYTES),
                    operations(b, StoreLayout.CLIENT_STATS_DONE),
                    List.copyOf(user));
        } finally {
            s.leave();
        }
    }

    private static StoreOperations operations(ByteBuffer b, int at) {
        return new StoreOperations(
                b.getLong(at + StoreLayout.OPERATIONS_EXPECTS),
                b.getLong(at + StoreLayout.OPERATIONS_CREATES),
                b.getLong(at + StoreLayout.OPERATIONS_SEALS),
                b.getLong(at + StoreLayout.OPERATIONS_ABORTS),
                b.getLong(at + StoreLayout.OPERATIONS_GETS),
                b.getLong(at + StoreLayout.OPERATIONS_RELEASES),
                b.getLong(at + StoreLayout.OPERATIONS_REFERENCES),
                b.getLong(at + StoreLayout.OPERATIONS_DEREFERENCES),
                b.getLong(at + StoreLayout.OPERATIONS_DELETES),
                b.getLong(at + StoreLayout.OPERATIONS_WAITS),
                b.getLong(at + StoreLayout.OPERATIONS_CLAIMS),
                b.getLong(at + StoreLayout.OPERATIONS_LOOKUPS),
                b.getLong(at + StoreLayout.OPERATIONS_PUBLISHES),
                b.getLong(at + StoreLayout.OPERATIONS_UNPUBLISHES),
                b.getLong(at + StoreLayout.OPERATIONS_BYTES_WRITTEN),
                b.getLong(at + StoreLayout.OPERATIONS_BYTES_COPIED));
    }

    /** Every object of the store. Not a snapshot: objects come and go meanwhile. */
    public List<ObjectInfo> list() {
        List<ObjectInfo> all = new ArrayList<>();
        ByteBuffer cursor = direct(8);
        ByteBuffer infos = direct(StoreLayout.OBJECT_INFO_SIZE * LIST_CHUNK);
        Scratch s = enter();
        try {
            while (true) {
                long count = StoreCodes.check(
                        StoreNative.list(client, Memory.addressOf(cursor), Memory.addressOf(infos), LIST_CHUNK),
                        "list");
                if (count == 0) {
                    return all;
                }
                for (int i = 0; i < count; i++) {
                    all.add(info(infos, i * StoreLayout.OBJECT_INFO_SIZE));
                }
            }
        } finally {
            s.leave();
        }
    }

    private static ObjectInfo info(ByteBuffer b, int at) {
        int id = at + StoreLayout.OBJECT_INFO_ID;
        return new ObjectInfo(
                new ObjectId(b.getLong(id + StoreLayout.OBJECT_ID_STORE), b.getLong(id + StoreLayout.OBJECT_ID_PLACE)),
                state(b.getLong(at + StoreLayout.OBJECT_INFO_STATE)),
                b.getLong(at + StoreLayout.OBJECT_INFO_BYTES),
                b.getLong(at + StoreLayout.OBJECT_INFO_TAG),
                b.getLong(at + StoreLayout.OBJECT_INFO_OFFSET),
                b.getLong(at + StoreLayout.OBJECT_INFO_PINS),
                b.getLong(at + StoreLayout.OBJECT_INFO_REFERENCES));
    }

    // ---- the end ----

    /** Pins that this attachment holds now; also after {@link #close}. */
    public long pins() {
        synchronized (lifecycle) {
            return detached ? 0 : pinsHeld();
        }
    }

    private long pinsHeld() {
        ByteBuffer b = direct(StoreLayout.CLIENT_STATS_SIZE);
        long result = StoreNative.clientStats(client, clientIndex, Memory.addressOf(b));
        return result < 0 ? 0 : b.getLong(StoreLayout.CLIENT_STATS_PINS);
    }

    @Override
    public void close() {
        synchronized (lifecycle) {
            if (closed) {
                return;
            }
            closed = true;
        }
        awaitRunningCalls();
        synchronized (lifecycle) {
            detachIfUnused();
        }
    }

    private void awaitRunningCalls() {
        List<Scratch> all;
        synchronized (scratches) {
            all = new ArrayList<>(scratches);
        }
        for (Scratch each : all) {
            while (each.isActive()) {
                LockSupport.parkNanos(50_000);
            }
        }
    }

    private void releaseAfterClose(ObjectId id) {
        synchronized (lifecycle) {
            StoreNative.release(client, id.store(), id.place());
            detachIfUnused();
        }
    }

    private void abortAfterClose(ObjectId id) {
        synchronized (lifecycle) {
            creations.decrementAndGet();
            StoreNative.abort(client, id.store(), id.place());
            detachIfUnused();
        }
    }

    private void detachIfUnused() {
        if (!detached && creations.get() == 0 && pinsHeld() == 0) {
            detached = true;
            StoreNative.detach(client);
        }
    }

    private Scratch newScratch() {
        Scratch s = new Scratch();
        synchronized (scratches) {
            scratches.add(s);
        }
        return s;
    }

    private Scratch enter() {
        Scratch s = tryEnter();
        if (s == null) {
            throw closedException();
        }
        return s;
    }

    /** Null when the store is closed. */
    private Scratch tryEnter() {
        Scratch s = scratch.get();
        s.enter();
        if (closed) {
            s.leave();
            return null;
        }
        return s;
    }

    private void checkOpen() {
        if (closed) {
            throw closedException();
        }
    }

    private IllegalStateException closedException() {
        return new IllegalStateException("store " + socket + " is closed in this process");
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private static ByteBuffer idBytes(ObjectId[] ids) {
        ByteBuffer bytes = direct(Math.multiplyExact(ids.length, ObjectId.BYTES));
        Scratch.write(ids, bytes, 0);
        return bytes;
    }

    static ByteBuffer cString(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a zero in " + text);
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = direct(utf8.length + 1);
        bytes.put(0, utf8);
        return bytes;
    }

    @Override
    public String toString() {
        return "NativeStore(" + socket + ", client " + clientIndex + (closed ? ", closed)" : ")");
    }
}
