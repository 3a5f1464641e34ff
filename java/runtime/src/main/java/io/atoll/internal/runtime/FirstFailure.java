package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.node.ReadyEvents;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.SealedObjects;
import io.atoll.internal.store.Waiting;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Waits until all of some objects are ready, or one of them is an error. Used by one thread, told by another. */
final class FirstFailure implements ReadyEvents.Listener {
    private final NativeStore store;
    private final AtomicInteger missing;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile @Nullable ObjectId failed;
    private volatile boolean ended;

    FirstFailure(NativeStore store, int count) {
        this.store = store;
        missing = new AtomicInteger(count);
    }

    /** Whether the get of a ready object throws. */
    static boolean isFailure(NativeStore store, ObjectId id) {
        SealedObjects found = store.peek(new ObjectId[] {id}, 0);
        return found.count() == 0 || Kind.of(found.tag(0)) == Kind.ERROR;
    }

    @Override
    public void ready(ObjectId id) {
        if (failed == null && isFailure(store, id)) {
            failed = id;
            over.countDown();
        }
        if (missing.decrementAndGet() == 0) {
            over.countDown();
        }
    }

    @Override
    public void ended() {
        ended = true;
        over.countDown();
    }

    @Override
    public boolean mayBeLate() {
        return true;
    }

    /** Whether nobody need wait any longer. Any thread. */
    boolean isOver() {
        return over.getCount() == 0;
    }

    /** False when the time is over first; throws when the session has ended first. */
    boolean await(@Nullable Duration timeout) {
        try {
            boolean inTime = over.await(Waiting.nanos(timeout), TimeUnit.NANOSECONDS);
            if (ended) {
                throw ReadyEvents.closed();
            }
            return inTime;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Waiting.interrupted("waiting for " + missing.get() + " objects");
        }
    }

    /** The first that is an error; null when there was none. */
    @Nullable
    ObjectId failed() {
        return failed;
    }
}
