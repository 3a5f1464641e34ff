package io.atoll.benchmarks;

import io.atoll.Atoll;
import io.atoll.AtollSession;

/**
 * {@code init.first_result}: prints the nanoseconds from the first line of main to the result of a first task.
 */
final class FirstResultMain {
    private FirstResultMain() {}

    public static void main(String[] args) {
        long start = System.nanoTime();
        try (AtollSession session = Atoll.init()) {
            int result = Atoll.task(Noop::call).remote().get();
            long end = System.nanoTime();
            if (result != Noop.call()) {
                throw new AssertionError("the task returned " + result);
            }
            System.out.println(end - start);
        }
    }
}
