package io.atoll.examples.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import io.atoll.tensor.Tensor;
import java.nio.DoubleBuffer;
import java.util.stream.DoubleStream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PassedBufferTest extends Node {
    @Test
    void shouldBeTheStoresOwnMemory() {
        double[] numbers = DoubleStream.iterate(1, x -> x + 1).limit(1000).toArray();
        ObjectRef<Tensor> tensor = Atoll.put(Tensor.of(numbers));
        ObjectRef<double[]> array = Atoll.put(numbers);
        long before = copied();
        assertThat(Atoll.task(PassedBuffer::sumOf, tensor.as(DoublePointer.class))
                        .remote()
                        .get())
                .isEqualTo(500500);
        assertThat(Atoll.task(PassedBuffer::sumOf, array.as(DoublePointer.class))
                        .remote()
                        .get())
                .isEqualTo(500500);
        assertThat(Atoll.task(PassedBufferTest::sumOfBuffer, array.as(DoubleBuffer.class))
                        .remote()
                        .get())
                .isEqualTo(500500);
        assertThat(copied()).isEqualTo(before);
    }

    @Test
    void shouldLieAtOnePlace() {
        ObjectRef<Tensor> tensor = Atoll.put(Tensor.of(new double[] {1, 2}));
        try (Tensor view = tensor.get();
                Tensor again = tensor.get()) {
            assertThat(PassedBuffer.addressOf(view.as(Pointer.class)))
                    .isEqualTo(PassedBuffer.addressOf(again.as(DoublePointer.class)));
        }
    }

    static double sumOfBuffer(DoubleBuffer x) {
        return PassedBuffer.sum(x, x.remaining());
    }
}
