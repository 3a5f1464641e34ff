package io.atoll.benchmarks;

/** The task that does nothing. */
final class Noop {
    private Noop() {}

    static int call() {
        return 1;
    }
}
