package io.atoll.internal.memory;

import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The shares that were lent, of each piece of memory one: what is lent of it later needs none of its own, which only the
 * collector could give back. So who looks at the same object again and again, and closes what it has, leaves nothing behind
 * each time. Of one store; any thread.
 */
public final class Lent {
    /** By address. A share that can be had is held, and with it the memory. */
    private final Map<Long, WeakReference<Lease.Share>> shares = new ConcurrentHashMap<>();

    Lease.@Nullable Share get(long address) {
        WeakReference<Lease.Share> share = shares.get(address);
        return share == null ? null : share.get();
    }

    /** The latest stays. */
    void add(long address, Lease.Share share) {
        shares.put(address, new WeakReference<>(share));
    }

    /** One of that memory is over; not another that was lent since. */
    void forget(long address) {
        shares.computeIfPresent(address, (at, share) -> share.refersTo(null) ? null : share);
    }
}
