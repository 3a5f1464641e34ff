package io.atoll.internal.runtime;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.GetTimeoutException;
import io.atoll.ObjectRef;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Functions that tests run as tasks. */
public final class Tasks {
    private Tasks() {}

    public static long pid() {
        return ProcessHandle.current().pid();
    }

    public static int add(int a, int b) {
        return a + b;
    }

    public static Object identity(Object value) {
        return value;
    }

    public static Object nothing() {
        return null;
    }

    public static void effect(int value) {
        if (value < 0) {
            throw new IllegalArgumentException();
        }
    }

    public static void noop() {}

    /** Takes long enough for another one to go to another worker. */
    public static void collect() throws InterruptedException {
        System.gc();
        Thread.sleep(50);
    }

    public static int sum(List<ObjectRef<Integer>> refs) {
        return Atoll.get(refs).stream().mapToInt(Integer::intValue).sum();
    }

    /** Sum of the array of that name, -1 when there is none. */
    public static int namedSum(String name) {
        return Atoll.<int[]>lookup(name)
                .map(ref -> Arrays.stream(ref.get()).sum())
                .orElse(-1);
    }

    /** Names the result of a task of its own. */
    public static boolean publishSquare(String name, int number) {
        Atoll.publish(name, Atoll.task(Tasks::multiply, number, number).remote());
        return true;
    }

    public static int multiply(int a, int b) {
        return a * b;
    }

    public static ObjectRef<Integer> addLater(int a, int b) {
        return Atoll.task(Tasks::add, a, b).remote();
    }

    public static List<ObjectRef<Integer>> manyLater(int count) {
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        for (int i = 0; i < count; ++i) {
            refs.add(Atoll.task(Tasks::add, i, 0).remote());
        }
        return refs;
    }

    public static long fib(int n) {
        if (n < 2) {
            return n;
        }
        ObjectRef<Long> a = Atoll.task(Tasks::fib, n - 1).remote();
        ObjectRef<Long> b = Atoll.task(Tasks::fib, n - 2).remote();
        return a.get() + b.get();
    }

    public static int depth(int left) {
        return left == 0 ? 0 : 1 + Atoll.task(Tasks::depth, left - 1).remote().get();
    }

    public static int failUnchecked(String message) {
        IllegalArgumentException failure = new IllegalArgumentException(message, new IOException("cause"));
        failure.addSuppressed(new IllegalStateException("suppressed"));
        throw failure;
    }

    public static int failChecked() throws IOException {
        throw new IOException("disk");
    }

    public static int sleep(int millis) throws InterruptedException {
        Thread.sleep(millis);
        return millis;
    }

    public static int waitsForTwo() {
        return Atoll.wait(List.of(addLater(1, 1), addLater(2, 2)), 2).ready().size();
    }

    /** What it waits for ends once there is the mark "in a task". */
    public static String timesOut(String directory) {
        try {
            Atoll.task(Marks::awaitMark, directory, "in a task").remote().get(Duration.ofMillis(5));
            return "value";
        } catch (GetTimeoutException e) {
            return "timed out";
        }
    }

    public static ObjectRef<byte[]> putBytes(int count) {
        byte[] bytes = new byte[count];
        bytes[count - 1] = 1;
        return Atoll.put(bytes);
    }

    public static long initAgain() {
        try (AtollSession again = Atoll.init()) {
            return Atoll.task(Tasks::fib, 12).remote().get();
        } finally {
            Atoll.put(1); // The node goes on.
        }
    }
}
