package io.atoll.scheduler;

import io.atoll.Resources;

/**
 * What a node has.
 *
 * @param resources what tasks share out
 * @param workers how many there are, all of them {@link WorkerKind#PLAIN} at first
 * @param tasksPerWorker how many a worker runs before it is replaced; 0: it is not
 */
public record NodePlan(Resources resources, int workers, int tasksPerWorker) {}
