package io.atoll.benchmarks.user;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Gets of a million Integers in a random order: prints nanoseconds of each, a line for each round. */
public final class RandomGets {
    private static final int COUNT = 1_000_000;
    private static final int ROUNDS = 7;

    private RandomGets() {}

    public static void main(String[] arguments) {
        try (AtollSession session = Atoll.init()) {
            List<ObjectRef<Integer>> refs = new ArrayList<>();
            for (int i = 0; i < COUNT; ++i) {
                refs.add(Atoll.put(i));
            }
            int[] order = new Random(1).ints(COUNT, 0, COUNT).toArray();
            for (int round = 0; round < ROUNDS; ++round) {
                long start = System.nanoTime();
                for (int at : order) {
                    if (refs.get(at).get() != at) {
                        throw new AssertionError("another number came back");
                    }
                }
                System.out.println((double) (System.nanoTime() - start) / COUNT);
            }
        }
    }
}
