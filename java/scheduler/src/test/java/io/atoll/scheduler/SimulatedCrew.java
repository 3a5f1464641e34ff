package io.atoll.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Resources;
import io.atoll.spi.ResourceUnits;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/** The processes of a {@link SimulatedNode}: who is there, who comes, and how many tasks each was given. */
final class SimulatedCrew {
    static final int DRIVER = 100;
    private static final int WORKERS = 3;
    private static final int FIRST_REPLACEMENT = 200;

    private final Map<Integer, SimulatedProcess> processes = new LinkedHashMap<>();
    /** Started, and have not joined yet. */
    private final Deque<SimulatedProcess> coming = new ArrayDeque<>();

    private final int tasksPerWorker;
    private int lastIndex = FIRST_REPLACEMENT;

    SimulatedCrew(int tasksPerWorker) {
        this.tasksPerWorker = tasksPerWorker;
        processes.put(DRIVER, new SimulatedProcess(DRIVER, false));
        for (int worker = 0; worker < WORKERS; ++worker) {
            coming.add(
                    new SimulatedProcess(worker, worker > 0)); // a node whose workers all are full may well stand still
        }
    }

    Collection<SimulatedProcess> all() {
        return processes.values();
    }

    SimulatedProcess get(int index) {
        return processes.get(index);
    }

    SimulatedProcess driver() {
        return get(DRIVER);
    }

    boolean hasNoWorker() {
        return processes.size() == 1;
    }

    /** Nothing beyond what the node has. */
    void assertUses(Resources node) {
        for (String name : List.of(Resources.CPU, Resources.GPU)) {
            long used = all().stream().mapToLong(process -> process.used(name)).sum();
            assertThat(used).as(name).isLessThanOrEqualTo(ResourceUnits.amount(node, name));
        }
    }

    /** Any that takes tasks, or did. */
    SimulatedProcess worker(IntUnaryOperator pick) {
        List<SimulatedProcess> workers =
                all().stream().filter(process -> process.index != DRIVER).toList();
        return workers.get(pick.applyAsInt(workers.size()));
    }

    /** One that was started joins; null when there is none. */
    SimulatedProcess join() {
        SimulatedProcess next = coming.poll();
        if (next != null) {
            processes.put(next.index, next);
        }
        return next;
    }

    /** It is no more; who takes its place, if nobody has, is on its way. */
    void bury(SimulatedProcess dead) {
        processes.remove(dead.index);
        if (!dead.isReplaced) {
            coming.addFirst(new SimulatedProcess(dead.index, dead.mayBeFull));
        }
    }

    void give(SimulatedProcess process) {
        ++process.given;
        assertThat(process.isRetired).isFalse();
        int known = process.given + (process.sent.isEmpty() ? process.helped : 0);
        assertThat(tasksPerWorker == 0 || known <= tasksPerWorker)
                .as("%s were given to %s, which has helped with %s", process.given, process.index, process.helped)
                .isTrue();
    }

    /** What it was given and had not begun is another's; it may be dead. */
    void takeBack(int worker) {
        SimulatedProcess process = get(worker);
        if (process != null) {
            --process.given;
        }
    }

    void replace(int worker) {
        SimulatedProcess process = get(worker);
        assertThat(process.isReplaced).isFalse();
        process.isReplaced = true;
        coming.add(new SimulatedProcess(++lastIndex, process.mayBeFull));
    }

    void retire(int worker) {
        SimulatedProcess process = get(worker);
        assertThat(process.isReplaced && !process.isRetired).isTrue();
        assertThat(process.threads.isEmpty() && process.unstarted.isEmpty())
                .as("%s has nothing left", worker)
                .isTrue();
        process.isRetired = true;
    }
}
