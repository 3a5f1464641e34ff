package io.atoll.internal.objects;

import io.atoll.internal.graph.ErrorKind;
import io.atoll.internal.memory.ArrowMemory;
import io.atoll.internal.memory.Encoded;
import io.atoll.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.IntVector;

/** Sends one small value of each costly kind through memory and back, so that what they need is loaded. */
final class WarmUp {
    private WarmUp() {}

    /** A class of the kind that Fory compiles a serializer for. */
    @SuppressWarnings("UnusedVariable")
    private static final class Sample {
        private final List<Integer> numbers = new ArrayList<>(List.of(1));
        private final String text = "text";
    }

    /** Classes that only a get from a store comes upon. */
    private static final List<String> OF_GET = List.of(
            "io.atoll.store.NativePin", "io.atoll.store.ObjectStore$State", ObjectCodec.class.getName() + "$Unpin");

    static void run(ObjectCodec codec) {
        for (String each : OF_GET) {
            try {
                Class.forName(each);
            } catch (ClassNotFoundException e) {
                throw new AssertionError(each + " is a class of this jar", e);
            }
        }
        decode(codec, codec.encode(Tensor.of(new double[1])));
        decode(codec, codec.encode(new Sample()));
        try (IntVector vector = new IntVector("warm", ArrowMemory.allocator())) {
            vector.setSafe(0, 1);
            vector.setValueCount(1);
            decode(codec, codec.encode(vector));
        }
    }

    private static void decode(ObjectCodec codec, Encoded encoded) {
        ByteBuffer bytes = ByteBuffer.allocateDirect((int) encoded.size() + 128).alignedSlice(64);
        encoded.writeTo(io.atoll.store.Memory.addressOf(bytes));
        Object value = codec.decode(encoded.tag(), bytes.limit((int) encoded.size()));
        if (value instanceof ErrorKind.Thrown thrown) {
            throw thrown.here();
        } else if (value instanceof Tensor tensor) {
            tensor.getDouble(0);
        }
        if (value instanceof AutoCloseable view) {
            try {
                view.close();
            } catch (Exception e) {
                throw new IllegalStateException("closing " + view + " failed", e);
            }
        }
    }
}
