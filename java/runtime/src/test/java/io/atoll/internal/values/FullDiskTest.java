package io.atoll.internal.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.ObjectStoreFullException;
import io.atoll.TaskException;
import io.atoll.internal.runtime.ChildJvm;
import io.atoll.internal.runtime.Scribbles;
import io.atoll.internal.store.ObjectStore;
import io.atoll.tensor.Tensor;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** No room in the store, and none can be made: what is on disk is had all the same, and small results find their place. */
@Timeout(240)
class FullDiskTest {
    private static final int BYTES = 3 << 20;
    private static final long STORE = 48L << 20;

    @TempDir
    Path disk;

    private final List<ObjectStore.Creation> taken = new ArrayList<>();

    private AtollSession start() {
        return Atoll.init(AtollOptions.builder()
                .workers(2)
                .storeBytes(STORE)
                .spillDirectory(disk)
                .putTimeout(Duration.ofSeconds(5))
                .build());
    }

    private static byte[] array(int fill) {
        byte[] bytes = new byte[BYTES];
        Arrays.fill(bytes, (byte) fill);
        return bytes;
    }

    /** What is being made stays in memory: nothing can be done for who wants room, until all of it is let go. */
    private void fill(ObjectRef<?>... toDisk) {
        ObjectStore store = Scribbles.store();
        for (int size : new int[] {1 << 20, 64 << 10, 64}) {
            try {
                while (true) {
                    taken.add(store.create(null, size, 0, 0, Duration.ofMillis(size == 64 ? 20 : 500)));
                }
            } catch (ObjectStoreFullException e) {
                // It is full of these.
            }
        }
        for (ObjectRef<?> ref : toDisk) {
            assertThat(isOnDisk(ref)).as("%s is on disk", ref).isTrue();
        }
    }

    private static boolean isOnDisk(ObjectRef<?> ref) {
        return Scribbles.store().peek(new ObjectId[] {ref.id()}, 0).onDisk();
    }

    private void empty() {
        taken.forEach(each -> {
            each.close();
            Scribbles.store().dereference(each.id());
        });
        taken.clear();
    }

    /** Nothing of the copies, of what they name, or in the reserve, stays. */
    private static void assertWhole() throws InterruptedException {
        for (int i = 0; i < 300 && Atoll.stats().objects() > 0; ++i) {
            System.gc();
            Thread.sleep(100);
        }
        assertThat(Atoll.stats().objects()).isZero();
        Tensor large = Atoll.get(Atoll.put(Tensor.of(new byte[40 << 20], 40 << 20)));
        assertThat(large.getLong((40 << 20) - 1)).isZero();
        large.close();
    }

    private static long sum(byte[] bytes) {
        long sum = 0;
        for (byte b : bytes) {
            sum += b;
        }
        return sum;
    }

    private static int small() {
        return 42;
    }

    private static int fail() {
        throw new IllegalStateException("as it must");
    }

    private static long sumOf(byte[] bytes) {
        return sum(bytes);
    }

    private static long sumOfView(Tensor tensor) {
        long sum = 0;
        for (int i = 0; i < tensor.shape()[0]; i += 1000) {
            sum += tensor.getLong(i);
        }
        return sum;
    }

    private static long sumsIn(ObjectRef<byte[]> first, ObjectRef<byte[]> second) {
        return Atoll.get(List.of(first, second)).stream()
                .mapToLong(FullDiskTest::sum)
                .sum();
    }

    private static List<ObjectRef<String>> naming(ObjectRef<String> ref) {
        return List.of(ref, ref);
    }

    @Test
    void shouldGetOneAListAndAViewFromDisk() throws Exception {
        try (AtollSession session = start()) {
            ObjectRef<byte[]> one = Atoll.put(array(1));
            ObjectRef<byte[]> two = Atoll.put(array(2));
            ObjectRef<Tensor> view = Atoll.put(Tensor.of(array(3), BYTES));
            fill(one, two, view);
            assertThat(one.get()).isEqualTo(array(1));
            assertThat(Atoll.get(List.of(one, two))).containsExactly(array(1), array(2));
            List<Object> mixed = Atoll.get(List.<ObjectRef<?>>of(view, one, view)).stream()
                    .map(each -> (Object) each)
                    .toList();
            assertThat(((Tensor) mixed.get(2)).getLong(BYTES - 1)).isEqualTo(3);
            assertThat(mixed.get(1)).isEqualTo(array(1));
            assertThat(Atoll.wait(List.of(one, view), 2).ready()).hasSize(2);
            assertThat(isOnDisk(one) && isOnDisk(two) && isOnDisk(view)).isTrue();
            empty();
            one.close();
            two.close();
            view.close();
            assertThat(((Tensor) mixed.get(0)).getLong(0)).isEqualTo(3);
            mixed = null;
            assertWhole();
        }
    }

    record Box(byte[] filling, ObjectRef<String> inner) {}

    @Test
    void shouldKeepWhatACopyNames() throws Exception {
        try (AtollSession session = start()) {
            ObjectRef<String> inner = Atoll.put("inside");
            ObjectRef<Box> box = Atoll.put(new Box(array(4), inner));
            ObjectRef<Box> second = Atoll.put(new Box(array(5), inner));
            inner.close();
            fill(box, second);
            Box got = box.get();
            List<Box> both = Atoll.get(List.of(box, second));
            box.close();
            second.close();
            assertThat(got.filling()).isEqualTo(array(4));
            assertThat(got.inner().get()).isEqualTo("inside");
            assertThat(both.get(1).inner().get()).isEqualTo("inside");
            got = null;
            both = null;
            empty();
            assertWhole();
        }
    }

