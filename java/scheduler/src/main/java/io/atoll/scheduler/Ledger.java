package io.atoll.scheduler;

import io.atoll.Resources;
import io.atoll.spi.ResourceUnits;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a node has of each resource, and what of that nobody holds: less than nothing of the CPUs while tasks run that could
 * not wait for theirs. One thread.
 */
final class Ledger {
    /** CPUs have this index; a blocked task gives back what it holds of it, and of nothing else. */
    static final int CPU = 0;

    private final Resources node;
    private final Map<String, Integer> indexes = new HashMap<>();
    private final long[] capacity;
    private final long[] free;
    /** The index of GPUs; that of nothing when there are none. */
    private final int gpu;

    private final Devices devices;
    /** What {@link #amounts} has found last: most tasks demand what the one before did. */
    private @Nullable Resources lastDemand;

    private long[] lastAmounts = {};

    Ledger(Resources node) {
        this.node = node;
        indexes.put(Resources.CPU, CPU);
        for (String name : new TreeSet<>(node.quantities().keySet())) {
            indexes.putIfAbsent(name, indexes.size());
        }
        capacity = new long[indexes.size()];
        indexes.forEach((name, index) -> capacity[index] = ResourceUnits.amount(node, name));
        free = capacity.clone();
        gpu = indexes.getOrDefault(Resources.GPU, indexes.size());
        devices = new Devices(gpu < free.length ? capacity[gpu] : 0);
    }

    /** The number of resources. */
    int size() {
        return free.length;
    }

    /** Null when the node can meet the demand once everything else is gone, else what to tell the user. */
    @Nullable
    String lacks(Resources demand) {
        if (demand.equals(lastDemand)) {
            return null;
        }
        long gpus = ResourceUnits.amount(demand, Resources.GPU);
        if (!Devices.isShare(gpus)) {
            return "it demands " + demand + "; a task has whole GPUs, or a part of one";
        }
        for (Map.Entry<String, Long> entry : ResourceUnits.amounts(demand).entrySet()) {
            Integer index = indexes.get(entry.getKey());
            if (index == null || capacity[index] < entry.getValue()) {
                return "it demands " + demand + "; the node has " + node
                        + " (AtollOptions.Builder: cpus, gpus, resource)";
            }
        }
        return null;
    }

    /** The demand by index, not to be changed. REQUIRES: the node {@link #lacks} nothing for it. */
    long[] amounts(Resources demand) {
        if (demand.equals(lastDemand)) {
            return lastAmounts;
        }
        long[] amounts = new long[free.length];
        ResourceUnits.amounts(demand)
                .forEach((name, amount) -> amounts[Objects.requireNonNull(indexes.get(name))] = amount);
        lastDemand = demand;
        lastAmounts = amounts;
        return amounts;
    }

    /** Whether so much of everything is free. */
    boolean covers(long[] amounts) {
        for (int r = 0; r < free.length; ++r) {
            if (amounts[r] > 0 && lacks(amounts, r)) {
                return false;
            }
        }
        return true;
    }

    private boolean lacks(long[] amounts, int r) {
        return amounts[r] > free[r] || (r == gpu && !devices.covers(amounts[r]));
    }

    boolean hasDevices() {
        return gpu < free.length;
    }

    Devices devices() {
        return devices;
    }

    /** How much of GPUs the demand is, by index. */
    long gpus(long[] amounts) {
        return hasDevices() ? amounts[gpu] : 0;
    }

    /** Whether more CPUs are in use than there are: some have gone on without waiting for theirs. */
    boolean isOverdrawn() {
        return free[CPU] < 0;
    }

    boolean coversCpu(long[] amounts) {
        return amounts[CPU] == 0 || amounts[CPU] <= free[CPU];
    }

    /** Marks what is free less than this. */
    void markLacking(long[] amounts, boolean[] lacking) {
        for (int r = 0; r < free.length; ++r) {
            lacking[r] |= amounts[r] > 0 && lacks(amounts, r);
        }
    }

    /** What the task demands, in a worker of its kind. */
    void take(Task task) {
        long[] amounts = task.shape.amounts;
        for (int r = 0; r < free.length; ++r) {
            free[r] -= amounts[r];
        }
        if (gpus(amounts) > 0) {
            devices.take(task.kind, amounts[gpu]);
        }
    }

    void give(Task task) {
        giveCpu(task.shape.amounts);
        giveAllButCpu(task);
    }

    /** What a blocked task still holds. */
    void giveAllButCpu(Task task) {
        long[] amounts = task.shape.amounts;
        for (int r = CPU + 1; r < free.length; ++r) {
            free[r] += amounts[r];
        }
        if (gpus(amounts) > 0) {
            devices.give(task.kind, amounts[gpu]);
        }
    }

    void takeCpu(long[] amounts) {
        free[CPU] -= amounts[CPU];
    }

    void giveCpu(long[] amounts) {
        free[CPU] += amounts[CPU];
    }

    boolean isAllFree() {
        return Arrays.equals(free, capacity) && devices.isAllFree();
    }

    /** What nobody holds now, by index; the caller's own. */
    long[] freeAmounts() {
        return free.clone();
    }

    /** What nobody holds now. */
    Resources free() {
        Map<String, Long> amounts = new HashMap<>();
        indexes.forEach((name, index) -> amounts.put(name, Math.max(0, free[index])));
        amounts.values().removeIf(amount -> amount == 0);
        return ResourceUnits.of(amounts);
    }
}
