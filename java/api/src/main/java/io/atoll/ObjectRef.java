package io.atoll;

import io.atoll.concurrent.Cancel;
import io.atoll.spi.AtollRuntime;
import io.atoll.spi.Cleaners;
import io.atoll.spi.RefFuture;
import io.atoll.spi.Refs;
import io.atoll.spi.Runtimes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A future and a share of an object in the store: the object lives at least as long as a ref to it does, in any process.
 * Any thread may use it. Refs travel as arguments, as results, and inside stored values.
 *
 * <p>A ref is given back by {@link #close}, or when it is unreachable and the collector finds out. Closing it early is
 * worth while where many large results are used one after the other.
 *
 * @param <T> the type of the value
 * @since 0.1
 */
public final class ObjectRef<T extends @Nullable Object> implements Arg<T>, AutoCloseable {
    private static final Cleaner CLEANER = Cleaners.create("atoll-cleaner");
    /** In {@link #users}, once the ref is closed. */
    private static final int CLOSED = Integer.MIN_VALUE;
    /** In {@link #users}, once the value was there: it stays so, also while a lost value is made again. */
    private static final int READY = 1 << 30;

    private static final VarHandle USERS;

    static {
        try {
            USERS = MethodHandles.lookup().findVarHandle(ObjectRef.class, "users", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
        Refs.install(new RefMaker());
    }

    private final ObjectId id;
    private final AtollRuntime runtime;
    private final Cleaner.Cleanable cleanable;
    /** Calls under way, which keep the reference from being given back. */
    @SuppressWarnings("UnusedVariable") // it is read by its handle
    private int users;

    private @Nullable Class<T> type; // of the value, where that is checked; set before anybody else has this ref

    private ObjectRef(ObjectId id, AtollRuntime runtime, Runnable release) {
        this.id = Objects.requireNonNull(id);
        this.runtime = Objects.requireNonNull(runtime);
        cleanable = CLEANER.register(this, release);
    }

    private static final class RefMaker implements Refs.Maker {
        @Override
        public <T extends @Nullable Object> ObjectRef<T> make(ObjectId id, AtollRuntime runtime, Runnable release) {
            return new ObjectRef<>(id, runtime, release);
        }

        @Override
        public boolean isClosed(ObjectRef<?> ref) {
            return (int) USERS.getVolatile(ref) < 0;
        }
    }

    /** Has each value checked to be of this type. */
    @SuppressWarnings("unchecked")
    ObjectRef<T> checking(Class<T> valueType) {
        type = (Class<T>) MethodType.methodType(valueType).wrap().returnType();
        return this;
    }

    /** The value, once it is known to have the type that this ref was asked for with. */
    T checked(T value) {
        if (type != null && value != null && !type.isInstance(value)) {
            ClassCastException wrong = new ClassCastException("object " + id + " was looked up as " + type.getName()
                    + " and is a " + value.getClass().getName());
            runtime.closeViews(Collections.singletonList(value), wrong);
            throw wrong;
        }
        return value;
    }

    // ---- its life

    /** Keeps the reference until {@link #leave}, also when this ref is closed or used for the last time meanwhile. */
    void enter() {
        if ((int) USERS.getAndAdd(this, 1) < 0) {
            leave();
            throw new IllegalStateException(this + " is closed");
        }
    }

    private void checkOpen() {
        enter();
        leave();
    }

    void leave() {
        if (((int) USERS.getAndAdd(this, -1) & ~READY) == CLOSED + 1) {
            cleanable.clean();
        }
    }

    /** Enters all, or none. */
    static void enterAll(List<? extends ObjectRef<?>> refs) {
        int entered = 0;
        try {
            for (; entered < refs.size(); ++entered) {
                refs.get(entered).enter();
            }
        } finally {
            if (entered < refs.size()) {
                leaveAll(refs.subList(0, entered));
            }
        }
    }

    static void leaveAll(List<? extends ObjectRef<?>> refs) {
        for (ObjectRef<?> ref : refs) {
            ref.leave();
        }
    }

    /**
     * Gives this ref back now, instead of when the collector finds it unreachable; the object goes once nobody refers to
     * it. Calls under way finish; what this ref was handed to before, {@code remote} or {@code put}, keeps the object as
     * long as it needs it; other refs to it, equal ones too, go on; a task that makes it is not cancelled. Afterwards
     * {@link #id}, {@link #equals} and {@link #toString} work, and all else throws {@link IllegalStateException}. Closing
     * twice is fine. Throws nothing.
     */
    @Override
    public void close() {
        int now;
        do {
            now = (int) USERS.getVolatile(this);
            if (now < 0) {
                return;
            }
        } while (!USERS.compareAndSet(this, now, now | CLOSED));
        if ((now & ~READY) == 0) {
            cleanable.clean();
        }
    }

    /** The value is there, or it is known that there will be none: from now on this ref says so. */
    void setReady() {
        if (((int) USERS.getOpaque(this) & READY) == 0) {
            USERS.getAndBitwiseOr(this, READY);
        }
    }

    // ---- what it stands for

    /**
     * The name of the object.
     *
     * @return the same for all refs to one object, in any process
     */
    public ObjectId id() {
        return id;
    }

    /**
     * The value, waiting for it as long as it takes.
     *
     * @return the value
     * @throws TaskException as {@link Atoll#get(ObjectRef)}
     */
    public T get() {
        return value(null);
    }

    /**
     * Like {@link #get()}, but does not wait longer than the timeout.
     *
     * @param timeout zero or less looks once; what is on disk is not read back in no time
     * @return the value
     * @throws GetTimeoutException when the time was over first
     */
    public T get(Duration timeout) {
        return value(Objects.requireNonNull(timeout, "timeout"));
    }

    private T value(@Nullable Duration timeout) {
        enter();
        try {
            T value = runtime.get(this, timeout);
            setReady();
            return checked(value);
        } finally {
            leave();
        }
    }

    /**
     * Whether {@link #get()} would not have to wait: the value is there, or it is known that there will be none.
     *
     * @return once true, always true; should the value be lost then, and be made again, {@link #get()} waits for that
     */
    public boolean isReady() {
        enter();
        try {
            boolean isReady = ((int) USERS.getOpaque(this) & READY) != 0 || runtime.isReady(this);
            if (isReady) {
                setReady();
            }
            return isReady;
        } finally {
            leave();
        }
    }

    /** Cancels the task: {@link #cancel(Cancel)} with {@link Cancel#INTERRUPT}. */
    public boolean cancel() {
        return cancel(Cancel.INTERRUPT);
    }

    /**
     * Cancels the task, and those that it has submitted. Its result is a {@link TaskCancelledException} then, which {@link
     * #get()} throws to whoever asks for it and which is the result of tasks that have it as an argument, too: at once where
     * nobody has begun the task, else once it has ended, and whatever it returns or throws until then. Does not wait for
     * that.
     *
     * @param how what becomes of a task that runs
     * @return true when the task ends as cancelled; false when it has ended, or is just storing its result, or has begun and
     *     may go on ({@link Cancel#QUEUED}), and for what was put
     */
    public boolean cancel(Cancel how) {
        Objects.requireNonNull(how, "how");
        enter();
        try {
            return runtime.cancel(this, how);
        } finally {
            leave();
        }
    }

    /**
     * What became of the task, waiting for its end as long as it takes: as {@link #get()}, without an exception when the
     * task has failed. The call's own exceptions are thrown as there.
     *
     * @return the value, or why there is none
     */
    public Outcome<T> outcome() {
        try {
            return new Outcome.Success<>(get());
        } catch (TaskException e) {
            return new Outcome.Failure<>(e);
        }
    }

    /**
     * Why there is no value, waiting for the task's end as long as it takes: as {@link #outcome}, for whoever wants to know
     * whether a task has succeeded and not what it has made. Nothing of a value is read, and it does not stay pinned.
     *
     * @return what {@link #get()} throws; empty when there is a value
     */
    public Optional<TaskException> failure() {
        enter();
        try {
            TaskException failure = runtime.failure(this);
            setReady();
            return Optional.ofNullable(failure);
        } finally {
            leave();
        }
    }

    /**
     * This ref as a {@link Future}, each call of whose {@code get} gets the value anew. A task that threw gives an {@link
     * ExecutionException} whose cause is what was thrown; the {@link TaskException} is suppressed in it. A value of another
     * type than the ref was looked up with gives one whose cause is the {@link ClassCastException}. The future keeps this ref reachable, and is of no use once it is closed. Its {@code cancel} is {@link #cancel}.
     *
     * @return the future
     */
    public Future<T> asFuture() {
        checkOpen();
        return new RefFuture<>(this);
    }

    /**
     * A {@link CompletableFuture} that is completed with the value when it is there, or with the exception that {@link #get()}
     * throws. The futures of a process are completed one after the other, with what is attached to each; so what is to run
     * long or to wait belongs into the {@code Async} methods. What has not returned after 200 ms holds up the others no
     * longer: another thread goes on with them, of at most 64. It has a reference of its own: this ref may be closed. When
     * the session ends first it is completed with an {@link IllegalStateException}. Completing or cancelling it does nothing
     * to the task.
     *
     * @return a new one each time
     */
    public CompletableFuture<T> toCompletableFuture() {
        enter();
        try {
            CompletableFuture<T> future = runtime.future(this);
            return type == null ? future : checked(future);
        } finally {
            leave();
        }
    }

    /** A stage behind the other would wrap what that has failed with. */
    private CompletableFuture<T> checked(CompletableFuture<T> future) {
        CompletableFuture<T> checked = new CompletableFuture<>();
        var unused = future.whenComplete((value, failure) -> {
            if (failure != null) {
                checked.completeExceptionally(failure);
                return;
            }
            try {
                checked.complete(checked(value));
            } catch (ClassCastException e) {
                checked.completeExceptionally(e);
            }
        });
        return checked;
    }

    /**
     * The bytes that the object is stored as, waiting for it as long as it takes: of a tensor an Arrow Tensor IPC
     * message, of a table an Arrow IPC stream, both of which any implementation of Arrow can read; of a primitive array
     * its elements in native order, so that {@code ref.bytes().order(ByteOrder.nativeOrder()).asDoubleBuffer()} looks at
     * a {@code double[]} without the copy that {@link #get()} makes.
     *
     * @return a read-only view of the store, which stays pinned while the view or any made from it is reachable
     * @throws IllegalArgumentException when they are more than 2^31 - 1, which {@link #bytes(long, int)} shows in parts
     * @throws TaskException as {@link Atoll#get(ObjectRef)}
     */
    public ByteBuffer bytes() {
        return bytes(0, Long.MAX_VALUE);
    }

    /**
     * Some of what {@link #bytes()} gives.
     *
     * @param offset of the first byte; no bytes are left at or beyond the end
     * @param length how many, unless fewer are left
     * @return a read-only view of the store
     * @throws TaskException as {@link Atoll#get(ObjectRef)}
     */
    public ByteBuffer bytes(long offset, int length) {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("offset " + offset + " or length " + length + " is negative");
        }
        return bytes(offset, (long) length);
    }

    private ByteBuffer bytes(long offset, long length) {
        enter();
        try {
            return runtime.bytes(this, offset, length);
        } finally {
            leave();
        }
    }

    /**
     * This ref as an argument for a parameter of another type than the value's: the function gets a view of the stored
     * object in that form, without a copy. What has numbers can be seen so: a tensor as whatever {@code Tensor.as} takes
     * (JavaCPP's {@code Pointer}, {@code DoublePointer} and the like and {@code Indexer}, buffers, from JDK 22 on {@code
     * MemorySegment}); a primitive array or buffer as the same, in its own element type; a table as the bytes of its Arrow
     * stream. So a native method is a task on stored memory:
     *
     * <pre>{@code
     * ObjectRef<Double> dot = Atoll.task(Blas::ddot, n, x.as(DoublePointer.class), y.as(DoublePointer.class)).remote();
     * }</pre>
     *
     * A view is valid until it is unreachable, and its memory cannot be written: who tries to ends his worker. A value that
     * cannot be seen so fails the task, whose cause is an {@link UnsupportedOperationException}.
     *
     * @param <V> type of the parameter
     * @param form its class
     * @return the argument; it keeps this ref reachable, which must not be closed before the task is submitted
     */
    public <V> Arg<V> as(Class<V> form) {
        Objects.requireNonNull(form, "form");
        checkOpen();
        return new Remote.Seen<>(this, form);
    }

    /**
     * A ref to an object that native code of this process has made (by {@code atoll/kernel.h}). It takes over the reference
     * that its making gave: to be called once for each object.
     *
     * @param <T> type of the value: {@code byte[]} unless the object was given a tag
     * @param id as {@code Kernel::Writer::Seal()} or {@code Kernel::Put()} returned it
     * @return a ref as any other
     * @throws IllegalStateException when Atoll is not running in this process
     */
    public static <T> ObjectRef<T> adopt(ObjectId id) {
        return Runtimes.current().ref(Objects.requireNonNull(id, "id"));
    }

    /** Two refs are equal when they are refs to one object. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ObjectRef<?> ref && ref.id.equals(id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return "ObjectRef(" + id + ")";
    }
}
