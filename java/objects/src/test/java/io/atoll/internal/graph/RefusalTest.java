package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.UnserializableException;
import io.atoll.internal.objects.Fixture;
import io.atoll.table.Table;
import io.atoll.tensor.DType;
import io.atoll.tensor.Tensor;
import io.atoll.tensor.TensorInside;
import io.atoll.tensor.WritableTensor;
import java.io.ByteArrayInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.lang.invoke.MethodHandles;
import java.lang.ref.WeakReference;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Scanner;
import java.util.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.indexer.IntIndexer;
import org.junit.jupiter.api.Test;

/** What cannot go in is refused with its path, its type and why, by itself and inside a graph, and nothing stays. */
class RefusalTest {
    private static final class Order {
        private final Object[] items;

        Order(Object... items) {
            this.items = items;
        }
    }

    private static void refuse(Fixture fixture, Object value, String... why) {
        long objects = fixture.objects();
        assertThatThrownBy(() -> fixture.codec.put(value))
                .isExactlyInstanceOf(UnserializableException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(why));
        assertThatThrownBy(() -> fixture.codec.put(new Order("x", value)))
                .isExactlyInstanceOf(UnserializableException.class)
                .satisfies(e ->
                        assertThat(e.getMessage()).startsWith("order.items[1]").contains(why));
        assertThat(fixture.objects()).as("left by " + value.getClass()).isEqualTo(objects);
    }

    @Test
    void shouldRefuseWhatStandsForSomethingOfThisProcess() throws IOException {
        try (Fixture fixture = new Fixture();
                FileOutputStream file = new FileOutputStream("/dev/null");
                FileChannel channel = FileChannel.open(Path.of("/dev/null"));
                Scanner scanner = new Scanner("x")) {
            Timer timer = new Timer(true);
            for (Object each : new Object[] {
                new Socket(),
                new ByteArrayInputStream(new byte[1]),
                new StringReader("x"),
                file,
                channel,
                scanner,
                FileDescriptor.in,
                new Thread(),
                ClassLoader.getSystemClassLoader(),
                new CompletableFuture<>(),
                ForkJoinPool.commonPool(),
                new CountDownLatch(1),
                new WeakReference<>("x"),
                new ThreadLocal<>(),
                timer,
                String.class.getMethods()[0],
                MethodHandles.lookup(),
                String.class.getModule(),
                Stream.of(1),
                List.of(1).iterator(),
                ProcessHandle.current(),
                Runtime.getRuntime()
            }) {
                refuse(fixture, each, each.getClass().getName() + " cannot be stored", "Codecs.register");
            }
            timer.cancel();
            refuse(fixture, (Supplier<String>) () -> "x", "a lambda of an interface that is not Serializable");
        }
    }

    @Test
    void shouldRefuseNativeMemoryThatIsNoView() {
        try (Fixture fixture = new Fixture();
                BufferAllocator allocator = new RootAllocator();
                WritableTensor tensor = TensorInside.begin(fixture.place(Duration.ZERO), DType.INT8, 4)) {
            Tensor numbers = Tensor.of(new int[] {1});
            refuse(fixture, numbers.as(IntPointer.class), "IntPointer", "memory of this process");
            refuse(fixture, numbers.as(IntIndexer.class), "IntPointer", "memory of this process");
            refuse(fixture, allocator, "RootAllocator");
            refuse(fixture, tensor, "TensorWriter cannot be stored: it is still being written");
        }
    }

    @Test
    void shouldRefuseWhatIsClosed() {
        try (Fixture fixture = new Fixture();
                BufferAllocator allocator = new RootAllocator()) {
            Tensor tensor = Tensor.of(new int[] {1});
            tensor.close();
            refuse(fixture, tensor, "Tensor cannot be stored: it is closed");
            VectorSchemaRoot root = new VectorSchemaRoot(List.of(one(allocator)));
            root.close();
            refuse(fixture, root, "column v has 0 rows and its batch 1", "closed");
            Table table = Table.of(new VectorSchemaRoot(List.of(one(allocator))));
            table.close();
            refuse(fixture, table, "Table cannot be stored: it is closed");
        }
    }

    private static IntVector one(BufferAllocator allocator) {
        IntVector vector = new IntVector("v", allocator);
        vector.setSafe(0, 1);
        vector.setValueCount(1);
        return vector;
    }
}
