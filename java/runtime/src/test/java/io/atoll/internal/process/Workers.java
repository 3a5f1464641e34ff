package io.atoll.internal.process;

import io.atoll.Atoll;
import io.atoll.NodeStats;
import java.util.List;

/** The workers of the session that is open, for tests that need more than one of them, or a certain one. */
public final class Workers {
    private static final long LOOK_MILLIS = 5;

    private Workers() {}

    /** Of those that have joined: as long as these are fewer than the session is to have, tasks share them. */
    public static List<Long> pids() {
        return Atoll.stats().workers().stream().map(NodeStats.ProcessStats::pid).toList();
    }

    /** Waits until so many are there. Who then submits as many tasks, one a CPU, has them run in as many processes. */
    public static List<Long> await(int count) throws InterruptedException {
        List<Long> all = pids();
        while (all.size() < count) {
            Thread.sleep(LOOK_MILLIS);
            all = pids();
        }
        return all;
    }
}