    @Test
    void shouldRunTasksThatReadFromDiskAndFindNoRoom() throws Exception {
        try (AtollSession session = start()) {
            ObjectRef<byte[]> one = Atoll.put(array(1));
            ObjectRef<byte[]> two = Atoll.put(array(2));
            ObjectRef<Tensor> view = Atoll.put(Tensor.of(array(3), BYTES));
            ObjectRef<String> inner = Atoll.put("inside");
            fill(one, two, view);
            ObjectRef<Integer> small = Atoll.task(FullDiskTest::small).remote();
            ObjectRef<Integer> failing = Atoll.task(FullDiskTest::fail).remote();
            assertThat(small.get()).isEqualTo(42);
            assertThatThrownBy(failing::get)
                    .isInstanceOf(TaskException.class)
                    .hasRootCauseInstanceOf(IllegalStateException.class)
                    .hasRootCauseMessage("as it must");
            assertThat(Atoll.task(FullDiskTest::sumOf, one).remote().get()).isEqualTo(BYTES);
            assertThat(Atoll.task(FullDiskTest::sumOfView, view).remote().get()).isEqualTo(3 * (BYTES / 1000 + 1));
            assertThat(Atoll.task(FullDiskTest::sumsIn, one, two).remote().get())
                    .isEqualTo(3L * BYTES);
            ObjectRef<List<ObjectRef<String>>> named =
                    Atoll.task(FullDiskTest::naming, inner).remote();
            List<ObjectRef<String>> names = named.get();
            inner.close();
            assertThat(names.get(1).get()).isEqualTo("inside");
            assertThat(isOnDisk(one) && isOnDisk(two) && isOnDisk(view)).isTrue();
            // All of these at once, in one go; the store is as full as before.
            List<ObjectRef<Integer>> many = new ArrayList<>();
            for (int i = 0; i < 100; ++i) {
                many.add(Atoll.task(FullDiskTest::small).remote());
            }
            assertThat(Atoll.get(many)).hasSize(100).containsOnly(42);
            Stream.of(one, two, view, small, failing, named).forEach(ObjectRef::close);
            names.forEach(ObjectRef::close);
            many.forEach(ObjectRef::close);
            empty();
            assertWhole();
        }
    }

    @Test
    void shouldGetFromDiskOnVirtualThreads() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "they are there from JDK 21 on");
        Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
        try (AtollSession session = start()) {
            ObjectRef<byte[]> one = Atoll.put(array(1));
            ObjectRef<byte[]> two = Atoll.put(array(2));
            fill(one, two);
            List<CompletableFuture<Long>> sums = new ArrayList<>();
            for (int i = 0; i < 4; ++i) {
                CompletableFuture<Long> sum = new CompletableFuture<>();
                sums.add(sum);
                start.invoke(null, (Runnable) () -> sum.completeAsync(() -> sumsIn(one, two), Runnable::run));
            }
            for (CompletableFuture<Long> sum : sums) {
                assertThat(sum.get(100, TimeUnit.SECONDS)).isEqualTo(3L * BYTES);
            }
            one.close();
            two.close();
            empty();
            assertWhole();
        }
    }

    /** On a disk that has no room, and nothing in memory is held. */
    static final class Program {
        public static void main(String[] args) {
            AtollOptions options = AtollOptions.builder()
                    .workers(1)
                    .storeBytes(32L << 20)
                    .spillDirectory(Path.of(args[0]))
                    .putTimeout(Duration.ofSeconds(3))
                    .build();
            try (AtollSession session = Atoll.init(options)) {
                List<ObjectRef<byte[]>> refs = new ArrayList<>();
                try {
                    while (true) {
                        refs.add(Atoll.put(array(refs.size())));
                    }
                } catch (ObjectStoreFullException e) {
                    System.out.println("full");
                }
                System.out.println(
                        "small " + Atoll.task(FullDiskTest::small).remote().get());
                for (int i = 0; i < refs.size(); ++i) {
                    if (refs.get(i).get()[BYTES - 1] != i) {
                        System.out.println("wrong " + i);
                    }
                }
                List<byte[]> all = Atoll.get(refs);
                System.out.println("all " + (all.size() == refs.size()));
                System.out.println("sum "
                        + Atoll.task(FullDiskTest::sumOf, refs.get(1)).remote().get());
                refs.subList(refs.size() / 2, refs.size()).forEach(ObjectRef::close);
                System.out.println("again " + Atoll.put(array(7)).get()[0]);
            }
        }
    }

    @Test
    void shouldGoOnWhereTheDiskItselfIsFull() throws Exception {
        String mount = "mount -t tmpfs -o size=24m,mode=700 tmpfs " + disk;
        try (ChildJvm trial = ChildJvm.run("unshare", "-m", "bash", "-c", mount)) {
            trial.readAll();
            assumeTrue(trial.process().exitValue() == 0, "nobody may mount here");
        }
        List<String> command =
                new ArrayList<>(List.of("unshare", "-m", "bash", "-c", mount + " && exec \"$@\"", "bash"));
        command.addAll(List.of(ChildJvm.java(), "-Xmx256m", "-cp", ChildJvm.classPath(), Program.class.getName()));
        command.add(disk.toString());
        try (ChildJvm program = ChildJvm.run(command.toArray(new String[0]))) {
            assertThat(program.readAllButWarnings())
                    .contains("full\n", "small 42\n", "all true\n", "sum " + BYTES + "\n", "again 7\n")
                    .doesNotContain("wrong", "Exception");
        }
        try (Stream<Path> left = Files.list(disk)) {
            assertThat(left).isEmpty();
        }
    }
}
