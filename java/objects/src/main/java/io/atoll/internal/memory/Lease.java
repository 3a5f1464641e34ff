package io.atoll.internal.memory;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What keeps memory where it is (a pin, mostly), shared by all views that were made of it: it ends with the last share.
 * Any thread may call any method. The maker holds the first share and gives it back with {@link #release}.
 */
public final class Lease {
    static final Cleaner CLEANER = Cleaner.create();

    private final AtomicInteger shares = new AtomicInteger(1);
    private final Runnable end;

    /** @param end is run once, by the thread that gives the last share back; must not throw */
    public Lease(Runnable end) {
        this.end = end;
    }

    /** Starts the cleaner's thread now: later there may be none to be had. */
    public static void prepare() {}

    /** A share that ends when it is closed or, failing that, when the view is unreachable. */
    public Share share(Object view) {
        return share(view, true);
    }

    /** A share of a view that nobody can close: it ends when the view is unreachable. */
    public void shareUntilUnreachable(Object view) {
        share(view, false);
    }

    private Share share(Object view, boolean closeable) {
        retain();
        Share share = new Share(Leaks.ON ? new Leaks.Traced(this, view.getClass(), closeable) : new State(this));
        share.cleanable = CLEANER.register(view, share.state);
        return share;
    }

    /** One more share; the caller has one already, or a view that has. */
    void retain() {
        if (shares.getAndIncrement() <= 0) {
            throw new IllegalStateException("this memory was given back already");
        }
    }

    /** Whether anybody has a share. */
    public boolean isHeld() {
        return shares.get() > 0;
    }

    /** True when this was the last share. */
    public boolean release() {
        int left = shares.decrementAndGet();
        if (left == 0) {
            end.run();
        }
        return left == 0;
    }

    /** One view's share. */
    public static final class Share {
        private final State state;
        private Cleaner.Cleanable cleanable;

        private Share(State state) {
            this.state = state;
        }

        public boolean isOpen() {
            return !state.over.get();
        }

        public Lease lease() {
            return state.lease;
        }

        /** Gives the share back; twice is fine. */
        public void close() {
            if (Leaks.ON) {
                ((Leaks.Traced) state).closing();
            }
            cleanable.clean();
        }
    }

    /** Apart from the share, so that the cleaner does not hold the view. */
    static class State implements Runnable {
        private final AtomicBoolean over = new AtomicBoolean();
        private final Lease lease;

        State(Lease lease) {
            this.lease = lease;
        }

        @Override
        public void run() {
            if (over.compareAndSet(false, true)) {
                lease.release();
            }
        }
    }
}
