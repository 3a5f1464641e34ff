package io.atoll.internal.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.NodeStats;
import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.tensor.Tensor;
import java.nio.DoubleBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Native code that gets and puts by itself, over the attachment that its process has. */
@Timeout(180)
class KernelTest {
    private static final double[] NUMBERS = {1, 2, 3.5};

    @BeforeAll
    static void compile() throws Exception {
        Compiled.compile("kernel_functions.cc", Compiled.headers(), Compiled.library("kernel-functions"));
    }

    private static AtollSession session() {
        return Atoll.init(
                AtollOptions.builder().workers(1).storeBytes(32L << 20).build());
    }

    @Test
    void shouldLinkNoStore() throws Exception {
        String symbols = Compiled.run(
                List.of("nm", "--dynamic", Compiled.library("kernel-functions").toString()));
        assertThat(symbols.lines().filter(line -> line.contains(" atoll_"))).isEmpty();
        assertThat(symbols).contains("Java_io_atoll_internal_kernels_KernelFunctions_sum");
    }

    @Test
    void shouldGetWhatIsStoredWhereItLies() throws Exception {
        try (AtollSession session = session()) {
            ObjectRef<double[]> array = Atoll.put(NUMBERS);
            ObjectRef<Tensor> tensor = Atoll.put(Tensor.of(NUMBERS));
            long copied = Long.MAX_VALUE;
            for (int i = 0; i < 20 && copied != 0; ++i) { // the first calls of a worker may copy what they come with
                long before = copied();
                assertThat(Atoll.task(KernelFunctions::sumOf, array.id())
                                .remote()
                                .get())
                        .isEqualTo(6.5);
                assertThat(Atoll.task(KernelFunctions::sumOf, tensor.id())
                                .remote()
                                .get())
                        .isEqualTo(6.5);
                copied = copied() - before;
            }
            assertThat(copied).isZero();
            while (Atoll.stats().workers().get(0).pins() != 0) {
                Thread.sleep(1); // what was looked at is let go a moment later
            }
            assertThat(KernelFunctions.clients())
                    .as("one in the driver, one in the worker")
                    .isEqualTo(2);
        }
    }

    @Test
    void shouldUseTheAttachmentOfItsProcess() {
        try (AtollSession session = session()) {
            long driver = KernelFunctions.clientIndex();
            assertThat(Atoll.task(KernelFunctions::clientIndex).remote().get()).isNotEqualTo(driver);
            ObjectRef<Tensor> tensor = Atoll.put(Tensor.of(NUMBERS));
            try (Tensor view = tensor.get()) {
                Pointer pointer = view.as(Pointer.class);
                ObjectId id = tensor.id();
                assertThat(KernelFunctions.addressOnAThreadOfItsOwn(id.store(), id.place()))
                        .as("the very bytes, from a thread that is not Java's")
                        .isEqualTo(pointer.address());
            }
        }
        assertThatThrownBy(KernelFunctions::clientIndex)
                .isInstanceOf(RuntimeException.class)
                .hasMessageContaining("DISCONNECTED");
    }

    @Test
    void shouldPutWhatJavaGets() {
        try (AtollSession session = session()) {
            ObjectRef<Tensor> tensor = Atoll.put(Tensor.of(NUMBERS));
            ObjectRef<ObjectRef<byte[]>> made =
                    Atoll.task(KernelFunctions::scaledRef, tensor.id(), 2.0).remote();
            ObjectRef<byte[]> scaled = made.get();
            assertThat(scaled.get()).hasSize(24);
            assertThat(scaled.bytes().order(java.nio.ByteOrder.nativeOrder()).asDoubleBuffer())
                    .isEqualTo(DoubleBuffer.wrap(new double[] {2, 4, 7}));
        }
    }

    @Test
    void shouldGiveUpWhatItDoesNotSeal() throws Exception {
        try (AtollSession session = session()) {
            long before = Atoll.stats().objects();
            assertThatThrownBy(() -> KernelFunctions.giveUp(4096))
                    .isInstanceOf(RuntimeException.class)
                    .hasMessage("gave up after 4096 bytes");
            while (Atoll.stats().objects() != before) {
                Thread.sleep(1); // What a server frees it frees in its own time.
            }
        }
    }

    @Test
    void shouldSayInJavaWhatTheStoreSays() {
        try (AtollSession session = session()) {
            ObjectRef<String> text = Atoll.put("no numbers");
            ObjectId gone = Atoll.put(new double[100]).id();
            assertThatThrownBy(() -> Atoll.task(KernelFunctions::sumOf, text.id())
                            .remote()
                            .get())
                    .isInstanceOf(TaskException.class)
                    .hasRootCauseMessage("INVALID_ARGUMENT: an object of 10 bytes has no elements of 8");
            assertThatThrownBy(() -> Atoll.task(KernelFunctions::sumOf, new ObjectId(gone.store(), gone.place() + 77))
                            .remote()
                            .get())
                    .isInstanceOf(TaskException.class)
                    .hasRootCauseInstanceOf(RuntimeException.class)
                    .hasMessageContaining("NOT_FOUND: object ");
            assertThatThrownBy(() -> KernelFunctions.giveUp(1L << 40)).hasMessageContaining("STORE_FULL");
        }
    }

    @Test
    void shouldRefuseAKernelOfAnotherVersion(@TempDir Path directory) throws Exception {
        Path headers = Files.createDirectories(directory.resolve("atoll"));
        try (Stream<Path> all = Files.list(Compiled.headers().resolve("atoll"))) {
            for (Path header : all.toList()) {
                Files.writeString(
                        headers.resolve(header.getFileName().toString()),
                        Files.readString(header)
                                .replaceFirst("#define ATOLL_ABI_VERSION \\d+", "#define ATOLL_ABI_VERSION 999"));
            }
        }
        Path library = directory.resolve("libanother-kernel.so");
        Compiled.compile("kernel_functions.cc", directory, library);
        try (AtollSession session = Atoll.init(AtollOptions.builder()
                .workers(1)
                .storeBytes(32L << 20)
                .workerJvmArguments("-D" + KernelFunctions.LIBRARY + "=" + library)
                .build())) {
            ObjectRef<double[]> array = Atoll.put(NUMBERS);
            assertThatThrownBy(() -> Atoll.task(KernelFunctions::sumOf, array.id())
                            .remote()
                            .get())
                    .isInstanceOf(TaskException.class)
                    .hasMessageContainingAll("REFUSED", library.toString(), "version 999", "compile it");
        }
    }

    private static long copied() {
        return Atoll.stats().workers().stream()
                .mapToLong(NodeStats.ProcessStats::bytesCopied)
                .sum();
    }
}
