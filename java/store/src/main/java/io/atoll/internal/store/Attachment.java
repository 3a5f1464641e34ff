package io.atoll.internal.store;

import io.atoll.ObjectId;
import io.atoll.jni.StoreCode;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The native client behind a {@link NativeStore}, and the guard of its life. Whoever calls it does so between
 * {@link #enter} and {@link Scratch#leave}. {@link #close} refuses later calls and waits for those under way; the client
 * is detached when the last pin and the last object being written are closed, too.
 */
final class Attachment {
    private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(this::newScratch);
    private final Set<Scratch> scratches = Collections.newSetFromMap(new WeakHashMap<>());
    private final Object lifecycle = new Object();
    private final String socket;
    private final long client;
    private final int clientIndex;
    /** Objects that are being written: their memory must stay, as that of pins. */
    private final AtomicInteger writing = new AtomicInteger();

    /** Whose client kernels use; guarded by the class. */
    private static @Nullable Attachment ofKernels;

    private volatile boolean closed;
    private boolean nobodyCalls; // guarded by lifecycle: it is closed, and calls that were under way then have ended
    private boolean detached; // guarded by lifecycle
    private Executor detacher = Runnable::run; // guarded by lifecycle

    Attachment(String socket, long client) {
        this.socket = socket;
        this.client = client;
        this.clientIndex = (int) StoreNative.clientIndex(client);
    }

    /** Names the store in messages. */
    String socket() {
        return socket;
    }

    /** What native calls want first. */
    long client() {
        return client;
    }

    int clientIndex() {
        return clientIndex;
    }

    /** Begins a call of this thread; {@link Scratch#leave} ends it. */
    Scratch enter() {
        Scratch s = tryEnter();
        if (s == null) {
            throw closedException();
        }
        return s;
    }

    /** Null when the store is closed. */
    @Nullable
    Scratch tryEnter() {
        Scratch s = scratch.get();
        s.enter();
        if (closed) {
            s.leave();
            return null;
        }
        return s;
    }

    /** For calls that wait: throws when the store was closed meanwhile. */
    void checkOpen() {
        if (closed) {
            throw closedException();
        }
    }

    /**
     * A native call that waits, in slices of growing length between which the end of this store and an interrupt of this
     * thread are seen. Between {@link #enter} and leave.
     *
     * @param timeoutNanos for all of them; {@link Waiting#FOREVER} for no end
     * @param call waits for so many nanoseconds at most; gives a negative {@link StoreCode#TIMED_OUT} to be called again
     * @return what it gave; that code when the time was over or this thread is interrupted, whose flag stays set
     */
    long inSlices(long timeoutNanos, LongUnaryOperator call) {
        long startedAt = System.nanoTime();
        long slice = Waiting.FIRST_SLICE;
        while (true) {
            long left = Waiting.left(timeoutNanos, startedAt);
            long result = call.applyAsLong(Math.min(slice, left));
            if (result != -StoreCode.TIMED_OUT
                    || left <= slice
                    || Thread.currentThread().isInterrupted()) {
                return result;
            }
            checkOpen();
            slice = Waiting.longer(slice);
        }
    }

    boolean isClosed() {
        return closed;
    }

    void beginWriting() {
        writing.incrementAndGet();
    }

    void endWriting() {
        writing.decrementAndGet();
    }

    /** Pins held now; also after {@link #close}. */
    long pins() {
        synchronized (lifecycle) {
            return detached ? 0 : pinsHeld();
        }
    }

    private long pinsHeld() {
        ByteBuffer b = Memory.direct(StoreLayout.CLIENT_STATS_SIZE);
        b.putLong(StoreLayout.CLIENT_STATS_BYTES, StoreLayout.CLIENT_STATS_SIZE);
        long result = StoreNative.clientStats(client, clientIndex, Memory.addressOf(b));
        return result < 0 ? 0 : b.getLong(StoreLayout.CLIENT_STATS_PINS);
    }

    void giveToKernels() {
        synchronized (Attachment.class) {
            ofKernels = this;
            StoreNative.setKernelClient(client);
        }
    }

    private void takeFromKernels() {
        synchronized (Attachment.class) {
            if (ofKernels == this) {
                ofKernels = null;
                StoreNative.setKernelClient(0);
            }
        }
    }

    void close(Executor later) {
        synchronized (lifecycle) {
            if (closed) {
                return;
            }
            detacher = later;
            closed = true;
        }
        takeFromKernels();
        StoreNative.endWaits(client);
        awaitRunningCalls();
        synchronized (lifecycle) {
            nobodyCalls = true;
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

    void releaseAfterClose(ObjectId id) {
        synchronized (lifecycle) {
            StoreNative.release(client, id.store(), id.place());
            detachIfUnused();
        }
    }

    void abortAfterClose(ObjectId id) {
        synchronized (lifecycle) {
            writing.decrementAndGet();
            StoreNative.abort(client, id.store(), id.place());
            detachIfUnused();
        }
    }

    private void detachIfUnused() {
        if (nobodyCalls && !detached && writing.get() == 0 && pinsHeld() == 0) {
            detached = true;
            detacher.execute(() -> StoreNative.detach(client));
        }
    }

    private Scratch newScratch() {
        Scratch s = new Scratch();
        synchronized (scratches) {
            scratches.add(s);
        }
        return s;
    }

    private IllegalStateException closedException() {
        return new IllegalStateException("the session is closed: its store " + socket + " is closed in this process");
    }
}
