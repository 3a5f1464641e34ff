package io.atoll.internal.memory;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OwnershipTransferResult;
import org.apache.arrow.memory.ReferenceManager;

/**
 * Counts the uses of all {@code ArrowBuf}s over one piece of leased memory. The lease is given back with the last use
 * or, when vectors are dropped without being closed, when no buffer is reachable any more: every buffer refers to this
 * object, and nothing else does. No allocator accounts for the bytes, since none of them is its.
 */
public final class LeasedBuffers implements ReferenceManager {
    private final AtomicInteger uses = new AtomicInteger(1);
    private final long bytes;
    private final BufferAllocator allocator;
    private final Lease.Share share;

    private LeasedBuffers(long bytes, Lease lease, BufferAllocator allocator) {
        this.bytes = bytes;
        this.allocator = allocator;
        this.share = lease.share(this);
    }

    /** A buffer over the memory, used once. */
    public static ArrowBuf buffer(long address, long bytes, Lease lease, BufferAllocator allocator) {
        return new ArrowBuf(new LeasedBuffers(bytes, lease, allocator), null, bytes, address);
    }

    /** Ends all uses at once: reading failed, and nobody has a buffer. */
    public static void giveUp(ArrowBuf buffer) {
        LeasedBuffers buffers = (LeasedBuffers) buffer.getReferenceManager();
        buffers.uses.set(0);
        buffers.share.close();
    }

    @Override
    public int getRefCount() {
        return uses.get();
    }

    @Override
    public boolean release() {
        return release(1);
    }

    @Override
    public boolean release(int decrement) {
        int left = uses.addAndGet(-decrement);
        if (left < 0) {
            throw new IllegalStateException(
                    "a buffer over an object of the store is released more often than retained");
        }
        if (left == 0) {
            share.close();
        }
        return left == 0;
    }

    @Override
    public void retain() {
        retain(1);
    }

    @Override
    public void retain(int increment) {
        int now = uses.get();
        while (now > 0) {
            int before = uses.compareAndExchange(now, now + increment);
            if (before == now) {
                return;
            }
            now = before;
        }
        throw new IllegalStateException("a buffer over an object of the store is used after its last release");
    }

    @Override
    public ArrowBuf retain(ArrowBuf source, BufferAllocator target) {
        retain();
        ArrowBuf same = deriveBuffer(source, 0, source.capacity());
        return same.readerIndex(source.readerIndex()).writerIndex(source.writerIndex());
    }

    @Override
    public ArrowBuf deriveBuffer(ArrowBuf source, long index, long length) {
        ArrowBuf part = new ArrowBuf(this, null, length, source.memoryAddress() + index);
        return part.writerIndex(length);
    }

    @Override
    public OwnershipTransferResult transferOwnership(ArrowBuf source, BufferAllocator target) {
        ArrowBuf same = retain(source, target);
        return new OwnershipTransferResult() {
            @Override
            public boolean getAllocationFit() {
                return true;
            }

            @Override
            public ArrowBuf getTransferredBuffer() {
                return same;
            }
        };
    }

    @Override
    public BufferAllocator getAllocator() {
        return allocator;
    }

    @Override
    public long getSize() {
        return bytes;
    }

    @Override
    public long getAccountedSize() {
        return 0;
    }
}
