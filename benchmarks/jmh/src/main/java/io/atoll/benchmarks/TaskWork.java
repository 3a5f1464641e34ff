package io.atoll.benchmarks;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the tasks of {@code ci/bench tasks} do. */
final class TaskWork {
    private static final int POLL_MILLIS = 1;

    private TaskWork() {}

    static int next(int x) {
        return x + 1;
    }

    /** Work of a fixed amount, not of a fixed time: who is robbed of its CPU takes longer. */
    static long steps(long count) {
        long x = 1;
        for (long i = 0; i < count; ++i) {
            x = x * 6364136223846793005L + 1442695040888963407L;
        }
        return x;
    }

    /** One task, submitted and waited for by a task. Returns how long that took, of {@code rounds} in a row each. */
    static long[] nested(int rounds) {
        long[] nanos = new long[rounds];
        for (int i = 0; i < rounds; ++i) {
            long start = System.nanoTime();
            Atoll.task(Noop::call).remote().get();
            nanos[i] = System.nanoTime() - start;
        }
        return nanos;
    }

    /** Each call a task: as slow as can be, and nothing but calls. */
    static int fib(int n) {
        if (n < 2) {
            return n;
        }
        ObjectRef<Integer> a = Atoll.task(TaskWork::fib, n - 1).remote();
        ObjectRef<Integer> b = Atoll.task(TaskWork::fib, n - 2).remote();
        return a.get() + b.get();
    }

    /** Keeps its CPU, and does nothing with it, as long as there is such a file. */
    static int hold(String file) throws InterruptedException {
        while (Files.exists(Path.of(file))) {
            Thread.sleep(POLL_MILLIS);
        }
        return 0;
    }
}
