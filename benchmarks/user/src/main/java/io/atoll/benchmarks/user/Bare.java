package io.atoll.benchmarks.user;

/** What any Java program costs: prints a line. */
public final class Bare {
    private Bare() {}

    public static void main(String[] arguments) {
        System.out.println(42);
    }
}
