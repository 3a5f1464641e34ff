package io.atoll.internal.runtime;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Tasks that write down in a directory what happens when, and wait for each other there. */
public final class Marks {
    private Marks() {}

    static List<String> order(String directory) {
        try {
            return Files.readAllLines(Path.of(directory, "order"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String mark(String directory, String name) throws IOException {
        Files.writeString(
                Path.of(directory, "order"), name + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        Files.writeString(Path.of(directory, "mark-" + name.replace(' ', '-')), "");
        return name;
    }

    static boolean isMarked(String directory, String name) {
        return Files.exists(Path.of(directory, "mark-" + name));
    }

    static void await(String directory, String name) throws InterruptedException {
        while (!isMarked(directory, name)) {
            Thread.sleep(1);
        }
    }

    public static int awaitMark(String directory, String name) throws InterruptedException {
        await(directory, name);
        return 1;
    }

    public static String gpuHolderWaitsForCpuTask(String directory) throws Exception {
        mark(directory, "g begins");
        // A timeout, so that the getting thread does not help.
        String value = Atoll.task(Marks::mark, directory, "f").remote().get(java.time.Duration.ofSeconds(50));
        // If the GPU were free now, "other" would have been given it long ago.
        Thread.sleep(100);
        mark(directory, "g ends");
        return value;
    }

    /** What it waits for takes no CPU; this task holds one until it is blocked. */
    public static int waitsForMarkThroughTask(String directory, String name) {
        return Atoll.task(Marks::awaitMark, directory, name).numCpus(0).remote().get(java.time.Duration.ofSeconds(50));
    }

    /** Keeps the only CPU until all three are submitted. */
    public static List<ObjectRef<String>> submitsThree(String directory) {
        return List.of(
                Atoll.task(Marks::mark, directory, "1").remote(),
                Atoll.task(Marks::mark, directory, "2").remote(),
                Atoll.task(Marks::mark, directory, "3").remote());
    }

    public static String asksForTheGpuAgain() {
        return Atoll.task(() -> "inner").numGpus(1).remote().get();
    }

    /** How many tasks were within this function at some time while this one was. */
    public static int countRunning(String directory) throws Exception {
        Path mine = Files.createTempFile(Path.of(directory), "running", "");
        Thread.sleep(20);
        int running;
        try (var files = Files.list(Path.of(directory))) {
            running = (int) files.filter(f -> f.getFileName().toString().startsWith("running"))
                    .count();
        }
        Files.delete(mine);
        return running;
    }
}
