package io.atoll.scheduler;

import io.atoll.Resources;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SchedulerPropertyTest {
    /**
     * Whatever the processes do, and die, and however late the scheduler reads of it: resources are never exceeded, a
     * GPU is kept while blocked, the order is kept, no worker is given more tasks than it may run, each feasible task ends, each is done once, and nothing is left.
     */
    @Property(tries = 3000)
    void shouldEndEveryTaskAndExceedNothing(
            @ForAll @IntRange(min = 1, max = 4) int cpus,
            @ForAll @IntRange(min = 0, max = 2) int gpus,
            @ForAll @IntRange(min = 0, max = 4) int tasksPerWorker,
            @ForAll @IntRange(min = 0, max = 2) int environments,
            @ForAll @IntRange(min = 0, max = 4) int calm,
            @ForAll @Size(max = 900) List<@IntRange(min = 0, max = Integer.MAX_VALUE) Integer> choices) {
        SimulatedNode node =
                new SimulatedNode(Resources.cpus(cpus).with(Resources.GPU, gpus), tasksPerWorker, environments, calm);
        choices.forEach(node::step);
        node.finish();
    }
}
