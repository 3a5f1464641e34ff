package io.atoll.internal.node;

import io.atoll.NodeStats;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.Struct;
import io.atoll.jni.StoreLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a node holds and has done, as any of its processes sees it. */
public final class NodeReport {
    /** The store's counter for tasks run. */
    public static final int TASKS_COUNTER = 0;

    private final NativeStore store;
    private final Board board;
    private final int driverIndex;

    public NodeReport(NativeStore store, Board board, int driverIndex) {
        this.store = store;
        this.board = board;
        this.driverIndex = driverIndex;
    }

    public NodeStats stats() {
        Struct all = store.stats();
        List<NodeStats.ProcessStats> workers = new ArrayList<>();
        NodeStats.ProcessStats driver = addProcesses(workers);
        int[] tasks = board.tasks();
        return NodeStats.builder()
                .store(
                        all.get(StoreLayout.STATS_CAPACITY),
                        all.get(StoreLayout.STATS_ALLOCATED),
                        all.get(StoreLayout.STATS_SEALED_BYTES),
                        all.get(StoreLayout.STATS_OBJECTS))
                .spill(
                        all.get(StoreLayout.STATS_PINNED_BYTES),
                        all.get(StoreLayout.STATS_SPILLED_BYTES),
                        all.get(StoreLayout.STATS_SPILLED_OBJECTS),
                        all.get(StoreLayout.STATS_BYTES_RESTORED))
                .tasks(tasks[0], tasks[1], tasks[2])
                .processes(workers, driver)
                .build();
    }

    /** Returns the driver; null when it has not joined. */
    private NodeStats.@Nullable ProcessStats addProcesses(List<NodeStats.ProcessStats> workers) {
        NodeStats.ProcessStats driver = null;
        for (int word = 0; word < Board.MAX_CLIENTS / Long.SIZE; ++word) {
            for (long bits = board.joined(word); bits != 0; bits &= bits - 1) {
                int client = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                Struct stats = store.clientStats(client);
                if (stats != null) {
                    NodeStats.ProcessStats process = process(stats);
                    if (client == driverIndex) {
                        driver = process;
                    } else {
                        workers.add(process);
                    }
                }
            }
        }
        return driver;
    }

    private static NodeStats.ProcessStats process(Struct stats) {
        Struct done = stats.part(StoreLayout.CLIENT_STATS_DONE);
        return NodeStats.ProcessStats.builder(stats.get(StoreLayout.CLIENT_STATS_PID))
                .done(
                        stats.get(StoreLayout.CLIENT_STATS_USER + TASKS_COUNTER * Long.BYTES),
                        done.get(StoreLayout.OPERATIONS_GETS))
                .bytes(done.get(StoreLayout.OPERATIONS_BYTES_WRITTEN), done.get(StoreLayout.OPERATIONS_BYTES_COPIED))
                .pins(stats.get(StoreLayout.CLIENT_STATS_PINS))
                .build();
    }
}
