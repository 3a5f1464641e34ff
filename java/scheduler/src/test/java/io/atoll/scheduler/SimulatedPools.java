package io.atoll.scheduler;

import java.util.List;

/** What a scheduler has done by the processes of a simulated node themselves: who comes and who goes. */
abstract class SimulatedPools implements SchedulerActions {
    final SimulatedCrew crew;

    SimulatedPools(SimulatedCrew crew) {
        this.crew = crew;
    }

    @Override
    public void want(WorkerKind kind, int count) {
        crew.want(kind, count);
    }

    @Override
    public void replace(int worker) {
        crew.replace(worker);
    }

    @Override
    public void retire(int worker) {
        crew.retire(worker);
    }

    @Override
    public void breakWait(Task task, List<Task> cycle) {
        throw new AssertionError("none of these tasks waits for what waits for it: " + cycle);
    }

    @Override
    public void kill(int worker, String why) {
        crew.kill(worker);
    }
}
