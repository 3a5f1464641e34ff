package io.atoll.internal.threads;

import io.atoll.jni.RawAccess;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.AbstractOwnableSynchronizer;
import java.util.concurrent.locks.AbstractQueuedLongSynchronizer;
import java.util.concurrent.locks.AbstractQueuedSynchronizer;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;
import sun.misc.Unsafe;

/**
 * What a thread waits for without a time: a lock, a semaphore, or something else of the kind that whoever has it gives back.
 * Conditions, queues and latches are none: anybody may be about to end such a wait.
 *
 * @param lock what {@link LockSupport#getBlocker} says
 */
public record WantedLock(Object lock) {
    private static final Unsafe UNSAFE = RawAccess.unsafe();
    private static final long OWNER = owner();
    /** Threads that wait for each other: more than there are in any cycle that is not one. */
    private static final int LONGEST_CYCLE = 1000;

    /** Null when the thread waits for nothing of the kind, at the moment. Any thread may ask. */
    public static @Nullable WantedLock of(Thread thread) {
        if (thread.getState() != Thread.State.WAITING) {
            return null;
        }
        Object blocker = LockSupport.getBlocker(thread);
        boolean isOne = blocker instanceof AbstractQueuedSynchronizer
                || blocker instanceof AbstractQueuedLongSynchronizer
                || blocker instanceof StampedLock;
        boolean isLatch = isOne && blocker.getClass().getEnclosingClass() == CountDownLatch.class;
        return isOne && !isLatch ? new WantedLock(blocker) : null;
    }

    /** Whether another thread has it alone, and does not wait for the one that wants it. */
    public boolean isAnothers(Thread wanting) {
        WantedLock next = this;
        for (int i = 0; i < LONGEST_CYCLE && next != null; ++i) {
            Thread owner = next.ownerThread();
            if (owner == null) {
                return i > 0; // A semaphore, say: of the first that is all that can be known.
            } else if (owner == wanting) {
                return false;
            }
            next = of(owner);
        }
        return true;
    }

    private @Nullable Thread ownerThread() {
        return OWNER >= 0 && lock instanceof AbstractOwnableSynchronizer
                ? (Thread) UNSAFE.getObject(lock, OWNER)
                : null;
    }

    /** For people: a {@code java.util.concurrent.Semaphore}, not the part of it that threads wait for. */
    public String name() {
        return lock.getClass().getName().replaceFirst("\\$(Nonfair|Fair)?Sync$", "");
    }

    private static long owner() {
        try {
            return UNSAFE.objectFieldOffset(AbstractOwnableSynchronizer.class.getDeclaredField("exclusiveOwnerThread"));
        } catch (ReflectiveOperationException | UnsupportedOperationException e) {
            return -1;
        }
    }
}
