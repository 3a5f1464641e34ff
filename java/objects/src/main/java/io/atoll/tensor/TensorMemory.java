package io.atoll.tensor;

import io.atoll.internal.memory.Lease;
import io.atoll.internal.memory.PrimitiveArrays;
import io.atoll.internal.memory.Views;
import io.atoll.internal.store.Memory;
import java.lang.ref.Reference;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where a tensor's elements lie, seen by one tensor: a Java array (its base, addresses being offsets from it), a direct
 * buffer of the user's, or leased memory of the store.
 */
final class TensorMemory {
    private final @Nullable Object base; // null for memory outside the heap
    private final long start;
    private final @Nullable ByteBuffer direct; // the user's; null otherwise
    private final @Nullable Lease lease; // null when nobody has to give it back
    private Lease.@Nullable Share
            share; // this tensor's; null likewise, before there is a tensor, and once it is closed
    private volatile boolean closed;
    private @Nullable Runnable onClose; // guarded by this

    private TensorMemory(
            @Nullable Object base,
            long start,
            @Nullable ByteBuffer direct,
            @Nullable Lease lease,
            @Nullable Class<?> tensor) {
        this.base = base;
        this.start = start;
        this.direct = direct;
        this.lease = lease;
        this.share = lease == null || tensor == null ? null : lease.shareOf(tensor);
    }

    static TensorMemory ofArray(Object array) {
        return new TensorMemory(array, Memory.arrayOffset(array), null, null, null);
    }

    static TensorMemory ofLease(long address, Lease lease) {
        return new TensorMemory(null, address, null, lease, null);
    }

    /** The remaining elements of a buffer; copied when it shows its array to nobody, or is a view of other memory. */
    static TensorMemory of(Buffer data) {
        if (data.isDirect() && data instanceof ByteBuffer bytes) {
            return new TensorMemory(null, Memory.addressOf(bytes) + bytes.position(), bytes, null, null);
        } else if (data.hasArray()) {
            Object array = data.array();
            long elements = (long) data.arrayOffset() + data.position();
            return ofArrayAt(array, elements * PrimitiveArrays.elementBytes(array.getClass()));
        }
        return ofArray(copy(data));
    }

    private static Object copy(Buffer data) {
        Object copy;
        if (data instanceof ByteBuffer bytes) {
            bytes.duplicate().get((byte[]) (copy = new byte[data.remaining()]));
        } else if (data instanceof DoubleBuffer doubles) {
            doubles.duplicate().get((double[]) (copy = new double[data.remaining()]));
        } else if (data instanceof FloatBuffer floats) {
            floats.duplicate().get((float[]) (copy = new float[data.remaining()]));
        } else if (data instanceof LongBuffer longs) {
            longs.duplicate().get((long[]) (copy = new long[data.remaining()]));
        } else if (data instanceof IntBuffer ints) {
            ints.duplicate().get((int[]) (copy = new int[data.remaining()]));
        } else if (data instanceof ShortBuffer shorts) {
            shorts.duplicate().get((short[]) (copy = new short[data.remaining()]));
        } else {
            ((CharBuffer) data).duplicate().get((char[]) (copy = new char[data.remaining()]));
        }
        return copy;
    }

    /** Memory outside the heap that somebody else frees once the owner is unreachable. */
    static TensorMemory ofForeign(long address, Object owner) {
        Lease lease = new Lease(() -> Reference.reachabilityFence(owner));
        return ofLease(address, lease);
    }

    static TensorMemory ofArrayAt(Object array, long bytes) {
        return new TensorMemory(array, Memory.arrayOffset(array) + bytes, null, null, null);
    }

    /** The same memory as seen by one more tensor. */
    TensorMemory sharedBy(Object tensor) {
        return new TensorMemory(base, start, direct, lease, tensor.getClass());
    }

    @Nullable
    Object base() {
        return base;
    }

    /** Of the first byte: an address, or an offset from the base. */
    long start() {
        return start;
    }

    boolean isOpen() {
        return !closed;
    }

    /** Some of the bytes as a direct buffer with a life of its own. */
    ByteBuffer bytes(long address, long bytes) {
        if (base != null) {
            ByteBuffer copy = ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
            Memory.copy(base, address, null, Memory.addressOf(copy), bytes);
            return copy;
        } else if (direct != null) {
            long from = address - Memory.addressOf(direct);
            return direct.duplicate().limit(direct.capacity()).slice((int) from, Math.toIntExact(bytes));
        }
        Lease.Share mine = share;
        return mine == null ? Views.byteBuffer(address, bytes, lease) : Views.byteBuffer(address, bytes, mine);
    }

    /** Views that can be told to throw are told so when the tensor is closed. */
    synchronized void onClose(Runnable end, Grid tensor) {
        if (closed) {
            end.run();
            tensor.check();
        }
        Runnable before = onClose;
        onClose = before == null
                ? end
                : () -> {
                    before.run();
                    end.run();
                };
    }

    /** Null of an array's memory and of a direct buffer's. */
    @Nullable
    Lease lease() {
        return lease;
    }

    /** Whether the memory is held by nobody now. */
    boolean close() {
        Runnable ends;
        Lease.Share mine;
        synchronized (this) {
            closed = true;
            mine = share;
            share = null; // a buffer that outlives the tensor keeps it
            ends = onClose;
            onClose = null;
        }
        if (ends != null) {
            ends.run();
        }
        if (mine != null) {
            mine.close();
        }
        return lease == null || !lease.isHeld();
    }
}
