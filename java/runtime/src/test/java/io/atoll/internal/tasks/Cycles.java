package io.atoll.internal.tasks;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import io.atoll.concurrent.Emitter;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /** More items than its reader takes at once. */
    static void emit(int count, Emitter<Integer> out) {
        for (int i = 0; i < count; ++i) {
            out.emit(i);
        }
    }
}
