package io.atoll.internal.objects;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.internal.graph.ErrorKind;
import io.atoll.internal.graph.GraphKind;
import io.atoll.internal.kinds.Forms;
import io.atoll.internal.kinds.Kinds;
import io.atoll.internal.kinds.RefKind;
import io.atoll.internal.kinds.SimpleKinds;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.Lease;
import io.atoll.internal.memory.Lent;
import io.atoll.internal.memory.RefFactory;
import io.atoll.internal.memory.Room;
import io.atoll.internal.memory.Source;
import io.atoll.internal.memory.StoredBytes;
import io.atoll.internal.memory.Streamed;
import io.atoll.internal.memory.Views;
import io.atoll.internal.plain.PlainKind;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.ObjectStore;
import io.atoll.spi.Refs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;

/**
 * Turns values into objects of a store and back. Any thread may call any method. What comes back is the value itself, or
 * a view of the store's memory that keeps it pinned while the view is open and reachable.
 */
public final class ObjectCodec {
    /** A form in which a value is null and is not read: for who asks whether there is one. */
    public static final Class<?> FAILURE_ALONE = Void.class;

    /** How long a put waits for room unless told otherwise. */
    public static final Duration DEFAULT_PUT_TIMEOUT = Duration.ofSeconds(10);

    private final ObjectStore store;
    private final RefFactory refs;
    private final Duration putTimeout;
    private final Room room = new PutRoom();
    private final Lent lent = new Lent();

    /** Without a store: encodes and decodes only. */
    private ObjectCodec() {
        store = null;
        refs = id -> {
            throw new IllegalStateException("a ref to " + id + " where none can be");
        };
        putTimeout = Duration.ZERO;
    }

    public ObjectCodec(ObjectStore store, RefFactory refs) {
        this(store, refs, DEFAULT_PUT_TIMEOUT);
    }

    /** @param putTimeout how long a put waits for room in a full store; null for ever */
    public ObjectCodec(ObjectStore store, RefFactory refs, Duration putTimeout) {
        this.store = Objects.requireNonNull(store);
        this.refs = Objects.requireNonNull(refs);
        this.putTimeout = putTimeout;
        Lease.prepare();
    }

    /** One that encodes only. */
    public static ObjectCodec withoutStore() {
        return new ObjectCodec();
    }

    /**
     * Stores a value. The caller then holds one reference to the object.
     *
     * @throws io.atoll.UnserializableException when some part of it cannot be stored; the message names the path to it
     * @throws io.atoll.ObjectStoreFullException when there is no room for it
     */
    public ObjectId put(Object value) {
        try {
            ObjectId streamed = stream(value, room);
            return streamed != null ? streamed : write(null, encode(value));
        } finally {
            Reference.reachabilityFence(value); // its refs hold what the object names, until that does so itself
        }
    }

