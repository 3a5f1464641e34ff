package io.atoll.scheduler;

import io.atoll.Resources;
import io.atoll.spi.ResourceUnits;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** What a node has of each resource, and what of that nobody holds. One thread. */
final class Ledger {
    /** CPUs have this index; a blocked task gives back what it holds of it, and of nothing else. */
    static final int CPU = 0;

    private final Resources node;
    private final Map<String, Integer> indexes = new HashMap<>();
    private final long[] capacity;
    private final long[] free;

    Ledger(Resources node) {
        this.node = node;
        indexes.put(Resources.CPU, CPU);
        for (String name : new TreeSet<>(node.quantities().keySet())) {
            indexes.putIfAbsent(name, indexes.size());
        }
        capacity = new long[indexes.size()];
        indexes.forEach((name, index) -> capacity[index] = ResourceUnits.amount(node, name));
        free = capacity.clone();
    }

    /** The number of resources. */
    int size() {
        return free.length;
    }

    /** Null when the node can meet the demand once everything else is gone, else what to tell the user. */
    String lacks(Resources demand) {
        for (Map.Entry<String, Long> entry : ResourceUnits.amounts(demand).entrySet()) {
            Integer index = indexes.get(entry.getKey());
            if (index == null || capacity[index] < entry.getValue()) {
                return "it demands " + demand + "; the node has " + node
                        + " (AtollOptions.Builder: cpus, gpus, resource)";
            }
        }
        return null;
    }

    /** The demand by index. REQUIRES: the node {@link #lacks} nothing for it. */
    long[] amounts(Resources demand) {
        long[] amounts = new long[free.length];
        ResourceUnits.amounts(demand).forEach((name, amount) -> amounts[indexes.get(name)] = amount);
        return amounts;
    }

    /** Whether so much of everything is free. */
    boolean covers(long[] amounts) {
        for (int r = 0; r < free.length; ++r) {
            if (amounts[r] > free[r]) {
                return false;
            }
        }
        return true;
    }

    boolean coversCpu(long[] amounts) {
        return amounts[CPU] <= free[CPU];
    }

    /** Marks what is free less than this. */
    void markLacking(long[] amounts, boolean[] lacking) {
        for (int r = 0; r < free.length; ++r) {
            lacking[r] |= amounts[r] > free[r];
        }
    }

    void take(long[] amounts) {
        for (int r = 0; r < free.length; ++r) {
            free[r] -= amounts[r];
        }
    }

    void give(long[] amounts) {
        for (int r = 0; r < free.length; ++r) {
            free[r] += amounts[r];
        }
    }

    /** What a blocked task still holds. */
    void giveAllButCpu(long[] amounts) {
        for (int r = CPU + 1; r < free.length; ++r) {
            free[r] += amounts[r];
        }
    }

    void takeCpu(long[] amounts) {
        free[CPU] -= amounts[CPU];
    }

    void giveCpu(long[] amounts) {
        free[CPU] += amounts[CPU];
    }

    boolean isAllFree() {
        return Arrays.equals(free, capacity);
    }

    /** What nobody holds now. */
    Resources free() {
        Map<String, Long> amounts = new HashMap<>();
        indexes.forEach((name, index) -> amounts.put(name, free[index]));
        amounts.values().removeIf(amount -> amount == 0);
        return ResourceUnits.of(amounts);
    }
}
