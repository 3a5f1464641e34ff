package io.atoll.benchmarks.user;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.Arrays;

/**
 * A process that copies 1 MiB from the heap and looks at it, for a fixed time: prints how often a second. Where it copies to is
 * warm memory, and as much of it that no cache has it: so is what a store gives. Argument: seconds.
 */
public final class Copies {
    private static final int ELEMENTS = 128 << 10;
    private static final int PLACES = 128;

    private Copies() {}

    public static void main(String[] arguments) {
        double seconds = Double.parseDouble(arguments[0]);
        double[] numbers = new double[ELEMENTS];
        Arrays.fill(numbers, 2.5);
        DoubleBuffer to = ByteBuffer.allocateDirect(PLACES * ELEMENTS * Double.BYTES)
                .order(ByteOrder.nativeOrder())
                .asDoubleBuffer();
        copy(numbers, to, 2);
        System.out.println(copy(numbers, to, seconds));
    }

    private static double copy(double[] numbers, DoubleBuffer to, double seconds) {
        long copies = 0;
        long start = System.nanoTime();
        long last = start;
        for (; last - start < seconds * 1e9; last = System.nanoTime()) {
            int at = (int) (copies % PLACES) * ELEMENTS;
            to.put(at, numbers);
            if (to.get(at + (int) (copies++ % ELEMENTS)) != 2.5) {
                throw new AssertionError("another number was copied");
            }
        }
        return copies / ((last - start) / 1e9);
    }
}
