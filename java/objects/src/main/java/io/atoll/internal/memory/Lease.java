package io.atoll.internal.memory;

import io.atoll.spi.Cleaners;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What keeps memory where it is (a pin, mostly), shared by all views that were made of it: it ends with the last share.
 * Any thread may call any method. The maker holds the first share and gives it back with {@link #release}.
 */
public final class Lease {
    static final Cleaner CLEANER = Cleaners.create("atoll-leases");

    private final AtomicInteger shares = new AtomicInteger(1);
    private final Runnable end;
    private final @Nullable Lent lent;
    private final long address;

    /** @param end is run once, by the thread that gives the last share back; must not throw; its text says what memory it is */
    public Lease(Runnable end) {
        this(end, null, 0);
    }

    /**
     * One of several for the same memory.
     *
     * @param end as above
     * @param lent what is lent of it, and by the others
     * @param address of the memory, which stays where it is as long as any of these leases is held
     */
    public Lease(Runnable end, @Nullable Lent lent, long address) {
        this.end = end;
        this.lent = lent;
        this.address = address;
    }

    /** Starts the cleaner's thread now: later there may be none to be had. */
    public static void prepare() {}

    /** A share that ends when it is closed or, failing that, when the view is unreachable. */
    public Share share(Object view) {
        return share(view, view.getClass(), true);
    }

    /**
     * A share that ends when it is closed or, failing that, when it is itself unreachable: its view lets go of it when that
     * is closed, so that what was lent may outlive it and no longer.
     */
    public Share shareOf(Class<?> view) {
        return share(null, view, true);
    }

    /** A share of a view that nobody can close: it ends when the view is unreachable. */
    public void shareUntilUnreachable(Object view) {
        share(view, view.getClass(), false);
    }

    private Share share(Object view, Class<?> type, boolean closeable) {
        retain();
        Share share = new Share(Leaks.ON ? new Leaks.Traced(this, type, closeable) : new State(this));
        share.cleanable = CLEANER.register(view == null ? share : view, share.state);
        return share;
    }

    /** One more share; the caller has one already, or a view that has. */
    void retain() {
        int now = shares.get();
        while (now > 0) {
            int before = shares.compareAndExchange(now, now + 1);
            if (before == now) {
                return;
            }
            now = before;
        }
        throw over();
    }

    private IllegalStateException over() {
        return new IllegalStateException("memory was given back already: " + end);
    }

    /** Whether anybody has a share, or what was lent of the memory by another lease. */
    public boolean isHeld() {
        return shares.get() > 0 || (lent != null && lent.get(address) != null);
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
            return (state.get() & (State.CLOSED | State.OVER)) == 0;
        }

        public Lease lease() {
            return state.lease;
        }

        /**
         * Says that a view is made which nobody can close. It is to keep the share reachable that this returns: closing that one
         * waits until it is not. It may be that of another lease of the same memory. Of shares made by {@link #shareOf} alone.
         */
        public Share lend() {
            Share other = state.lease.lent == null ? null : state.lease.lent.get(state.lease.address);
            // Looked at after that was found: both are held in this moment, so they are of the same memory.
            if (!isOpen()) {
                throw state.lease.over();
            }
            if (other != null) {
                return other;
            }
            int now = state.get();
            while ((now & (State.CLOSED | State.OVER)) == 0) {
                int before = state.compareAndExchange(now, now | State.LENT);
                if (before == now) {
                    if (state.lease.lent != null) {
                        state.lease.lent.add(state.lease.address, this);
                    }
                    return this;
                }
                now = before;
            }
            throw state.lease.over();
        }

        /** Gives the share back, unless something was lent; twice is fine. */
        public void close() {
            if (Leaks.ON) {
                ((Leaks.Traced) state).closing();
            }
            int before = state.mark(State.CLOSED);
            if ((before & (State.CLOSED | State.LENT)) == 0) {
                cleanable.clean();
            }
        }
    }

    /** Apart from the share, so that the cleaner does not hold the view. Its value is made of the marks. */
    static class State extends AtomicInteger implements Runnable {
        private static final long serialVersionUID = 1;
        private static final int CLOSED = 1;
        private static final int LENT = 2;
        private static final int OVER = 4;

        private final transient Lease lease;

        State(Lease lease) {
            this.lease = lease;
        }

        @Override
        public void run() {
            int before = mark(OVER);
            if ((before & LENT) != 0 && lease.lent != null) {
                lease.lent.forget(lease.address);
            }
            if ((before & OVER) == 0) {
                lease.release();
            }
        }

        /** Returns the marks before. */
        private int mark(int mark) {
            int now = get();
            while (true) {
                int before = compareAndExchange(now, now | mark);
                if (before == now) {
                    return before;
                }
                now = before;
            }
        }
    }
}
