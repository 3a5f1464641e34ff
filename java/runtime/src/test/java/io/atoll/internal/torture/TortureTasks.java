package io.atoll.internal.torture;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.concurrent.Emitter;
import io.atoll.concurrent.RefStream;
import io.atoll.concurrent.TaskContext;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What runs in workers that are tortured. */
public final class TortureTasks {
    /** More than ever come: a task with so many ends with a value, whatever is done to the workers. */
    static final int MANY = 100_000;

    private TortureTasks() {}

    static int add(int a, int b) {
        return a + b;
    }

    // ---- nested

    /** The leaves of a tree of tasks, got in one of several ways. */
    static int leaves(int depth, int way) {
        if (depth == 0) {
            return 1;
        }
        List<ObjectRef<Integer>> children = new ArrayList<>();
        for (int i = 0; i < 3; ++i) {
            children.add(Atoll.task(TortureTasks::leaves, depth - 1, way + i)
                    .retries(MANY)
                    .remote());
        }
        Stream<Integer> values = switch (way % 4) {
            case 0 -> Atoll.get(children).stream();
            case 1 -> Atoll.asReady(children).map(ObjectRef::get);
            case 2 -> children.parallelStream().map(ObjectRef::get); // on threads of no task
            default -> children.stream().map(each -> each.get(Probe.PATIENCE));
        };
        return values.mapToInt(each -> each).sum();
    }

    /** Deeper than tasks run on one stack. */
    static int depth(int left) {
        return left == 0
                ? 0
                : 1
                        + Atoll.task(TortureTasks::depth, left - 1)
                                .retries(MANY)
                                .remote()
                                .get();
    }

    static int fail(int number) {
        throw new IllegalStateException("on purpose " + number);
    }

    /** Goes on although its child has failed. */
    static int guard(int number) {
        try {
            return Atoll.task(TortureTasks::fail, number).retries(MANY).remote().get();
        } catch (TaskException e) {
            return e.getCause() instanceof IllegalStateException ? number : -1;
        }
    }

    // ---- that are to end before their time, or are tried again

    static int sleep(int millis) throws InterruptedException {
        Thread.sleep(millis);
        return millis;
    }

    /** Whatever interrupts it. */
    static int heedNothing(int millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        return millis;
    }

    static int failTwice(int value) throws IOException {
        if (TaskContext.current().attempt() < 3) {
            throw new IOException("not yet");
        }
        return value;
    }

    /** -1 when it has been begun before. */
    static int once(String directory, int number) throws IOException {
        try {
            Files.createFile(Path.of(directory, "once-" + number));
            return number;
        } catch (FileAlreadyExistsException e) {
            return -1;
        }
    }

    // ---- several results, and results that come later

    static void count(int to, Emitter<Integer> out) {
        for (int i = 0; i < to; ++i) {
            out.emit(i);
        }
    }

    /** How many items came in order. */
    static int countOwn(int to) {
        int next = 0;
        try (RefStream<Integer> items = Atoll.<Integer, Integer>stream(TortureTasks::count, to)
                .window(2)
                .retries(MANY)
                .remote()) {
            for (ObjectRef<Integer> each : items) {
                next = each.get() == next ? next + 1 : -to;
            }
        }
        return next;
    }

    static List<Integer> split(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    static CompletableFuture<Integer> later(int value, int millis) {
        return CompletableFuture.supplyAsync(
                () -> value, CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS));
    }

    // ---- large

    static byte[] bytes(int size, int fill) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) fill);
        return bytes;
    }

    /** -1 when they are not all the same. */
    static int fillOf(byte[] bytes) {
        for (byte each : bytes) {
            if (each != bytes[0]) {
                return -1;
            }
        }
        return bytes[0];
    }

    /** Lets go of what is garbage; takes long enough for another one to go to another worker. */
    static void collect() throws InterruptedException {
        System.gc();
        Thread.sleep(50);
    }

    // ---- that take their worker with them

    static int halt(int code) {
        Runtime.getRuntime().halt(code);
        return 0;
    }

    static int exit(int code) {
        System.exit(code);
        return 0;
    }

    /** The child has the worker's output open. */
    static int haltWithAChild(String directory) throws IOException {
        long child = new ProcessBuilder("sleep", "1000").inheritIO().start().pid();
        Files.createFile(Path.of(directory, "child-" + child));
        return halt(3);
    }

    static int fillHeap() {
        Object[] last = null;
        while (true) {
            last = new Object[] {last, new long[8]};
        }
    }

    /**
     * Closes some of this process's descriptors, as a library does that closes one twice: sockets, pipes, memory and what
     * tells of processes. Those of jars are the JVM's own affair.
     */
    static int closeDescriptors(int seed) throws IOException, ReflectiveOperationException {
        Random random = new Random(seed);
        Field number = FileDescriptor.class.getDeclaredField("fd");
        number.setAccessible(true);
        List<Path> all;
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            all = open.toList();
        }
        int closed = 0;
        for (Path each : all) {
            int fd = Integer.parseInt(each.getFileName().toString());
            if (fd > 2 && isOurs(each) && random.nextInt(3) == 0) {
                FileDescriptor descriptor = new FileDescriptor();
                number.setInt(descriptor, fd);
                new FileInputStream(descriptor).close();
                ++closed;
            }
        }
        return closed;
    }

    private static boolean isOurs(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return Stream.of("socket:", "pipe:", "anon_inode:", "/memfd:").anyMatch(target::startsWith);
        } catch (IOException e) {
            return false; // That of the directory that was just read.
        }
    }
}
