package io.atoll;

import io.atoll.spi.AtollRuntime;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Objects;

/**
 * A future and a share of an object in the store: the object lives at least as long as a ref to it does, in any process.
 * Immutable; any thread may use it. Refs travel as arguments, as results, and inside stored values.
 *
 * @param <T> the type of the value
 */
public final class ObjectRef<T> {
    private static final Cleaner CLEANER = Cleaner.create();

    private final ObjectId id;
    private final AtollRuntime runtime;

    /**
     * Made by a runtime only.
     *
     * @param id of the object
     * @param runtime gets the value
     * @param onUnreachable gives the reference back; must not hold this ref
     */
    public ObjectRef(ObjectId id, AtollRuntime runtime, Runnable onUnreachable) {
        this.id = Objects.requireNonNull(id);
        this.runtime = Objects.requireNonNull(runtime);
        CLEANER.register(this, onUnreachable);
    }

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
     * @throws RuntimeException as {@link Atoll#get(ObjectRef)}
     */
    public T get() {
        try {
            return runtime.get(this, null);
        } finally {
            // Else a ref that is used for the last time may be given back while its value is waited for.
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Like {@link #get()}, but does not wait longer than the timeout.
     *
     * @param timeout zero or less looks once
     * @return the value
     * @throws GetTimeoutException when the time was over first
     */
    public T get(Duration timeout) {
        Objects.requireNonNull(timeout, "timeout");
        try {
            return runtime.get(this, timeout);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Two refs are equal when they are refs to one object. */
    @Override
    public boolean equals(Object other) {
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
