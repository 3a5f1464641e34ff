package io.atoll.scheduler;

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
    public void kill(int worker, String why) {
        crew.kill(worker);
    }
}
