package io.atoll.internal.memory;

import io.atoll.store.Memory;
import java.nio.ByteBuffer;

/** Raw views of leased memory. */
public final class Views {
    private Views() {}

    /**
     * A direct buffer that shares the lease until it, and every slice and view made from it, is unreachable. In the
     * machine's byte order.
     */
    public static ByteBuffer byteBuffer(long address, long bytes, Lease lease) {
        ByteBuffer root = Memory.buffer(address, bytes);
        lease.shareUntilUnreachable(root);
        return root;
    }
}
