package io.atoll.scheduler;

import static io.atoll.scheduler.FakeNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Resources;
import org.junit.jupiter.api.AfterEach;

/** A scheduler on a node that is a list of events; keeps nothing of any task once all have ended. */
abstract class OnAFakeNode {
    static final Resources ONE = Resources.cpus(1);
    /** Something that a task keeps while it waits. */
    static final String DISK = "disk";

    static final Resources DISKED = ONE.with(DISK, 1);

    final FakeNode fake = new FakeNode();
    Scheduler scheduler;

    void node(Resources resources, int workers) {
        node(resources, workers, 0);
    }

    void node(Resources resources, int workers, int tasksPerWorker) {
        scheduler = new Scheduler(new NodePlan(resources, workers, tasksPerWorker), fake);
        for (int worker = 1; worker <= workers; ++worker) {
            scheduler.workerJoined(worker, WorkerKind.PLAIN);
        }
    }

    void finish(int number, int worker) {
        fake.ready.add(id(number));
        scheduler.finished(id(number), worker);
    }

    @AfterEach
    void shouldKeepNothingAtTheEnd() {
        assertThat(scheduler.isEmpty()).as("%s", scheduler).isTrue();
    }
}
