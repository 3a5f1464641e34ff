package io.atoll.scheduler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The GPUs of a node by their numbers, and how much of each is free. A task has whole ones to itself; of those that want a part of
 * one several share it. One thread.
 */
final class Devices {
    private static final long WHOLE = 10_000;

    private final long[] capacity;
    private final long[] free;

    /** @param amount in ten-thousandths; of the last one there may be a part only */
    Devices(long amount) {
        capacity = new long[count(amount)];
        Arrays.fill(capacity, WHOLE);
        if (amount % WHOLE != 0) {
            capacity[capacity.length - 1] = amount % WHOLE;
        }
        free = capacity.clone();
    }

    /** How many devices have to do with so much. */
    static int count(long amount) {
        return (int) ((amount + WHOLE - 1) / WHOLE);
    }

    /** Whether a task can ask for so much: a part of one, or whole ones. */
    static boolean isShare(long amount) {
        return amount < WHOLE || amount % WHOLE == 0;
    }

    /** Of each device. */
    private static long share(long amount) {
        return Math.min(amount, WHOLE);
    }

    /** Whether so much is free. */
    boolean covers(long amount) {
        int left = count(amount);
        for (int d = 0; d < free.length && left > 0; ++d) {
            left -= free[d] >= share(amount) ? 1 : 0;
        }
        return left == 0;
    }

    /** Whether so much is free of those that workers of the kind see, and they are as many as that takes. */
    boolean covers(WorkerKind kind, long amount) {
        List<Integer> numbers = kind.gpus();
        if (numbers.size() != count(amount)) {
            return false;
        }
        for (int d : numbers) {
            if (free[d] < share(amount)) {
                return false;
            }
        }
        return true;
    }

    /** The devices that best are taken: those of which the least is free that is enough. REQUIRES: there are some. */
    List<Integer> choose(long amount) {
        List<Integer> numbers = new ArrayList<>();
        while (numbers.size() < count(amount)) {
            int best = -1;
            for (int d = 0; d < free.length; ++d) {
                if (free[d] >= share(amount) && !numbers.contains(d) && (best < 0 || free[d] < free[best])) {
                    best = d;
                }
            }
            numbers.add(best);
        }
        return numbers;
    }

    /** How much is free of those of a kind. */
    long free(WorkerKind kind) {
        return kind.gpus().stream().mapToLong(d -> free[d]).sum();
    }

    void take(WorkerKind kind, long amount) {
        kind.gpus().forEach(d -> free[d] -= share(amount));
    }

    void give(WorkerKind kind, long amount) {
        kind.gpus().forEach(d -> free[d] += share(amount));
    }

    boolean isAllFree() {
        return Arrays.equals(free, capacity);
    }
}
