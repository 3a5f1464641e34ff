package io.atoll.internal.tasks;

import io.atoll.Atoll;
import io.atoll.CallInterruptedException;
import io.atoll.ObjectRef;
import io.atoll.concurrent.Emitter;
import io.atoll.concurrent.TaskContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Tasks that wait for each other, and some that only look so. */
final class Cycles {
    private Cycles() {}

    static int waitFor(List<ObjectRef<Integer>> refs) {
        int sum = 0;
        for (int each : Atoll.get(refs)) {
            sum += each;
        }
        return sum;
    }

    static int waitForAny(List<ObjectRef<Integer>> refs) {
        return Atoll.wait(refs, 1).ready().get(0).get();
    }

    static int plusOne(int value) {
        return value + 1;
    }

    private static void await(Path file) throws Exception {
        while (!Files.exists(file)) {
            Thread.sleep(2);
        }
    }

    /** Waits for the task whose ref lies under a name, once it does. */
    static int waitForNamed(String directory, String name) throws Exception {
        await(Path.of(directory, name));
        return Atoll.lookup(name, Integer.class).orElseThrow().get() + 1;
    }

    /** The same; goes on without when there is a deadlock. */
    static String waitAndSay(String directory, String name) throws Exception {
        await(Path.of(directory, name));
        try {
            return "got " + Atoll.lookup(name, Integer.class).orElseThrow().get();
        } finally {
            Files.createFile(Path.of(directory, name + " is over"));
        }
    }

    /** The same; goes on without, and fails of something else. */
    static int waitAndThrow(String directory, String name) throws Exception {
        await(Path.of(directory, name));
        try {
            return Atoll.lookup(name, Integer.class).orElseThrow().get();
        } catch (CallInterruptedException e) {
            Thread.interrupted();
        }
        Thread.sleep(1);
        throw new IllegalArgumentException("mine");
    }

    static int failAfter(long millis) throws Exception {
        Thread.sleep(millis);
        throw new IllegalStateException("at last");
    }

    /** Says how far it is, again and again, until a file is there. */
    static int tellProgress(String directory) throws Exception {
        int times = 0;
        for (Path end = Path.of(directory, "end"); !Files.exists(end); ++times) {
            TaskContext.current().progress(0.5);
            Thread.sleep(150);
        }
        return times;
    }

    /** Has tasks run one after the other, and waits in turns, until a file is there. */
    static int makeTraffic(String directory) throws Exception {
        int times = 0;
        for (Path end = Path.of(directory, "end"); !Files.exists(end); ++times) {
            Atoll.task(Cycles::plusOne, times).remote().get();
            ObjectRef<Integer> never =
                    Atoll.task(Cycles::plusOne, 1).resource("licence", 1).remote();
            Atoll.wait(List.of(never), 1, Duration.ofMillis(150));
            never.cancel();
        }
        return times;
    }

    /** More items than its reader takes at once. */
    static void emit(int count, Emitter<Integer> out) {
        for (int i = 0; i < count; ++i) {
            out.emit(i);
        }
    }
}
