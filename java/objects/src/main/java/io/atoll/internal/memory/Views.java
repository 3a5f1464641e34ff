package io.atoll.internal.memory;

import io.atoll.internal.store.Memory;
import io.atoll.jni.RawAccess;
import java.nio.ByteBuffer;
import sun.misc.Unsafe;

/** Raw views of leased memory. */
public final class Views {
    private static final Unsafe UNSAFE = RawAccess.unsafe();
    /** Where a direct buffer keeps what must not go before it. */
    private static final long ATTACHMENT = attachment();

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

    /** The same by a share that there is: the buffer and all made from it refer to it. */
    public static ByteBuffer byteBuffer(long address, long bytes, Lease.Share share) {
        if (ATTACHMENT < 0) {
            return byteBuffer(address, bytes, share.lease());
        }
        ByteBuffer root = Memory.buffer(address, bytes);
        UNSAFE.putObject(root, ATTACHMENT, share.lend());
        return root;
    }

    @SuppressWarnings({"deprecation", "removal"})
    private static long attachment() {
        try {
            return UNSAFE.objectFieldOffset(
                    ByteBuffer.allocateDirect(0).getClass().getDeclaredField("att"));
        } catch (NoSuchFieldException e) {
            return -1; // a JDK whose buffers keep what they are views of in another way
        }
    }
}
