package io.atoll.benchmarks;

/** The floor {@code jvm.start}: a JVM that prints a line. */
final class PrintLineMain {
    private PrintLineMain() {}

    public static void main(String[] args) {
        System.out.println("started");
    }
}
