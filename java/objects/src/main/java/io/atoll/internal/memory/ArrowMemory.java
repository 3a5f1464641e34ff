package io.atoll.internal.memory;

import io.atoll.internal.store.Memory;
import io.atoll.jni.NativeLibrary;
import java.lang.ref.Cleaner;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ReferenceManager;
import org.apache.arrow.memory.RootAllocator;

/**
 * The allocator of the vectors that are read from a store. Their buffers lie in the store; the little that Arrow makes
 * besides (an offset buffer for zero rows, say) comes from here, and goes when it is unreachable at the latest, so that
 * vectors which nobody closes leak nothing.
 */
public final class ArrowMemory {
    private static final RootAllocator ROOT;

    static {
        NativeLibrary.isAvailable(); // opens java.nio to Arrow; where it is missing the command line may do so
        try (QuietStart quiet = new QuietStart()) {
            ROOT = new RootAllocator(RootAllocator.configBuilder()
                    .allocationManagerFactory(new Factory())
                    .build());
        }
    }

    private ArrowMemory() {}

    public static BufferAllocator allocator() {
        return ROOT;
    }

    private static final class Factory implements AllocationManager.Factory {
        @Override
        public AllocationManager create(BufferAllocator allocator, long bytes) {
            return new Block(allocator, bytes);
        }

        @Override
        public ArrowBuf empty() {
            return new ArrowBuf(ReferenceManager.NO_OP, null, 0, 0);
        }
    }

    /** A block that is freed when Arrow says so or, failing that, when it is unreachable. */
    private static final class Block extends AllocationManager {
        private final long address;
        private final long bytes;
        private final Cleaner.Cleanable cleanable;

        Block(BufferAllocator allocator, long bytes) {
            super(allocator);
            long block = Memory.allocate(Math.max(1, bytes));
            this.address = block;
            this.bytes = bytes;
            this.cleanable = Lease.CLEANER.register(this, () -> Memory.free(block));
        }

        @Override
        public long getSize() {
            return bytes;
        }

        @Override
        protected long memoryAddress() {
            return address;
        }

        @Override
        protected void release0() {
            cleanable.clean();
        }
    }
}
