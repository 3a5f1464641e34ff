package io.atoll.internal.node;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How much of the store the refs of this process hold, counted as they are made and given back, as the JDK does for direct
 * buffers: what is small for the heap may be large for the store. Those that are garbage are among them; so when they have
 * grown by some share of the store since the last collection, there is to be one. Any thread.
 */
final class Held {
    /** Of the store, divided by the processes that share it. */
    private static final int SHARE = 4;

    private static final long LEAST = 64L << 20;
    /** What a small object takes of both segments, generously: so many of them are as much as their number says. */
    private static final long BESIDE_BYTES = 1024;

    private final AtomicLong weight = new AtomicLong();
    private final long ofEach;
    private final long capacity;
    private final LongSupplier processes;
    private final Runnable whenMuch;
    private volatile long limit;

    /**
     * @param capacity bytes of the store
     * @param maxObjects entries of the store: each object takes one, besides its bytes
     * @param processes how many share it now
     * @param whenMuch is run by who has made it too much, once until {@link #allowMore}
     */
    Held(long capacity, long maxObjects, LongSupplier processes, Runnable whenMuch) {
        this.capacity = capacity;
        this.processes = processes;
        this.whenMuch = whenMuch;
        ofEach = Math.max(BESIDE_BYTES, capacity / maxObjects);
        allowMore();
    }

    /** A ref to so many bytes was made. */
    void add(long bytes) {
        if (weight.addAndGet(bytes + ofEach) > limit) {
            limit = Long.MAX_VALUE; // until allowMore
            whenMuch.run();
        }
    }

    void remove(long bytes) {
        weight.addAndGet(-bytes - ofEach);
    }

    /** Bytes, each object counted as its share of the entries at least. */
    long weight() {
        return weight.get();
    }

    /** At the start, and after a collection: what is held now is in use. */
    void allowMore() {
        long share = capacity / (SHARE * Math.max(1, processes.getAsLong()));
        limit = weight.get() + Math.max(share, Math.min(LEAST, capacity / SHARE));
    }
}
