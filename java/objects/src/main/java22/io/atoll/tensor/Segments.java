package io.atoll.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

/**
 * Memory segments over tensors and tensors over memory segments. A segment throws once its tensor is closed: it lies in
 * an arena that the tensor closes. While neither is closed, each keeps the other reachable.
 */
final class Segments {
    static final String TYPE = "java.lang.foreign.MemorySegment";

    private Segments() {}

    static Object of(Grid tensor) {
        tensor.requireContiguous("a memory segment");
        TensorMemory memory = tensor.memory();
        if (memory.base() != null) {
            return MemorySegment.ofBuffer(RawViews.bytes(tensor));
        }
        return writable(tensor).asReadOnly();
    }

    /** Over memory outside the heap that may be written. */
    @SuppressWarnings("restricted") // the memory is ours
    static MemorySegment writable(Grid tensor) {
        Arena arena = Arena.ofShared();
        MemorySegment segment = MemorySegment.ofAddress(tensor.address())
                .reinterpret(tensor.byteSize(), arena, each -> Reference.reachabilityFence(tensor));
        tensor.memory().onClose(arena::close, tensor);
        return segment;
    }

    /** Null when the object is no segment. */
    static TensorMemory memory(Object object) {
        if (!(object instanceof MemorySegment segment)) {
            return null;
        } else if (segment.isNative()) {
            return TensorMemory.ofForeign(segment.address(), segment);
        }
        Object array = segment.heapBase().orElse(null);
        return array != null
                ? TensorMemory.ofArrayAt(array, segment.address())
                : TensorMemory.ofArray(segment.toArray(ValueLayout.JAVA_BYTE));
    }

    static long bytes(Object segment) {
        return ((MemorySegment) segment).byteSize();
    }
}
