package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.internal.node.ReadyEvents;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.Waiting;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A wait that parks the thread, for virtual ones: the thread of the events wakes it. One thread's. */
final class ParkedWait implements ReadyEvents.Listener {
    private final CountDownLatch missing;
    private volatile boolean ended;

    private ParkedWait(int wanted) {
        missing = new CountDownLatch(wanted);
    }

    /** As {@link NativeStore#await}. */
    static boolean[] await(
            NativeStore store, ReadyEvents events, ObjectId[] ids, int wanted, @Nullable Duration timeout) {
        boolean[] ready = store.await(ids, wanted, Duration.ZERO);
        long nanos = Waiting.nanos(timeout);
        if (count(ready) >= wanted || nanos == 0) {
            return ready;
        }
        ParkedWait wait = new ParkedWait(wanted);
        boolean isAllTold = false;
        try {
            events.tell(wait, ids);
            if (nanos == Waiting.FOREVER) {
                wait.missing.await();
                isAllTold = wanted == ids.length;
            } else {
                isAllTold = wait.missing.await(nanos, TimeUnit.NANOSECONDS) && wanted == ids.length;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Waiting.interrupted("waiting for " + wanted + " of " + ids.length + " objects");
        } finally {
            if (!isAllTold) {
                events.forget(wait, ids); // Of some that were enough the others may never come.
            }
        }
        if (wait.ended) {
            throw ReadyEvents.closed();
        }
        return store.await(ids, wanted, Duration.ZERO);
    }

    static int count(boolean[] ready) {
        int count = 0;
        for (boolean is : ready) {
            count += is ? 1 : 0;
        }
        return count;
    }

    @Override
    public void ready(ObjectId id) {
        missing.countDown();
    }

    @Override
    public void ended() {
        if (missing.getCount() > 0) { // It is told for each object.
            ended = true;
        }
        while (missing.getCount() > 0) {
            missing.countDown();
        }
    }
}
