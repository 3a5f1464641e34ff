package io.atoll.internal.tasks;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import io.atoll.concurrent.TaskContext;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Tasks that are to end before their time, or are tried again. Each says by a file of a name that it has begun. */
public final class Endings {
    private Endings() {}

    /** Whole once it is there, and even when the task is told to end before it has come so far: no channel is interrupted. */
    static void begin(String directory, String name) throws IOException {
        Path unfinished = Path.of(directory, name + ".unfinished");
        try (OutputStream file = new FileOutputStream(unfinished.toFile())) {
            file.write(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII));
        }
        Files.move(unfinished, Path.of(directory, name), StandardCopyOption.REPLACE_EXISTING);
    }

    public static int sleep(String directory, String name) throws Exception {
        begin(directory, name);
        try {
            Thread.sleep(Long.MAX_VALUE);
            return 0;
        } catch (InterruptedException e) {
            Files.createFile(Path.of(directory, name + ".interrupted"));
            throw e;
        }
    }

    public static int returnAllTheSame(String directory, String name) throws Exception {
        try {
            return sleep(directory, name);
        } catch (InterruptedException e) {
            return TaskContext.current().isCancelled() ? 7 : 8;
        }
    }

    /** Until the file is there, whatever interrupts it. */
    public static int heedNothing(String directory, String name, String until) throws IOException {
        begin(directory, name);
        while (!Files.exists(Path.of(directory, until))) {
            Thread.onSpinWait();
        }
        return 1;
    }

    public static int waitForChild(String directory, String name, double cpus) throws IOException {
        begin(directory, name);
        ObjectRef<Integer> child = Atoll.task(Endings::sleep, directory, name + ".child")
                .numCpus(cpus)
                .remote();
        return child.get();
    }

    public static int attempt(String directory, int good) throws IOException {
        int attempt = TaskContext.current().attempt();
        begin(directory, "attempt" + attempt);
        if (attempt < good) {
            throw new java.io.FileNotFoundException("not yet, attempt " + attempt);
        }
        return attempt;
    }

    /** The second time it is quick. */
    public static int slowAtFirst(String directory) throws Exception {
        return TaskContext.current().attempt() == 1 ? sleep(directory, "slow") : 2;
    }

    public static String describe() {
        TaskContext context = TaskContext.current();
        return context.name() + " " + context.id() + " " + context.attempt() + " " + context.resources() + " "
                + (context.workerPid() == ProcessHandle.current().pid()) + " "
                + context.deadline().isPresent() + " " + context.isCancelled();
    }

    public static String contextOfAChild() throws InterruptedException {
        String child = Atoll.task(Endings::describe).name("child").remote().get();
        boolean[] isInTask = {true};
        Thread thread = new Thread(() -> isInTask[0] = TaskContext.isInTask());
        thread.start();
        thread.join();
        return child + " | " + describe() + " | " + isInTask[0];
    }

    public static int twice(int value) {
        return 2 * value;
    }
}
