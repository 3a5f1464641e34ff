package io.atoll.internal.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.NativeServer;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectStore;
import io.atoll.tensor.DType;
import io.atoll.tensor.Tensor;
import io.atoll.tensor.TensorInside;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.ShortBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.vector.IntVector;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.indexer.IntIndexer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each kind of view: one that has a read-only form throws when it is written to, any other ends the process. */
class ImmutabilityTest {
    private static void write(Buffer view) {
        if (view instanceof ByteBuffer buffer) {
            buffer.put(0, (byte) 1);
        } else if (view instanceof CharBuffer buffer) {
            buffer.put(0, 'x');
        } else if (view instanceof ShortBuffer buffer) {
            buffer.put(0, (short) 1);
        } else if (view instanceof IntBuffer buffer) {
            buffer.put(0, 1);
        } else if (view instanceof LongBuffer buffer) {
            buffer.put(0, 1);
        } else if (view instanceof FloatBuffer buffer) {
            buffer.put(0, 1);
        } else {
            ((DoubleBuffer) view).put(0, 1);
        }
    }

    private static void refuses(Buffer view) {
        assertThat(view.isReadOnly()).isTrue();
        assertThat(view.hasArray()).isFalse();
        assertThatThrownBy(() -> write(view)).isInstanceOf(ReadOnlyBufferException.class);
    }

    private static void readAllBuffers(Fixture fixture) {
        for (Buffer each : List.of(
                ByteBuffer.allocate(8),
                CharBuffer.allocate(8),
                ShortBuffer.allocate(8),
                IntBuffer.allocate(8),
                LongBuffer.allocate(8),
                FloatBuffer.allocate(8),
                DoubleBuffer.allocate(8))) {
            Buffer read = (Buffer) fixture.roundTrip(each);
            refuses(read);
            refuses(read.slice());
            refuses(read.duplicate());
            refuses((Buffer) ((List<?>) fixture.roundTrip(List.of(each))).get(0));
        }
        for (DType type : DType.values()) {
            for (Class<? extends Buffer> view : List.of(
                    ByteBuffer.class,
                    CharBuffer.class,
                    ShortBuffer.class,
                    IntBuffer.class,
                    LongBuffer.class,
                    FloatBuffer.class,
                    DoubleBuffer.class)) {
                Tensor made = Tensor.of(type, ByteBuffer.allocate(64), 64 / type.bytes());
                try (Tensor read = (Tensor) fixture.roundTrip(made)) {
                    refuses(read.as(view));
                } catch (UnsupportedOperationException e) {
                    assertThat(view).as(type.toString()).isNotEqualTo(ByteBuffer.class);
                }
            }
        }
        ObjectId id = fixture.codec.put(Tensor.of(new int[] {1}));
        refuses(fixture.codec.bytes(id, Duration.ZERO, 0, 8));
        fixture.store.dereference(id);
    }

    @Test
    void shouldThrowWhenABufferIsWritten() {
        try (Fixture fixture = Fixture.shared()) {
            readAllBuffers(fixture);
            Fixture.collectUntil(() -> fixture.pins() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"address", "vector", "arrowbuf", "pointer", "indexer"})
    void shouldEndAProcessThatWritesToWhatHasNoReadOnlyForm(String kind, @TempDir Path temporary) throws Exception {
        Path directory = Files.createDirectory(
                temporary.resolve("s"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (NativeServer server = NativeServer.start(NativeServer.options(directory.resolve("s"), 64 << 20));
                NativeStore store = NativeStore.attach(server.socket())) {
            ObjectCodec codec = new ObjectCodec(store, id -> null);
            ObjectId id = codec.put(Tensor.of(new int[] {1, 2, 3}));
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:-CreateCoredumpOnCrash",
                            "-XX:ErrorFile=" + temporary.resolve("error.log"),
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            Vandal.class.getName(),
                            server.socket().toString(),
                            Long.toString(id.store()),
                            Long.toString(id.place()),
                            kind)
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(process.waitFor()).as(output).isNotZero();
            assertThat(output).contains("about to write 1").contains("SIGSEGV").doesNotContain("written");
            try (Tensor read = (Tensor) codec.get(id, Duration.ZERO)) {
                assertThat(read.as(int[].class)).containsExactly(1, 2, 3);
            }
            store.dereference(id);
            for (int i = 0; i < 3000 && store.state(id) != ObjectStore.State.ABSENT; i++) {
                Thread.sleep(10); // until the dead one's pin is taken back
            }
            assertThat(store.state(id)).isEqualTo(ObjectStore.State.ABSENT);
        }
    }

    static final class Vandal {
        public static void main(String[] args) {
            NativeStore store = NativeStore.attach(Path.of(args[0]));
            ObjectCodec codec = new ObjectCodec(store, id -> null);
            Tensor tensor =
                    (Tensor) codec.get(new ObjectId(Long.parseLong(args[1]), Long.parseLong(args[2])), Duration.ZERO);
            Runnable write;
            switch (args[3]) {
                case "address" -> write = () -> Memory.putInt(TensorInside.address(tensor), 99);
                case "vector" -> {
                    IntVector vector = tensor.as(IntVector.class);
                    write = () -> vector.set(0, 99);
                }
                case "arrowbuf" -> {
                    IntVector vector = tensor.as(IntVector.class);
                    write = () -> vector.getDataBuffer().setInt(0, 99);
                }
                case "pointer" -> {
                    IntPointer pointer = tensor.as(IntPointer.class);
                    write = () -> IntIndexer.create(pointer).put(0, 99); // its own put needs JavaCPP's library
                }
                default -> {
                    IntIndexer indexer = tensor.as(IntIndexer.class);
                    write = () -> indexer.put(0, 99);
                }
            }
            System.out.println("about to write " + tensor.getInt(0));
            write.run();
            System.out.println("written: " + tensor.getInt(0));
            Runtime.getRuntime().halt(0);
        }
    }
}
