package io.atoll.internal.tasks;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import io.atoll.concurrent.Emitter;
import io.atoll.concurrent.RefStream;
import io.atoll.concurrent.TaskContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Tasks that have several results, one by one or all at once, or one that comes later. */
public final class Several {
    private Several() {}

    // ---- at once

    public static List<int[]> split(int[] values, int parts) {
        List<int[]> all = new ArrayList<>();
        for (int i = 0; i < parts; ++i) {
            all.add(new int[] {values[i]});
        }
        return all;
    }

    public static Object[] withSomethingThatCannotBeStored() {
        return new Object[] {"good", Thread.currentThread()};
    }

    public static List<Integer> sleepForTwo(String directory, String name) throws Exception {
        return Collections.nCopies(2, Endings.sleep(directory, name));
    }

    public static List<Integer> dieOnce(String directory) throws IOException {
        if (TaskContext.current().attempt() == 1) {
            Runtime.getRuntime().halt(137);
        }
        return List.of(1, 2, 3);
    }

    public static int length(int[] values) {
        return values.length;
    }

    public static int sumOfParts() {
        List<ObjectRef<int[]>> parts = Atoll.remoteEach(Atoll.task(Several::split, new int[] {1, 2, 3}, 3), 3);
        return parts.get(2).get()[0] + parts.get(0).get()[0] + parts.get(1).get()[0];
    }

    // ---- one by one

    /** Writes down in a file how many it has emitted. */
    static void emitted(String directory, int count) throws IOException {
        Files.writeString(Path.of(directory, "emitted"), "x", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    public static void count(String directory, int to, Emitter<Integer> out) throws IOException {
        for (int i = 0; i < to; ++i) {
            out.emit(i);
            emitted(directory, i);
        }
    }

    public static void countForEver(String directory, Emitter<byte[]> out) throws IOException {
        try {
            for (int i = 0; ; ++i) {
                byte[] item = new byte[1000];
                item[0] = (byte) i;
                out.emit(item);
            }
        } finally {
            Files.createFile(Path.of(directory, "ended"));
        }
    }

    public static void emitNothing(String directory, String name, Emitter<Integer> out) throws Exception {
        Endings.sleep(directory, name);
    }

    public static void failAfter(int count, Emitter<String> out) {
        for (int i = 0; i < count; ++i) {
            out.emit("item " + i);
        }
        throw new IllegalStateException("no more");
    }

    /** Its first run ends with its worker after so many items; the second has other items. */
    public static void dieAfter(int count, int to, Emitter<String> out) {
        int attempt = TaskContext.current().attempt();
        for (int i = 0; i < to; ++i) {
            if (attempt == 1 && i == count) {
                Runtime.getRuntime().halt(137);
            }
            out.emit(i + " of run " + attempt);
        }
    }

    public static void dieAlways(int count, Emitter<Integer> out) {
        for (int i = 0; i < count; ++i) {
            out.emit(i);
        }
        Runtime.getRuntime().halt(137);
    }

    public static long sum(RefStream<Integer> numbers) {
        long sum = 0;
        for (ObjectRef<Integer> each : numbers) {
            sum += each.get();
        }
        return sum;
    }

    public static long sumOfOwn(String directory, int to) {
        try (RefStream<Integer> numbers = Atoll.<String, Integer, Integer>stream(Several::count, directory, to)
                .window(2)
                .remote()) {
            return sum(numbers);
        }
    }

    public static void readSomeAndDie(RefStream<byte[]> items) {
        for (int i = 0; i < 5; ++i) {
            items.next().get();
        }
        Runtime.getRuntime().halt(137);
    }

    // ---- later

    private static Executor after(int millis) {
        return CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS);
    }

    public static CompletableFuture<Integer> later(int value, int millis) {
        return CompletableFuture.supplyAsync(() -> value, after(millis));
    }

    /** Kept once the file is there. Says by a file that it has begun. */
    public static CompletableFuture<Integer> whenThere(String directory, int number) throws IOException {
        Endings.begin(directory, "promise" + number);
        return once(Path.of(directory, "go"), number);
    }

    private static CompletableFuture<Integer> once(Path file, int value) {
        return CompletableFuture.supplyAsync(() -> Files.exists(file), after(20))
                .thenCompose(isThere -> isThere ? CompletableFuture.completedFuture(value) : once(file, value));
    }

    public static CompletableFuture<Integer> failLater() {
        return CompletableFuture.supplyAsync(
                () -> {
                    throw new IllegalArgumentException("later");
                },
                after(20));
    }

    public static CompletableFuture<Integer> never(String directory, String name) throws IOException {
        Endings.begin(directory, name);
        CompletableFuture<Integer> never = new CompletableFuture<>();
        never.whenComplete((value, thrown) -> {
            try {
                Files.writeString(Path.of(directory, name + ".end"), String.valueOf(thrown));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        return never;
    }

    public static CompletableFuture<Integer> dieOnceLater(int value) {
        int attempt = TaskContext.current().attempt();
        return CompletableFuture.supplyAsync(
                () -> {
                    if (attempt == 1) {
                        Runtime.getRuntime().halt(137);
                    }
                    return value;
                },
                after(20));
    }

    public static int getLater() {
        return Atoll.remoteAsync(Atoll.task(Several::later, 5, 30)).get();
    }
}
