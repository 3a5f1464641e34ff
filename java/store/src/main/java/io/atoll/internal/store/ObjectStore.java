package io.atoll.internal.store;

import io.atoll.ObjectId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One process's attachment to a store of immutable objects: the Java face of {@code atoll/c.h}. Any thread may call any
 * method. Failures are exceptions of {@code io.atoll}, with ids and sizes in their text. A null timeout waits for ever,
 * {@link Duration#ZERO} looks once; a blocking call ends early, by a {@link
 * io.atoll.CallInterruptedException} with the interrupt flag set again, when its thread is interrupted.
 */
public interface ObjectStore extends AutoCloseable {
    /** The random number that is the {@code store} of every id made here. */
    long storeId();

    /** This attachment's slot, below the store's number of clients. */
    int clientIndex();

    /** Bytes that all objects in memory can have together. */
    long capacity();

    /** A new id whose object does not exist yet; the caller holds one reference. */
    ObjectId expect();

    /**
     * Begins an object.
     *
     * @param id an expected id, or null for a new one, to which the caller then holds one reference
     * @param size bytes, 0 or more
     * @param contained how many ids of other objects it will name
     * @param tag the caller's own number, handed back by {@link #get}
     * @param timeout how long to wait for room
     */
    Creation create(@Nullable ObjectId id, long size, int contained, long tag, @Nullable Duration timeout);

    /**
     * The same without waiting, for what has to be said however full the store is: where there is no room, it lies in this
     * client's reserve, if it has one, that is not used up, and the object is small.
     */
    Creation createNow(ObjectId id, long size, int contained, long tag);

    /**
     * An object being written: its bytes are this process's alone until it is sealed. Not thread-safe.
     */
    interface Creation extends AutoCloseable {
        ObjectId id();

        /** Address of the first byte, aligned to 64. */
        long address();

        long size();

        /** Whether it is neither sealed nor aborted. */
        boolean isOpen();

        /**
         * Makes it larger or smaller: for values whose size is known only when they have been written. The bytes up to
         * the smaller of the sizes stay, but {@link #address} may be another one. When it fails, all is as it was.
         *
         * @param size bytes, 0 or more
         * @param timeout how long to wait for room
         * @throws io.atoll.ObjectStoreFullException if there is no room for it
         */
        void resize(long size, @Nullable Duration timeout);

        /** Makes it immutable and visible. Each contained object must be referenced by the caller now. */
        void seal(ObjectId... contained);

        /** Aborts when not sealed: nothing half-written stays. */
        @Override
        void close();
    }

    /**
     * Pins a sealed object, waiting up to the timeout until it is sealed, and back in memory when it is on disk.
     *
     * @throws io.atoll.GetTimeoutException when the time is over
     * @throws io.atoll.ObjectStoreFullException when there was no room for it to come back in that time
     */
    Pin get(ObjectId id, @Nullable Duration timeout);

    /** Like {@link #get} for an object that must be there now; null when it is not sealed yet, or on disk. */
    @Nullable
    Pin tryGet(ObjectId id);

    /**
     * Pins sealed objects together, or none of them; the pins are in the order of the ids. Those on disk are read back
     * together, one list of the whole store at a time. Waits as {@link #get}; an interrupt is seen within a second.
     *
     * @throws io.atoll.ObjectStoreFullException at once when they are more bytes than {@link #capacity}; when the time is
     *     over and there was no room for them
     * @throws io.atoll.GetTimeoutException when the time is over
     */
    Pin[] getAll(ObjectId[] ids, @Nullable Duration timeout);

    /** Looks at {@code ids[from]} and those behind it, up to the first that is not sealed. Never waits, pins nothing. */
    SealedObjects peek(ObjectId[] ids, int from);

    /**
     * A promise that the bytes stay where they are until {@link #close}, which any thread may call, twice too.
     */
    interface Pin extends AutoCloseable {
        ObjectId id();

        /** Address of the first byte, read-only: a write through it ends the process. */
        long address();

        long size();

        long tag();

        /** Offset in the data segment: the same in every process. */
        long offset();

        /** The ids that the object names. */
        ObjectId[] contained();

        @Override
        void close();
    }

    /** One more reference by this process. Something must keep the object alive during the call. */
    void reference(ObjectId id);

    /** One reference less. */
    void dereference(ObjectId id);

    /** Sealed, expected (nobody has sealed it yet), lost, or absent. Never waits. */
    State state(ObjectId id);

    /**
     * Where an id stands.
     */
    enum State {
        ABSENT,
        EXPECTED,
        SEALED,
        LOST
    }

    /** Frees the bytes once nobody has them pinned; get then throws {@link io.atoll.ObjectLostException}. */
    void delete(ObjectId id);

    /** Waits until {@code wanted} of the ids are sealed or lost, or the time is over; says which are. */
    boolean[] await(ObjectId[] ids, int wanted, @Nullable Duration timeout);

    /** Sets the id's claim word if it is {@code expected}; the word is 0 at first, and wholly its users'. */
    boolean claim(ObjectId id, int expected, int desired);

    /** The claim word. */
    int claimed(ObjectId id);

    /** Readers that copy bytes out of a view say so: copies are measured. */
    void countCopied(long bytes);

    @Override
    void close();
}