    /**
     * Stores a value that is not there as a whole yet, piece by piece. The caller then holds one reference to the object.
     *
     * @return null when the value is not of this kind
     * @throws UncheckedIOException when it cannot be had to its end; nothing stays in the store then
     */
    public ObjectId stream(Object value, Room room) {
        if (!(value instanceof Streamed streamed)) {
            return null;
        }
        try {
            return streamed.write(store, room);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stores a value under an id that is expected. */
    public void putAs(ObjectId expected, Object value) {
        write(Objects.requireNonNull(expected), encode(value));
        Reference.reachabilityFence(value);
    }

    /** Why a task has no result, as {@link #putError} stores it. */
    public static Encoded encodeError(TaskException failure) {
        return ErrorKind.encode(failure);
    }

    /** Stores why a task has no result under an id that is expected: {@link #get} throws it. */
    public void putError(ObjectId expected, TaskException failure) {
        write(Objects.requireNonNull(expected), ErrorKind.encode(failure));
        Reference.reachabilityFence(failure);
    }

    /** The same without waiting for room: what has none lies in the store's reserve. */
    public void putErrorNow(ObjectId expected, TaskException failure) {
        Encoded encoded = ErrorKind.encode(failure);
        int contained = encoded.contained().length;
        fill(store.createNow(expected, encoded.size(), contained, encoded.tag()), encoded);
        Reference.reachabilityFence(failure);
    }

    /**
     * The value of an object, waiting for it up to the timeout (null for ever).
     *
     * @throws io.atoll.GetTimeoutException when the time is over first
     * @throws TaskException what {@link #putError} stored, with the frames of this thread added
     */
    public Object get(ObjectId id, Duration timeout) {
        Object value = getOrFailure(id, timeout);
        if (value instanceof ErrorKind.Thrown thrown) {
            throw thrown.here();
        }
        return value;
    }

    /**
     * As {@link #get}, but what {@link #putError} stored is returned, as an {@link ErrorKind.Thrown}.
     *
     * @throws io.atoll.GetTimeoutException when the time is over first
     */
    public Object getOrFailure(ObjectId id, Duration timeout) {
        return getOrFailure(id, timeout, null);
    }

    /**
     * The same, in another form.
     *
     * @param form class of what is returned; null for the value as it was put; {@link #FAILURE_ALONE} for no value
     * @throws UnsupportedOperationException when the value cannot be seen so
     */
    public Object getOrFailure(ObjectId id, Duration timeout, Class<?> form) {
        ObjectStore.Pin pin = store.get(id, timeout);
        Lease lease = lease(pin);
        try {
            return readOrFailure(pin, lease, form);
        } finally {
            lease.release();
        }
    }

    /**
     * Sets {@code values[from]} and those behind it to the values of their objects, up to the first object that is not
     * there yet, or is lost. What is on disk comes back together: in parts where values are copied, and at once where
     * they stay pinned as views. Waits for nothing but disk and room for it, up to the timeout (null for ever).
     *
     * @return how many were set
     * @throws io.atoll.GetTimeoutException when the time is over first
     * @throws io.atoll.ObjectStoreFullException when views are more than the store can hold at once, or there was no room
     *     for what is on disk in that time
     * @throws TaskException what {@link #putError} stored. Values set before are the caller's: {@link #closeViews}
     */
    public int getReady(ObjectId[] ids, int from, Object[] values, Duration timeout) {
        return new ReadyList(this, store, ids, from, values, timeout).get();
    }

    /**
     * Closes those of the values that are views and can be closed, when nobody is to have them. Others go when they are
     * unreachable.
     *
     * @param why gets what fails meanwhile as suppressed
     */
    public static void closeViews(Object[] values, Throwable why) {
        ReadyList.closeViews(values, why);
    }

    Lease lease(ObjectStore.Pin pin) {
        return new Lease(new Unpin(pin), lent, pin.address());
    }

    /** The value of a pinned object; views of it have shares of the lease. */
    Object read(ObjectStore.Pin pin, Lease lease) {
        Object value = readOrFailure(pin, lease, null);
        if (value instanceof ErrorKind.Thrown thrown) {
            throw thrown.here();
        }
        return value;
    }

    private Object readOrFailure(ObjectStore.Pin pin, Lease lease, Class<?> form) {
        Source source = new Source(pin.address(), pin.size(), lease);
        Object value = decode(pin.tag(), source, form);
        if (source.copied() > 0) {
            store.countCopied(source.copied());
        }
        return value;
    }

    /**
     * Some of the bytes of an object, as a read-only view that keeps it pinned; waits as {@link #get} does.
     *
     * @param length how many at most: no more than are left behind the offset
     * @throws TaskException what {@link #putError} stored
     */
    public ByteBuffer bytes(ObjectId id, Duration timeout, long offset, long length) {
        ObjectStore.Pin pin = store.get(id, timeout);
        Lease lease = lease(pin);
        try {
            if (Kind.of(pin.tag()) == Kind.ERROR) {
                Source source = new Source(pin.address(), pin.size(), lease);
                throw ErrorKind.decode(Kind.detail(pin.tag()), source, refs).here();
            }
            long from = Math.min(offset, pin.size());
            long bytes = Math.min(length, pin.size() - from);
            if (bytes > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "object " + id + ": " + bytes + " bytes do not fit one buffer: use bytes(offset, length)");
            }
            return Views.byteBuffer(pin.address() + from, bytes, lease).asReadOnlyBuffer();
        } finally {
            lease.release();
        }
    }

    /**
     * Makes a value ready to be written somewhere else than into the store, into a message for one.
     *
     * @throws io.atoll.UnserializableException when some part of it cannot be stored; the message names the path to it
     */
    public Encoded encode(Object value) {
        Encoded encoded = SimpleKinds.encode(value);
        if (encoded == null && value instanceof ObjectRef<?> ref) {
            encoded = new RefKind(Refs.idToStore(ref));
        }
        if (encoded == null) {
            encoded = Kinds.encodePart(value);
        }
        if (encoded == null) {
            encoded = PlainKind.encode(value);
        }
        return encoded != null ? encoded : GraphKind.encode(value);
    }

    /** Reads back what {@link Encoded#writeTo} wrote. The bytes are not referred to afterwards. */
    public Object decode(long tag, ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        long block = Memory.allocate(copy.length + 64L);
        Lease lease = new Lease(() -> Memory.free(block));
        try {
            long address = block + 63 & -64;
            Memory.copyFromArray(copy, copy.length, address);
            return decode(tag, new Source(address, copy.length, lease), null);
        } finally {
            lease.release();
        }
    }

    private Object decode(long tag, Source source, Class<?> form) {
        if (!Kind.isOurs(tag)) {
            throw source.foreign(tag);
        }
        if (form == FAILURE_ALONE && Kind.of(tag) != Kind.ERROR) {
            return null;
        }
        if (form == StoredBytes.class && Kind.of(tag) != Kind.ERROR) {
            return new StoredBytes(tag, source);
        }
        switch (Kind.of(tag)) {
            case Kind.GRAPH:
                return as(form, GraphKind.decode(Kind.detail(tag), source, refs));
            case Kind.PLAIN:
                return as(form, PlainKind.decode(source, refs));
            case Kind.ERROR:
                return ErrorKind.decode(Kind.detail(tag), source, refs);
            default:
                return form == null ? Kinds.decode(tag, source, refs) : Forms.of(tag, source, refs, form);
        }
    }

    private static Object as(Class<?> form, Object value) {
        if (form != null && !form.isInstance(value)) {
            throw new UnsupportedOperationException(
                    "a stored " + value.getClass().getTypeName() + " cannot be seen as " + form.getTypeName());
        }
        return value;
    }

    /** Where {@link #put} finds room. */
    public Room room() {
        return room;
    }

    private ObjectId write(ObjectId expected, Encoded encoded) {
        int contained = encoded.contained().length;
        ObjectStore.Creation creation = store.create(expected, encoded.size(), contained, encoded.tag(), putTimeout);
        boolean sealed = false;
        try {
            fill(creation, encoded);
            sealed = true;
            return creation.id();
        } finally {
            if (!sealed && expected == null) {
                store.dereference(creation.id());
            }
        }
    }

    /** Writes and seals it, or gives it up. */
    private static void fill(ObjectStore.Creation creation, Encoded encoded) {
        try (creation) {
            encoded.writeTo(creation.address());
            creation.seal(encoded.contained());
        }
    }

    private final class PutRoom implements Room {
        @Override
        public ObjectStore.Creation create(long size, long tag) {
            return store.create(null, size, 0, tag, putTimeout);
        }

        @Override
        public void resize(ObjectStore.Creation creation, long size) {
            creation.resize(size, putTimeout);
        }
    }

    /** As a class of its own: the first lambda of a process takes a millisecond. */
    private static final class Unpin implements Runnable {
        private final ObjectStore.Pin pin;

        Unpin(ObjectStore.Pin pin) {
            this.pin = pin;
        }

        @Override
        public String toString() {
            return "the pin of object " + pin.id();
        }

        @Override
        public void run() {
            pin.close();
        }
    }
}
