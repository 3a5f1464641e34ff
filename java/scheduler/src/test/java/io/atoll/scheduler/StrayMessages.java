package io.atoll.scheduler;

import io.atoll.ObjectId;
import java.util.function.IntUnaryOperator;

/** What clients say that have nothing to say, or say again: it changes nothing. */
final class StrayMessages {
    /** A client that is not there. */
    static final int FOREIGN = SimulatedCrew.DRIVER + 1;

    private StrayMessages() {}

    /**
     * Tells the scheduler one of them.
     *
     * @param ender who may say that the task has ended: anybody once it has
     * @param known the task, when the scheduler knows of it; else null
     */
    static void send(Scheduler scheduler, IntUnaryOperator pick, ObjectId id, int ender, Task known) {
        switch (pick.applyAsInt(6)) {
            case 0 -> scheduler.blocked(id, FOREIGN);
            case 1 -> scheduler.resume(id, FOREIGN);
            case 2 -> scheduler.returned(id, FOREIGN);
            case 3 -> scheduler.workerLost(FOREIGN);
            case 4 -> {
                if (ender != FOREIGN) {
                    scheduler.finished(id, ender);
                }
            }
            default -> {
                if (known != null) {
                    scheduler.submit(known);
                }
            }
        }
    }
}
