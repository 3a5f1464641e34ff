package io.atoll.internal.node;

import io.atoll.NodeStats;
import io.atoll.store.ClientStats;
import io.atoll.store.NativeStore;
import io.atoll.store.StoreStats;
import java.util.ArrayList;
import java.util.List;

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
        StoreStats all = store.stats();
        List<NodeStats.ProcessStats> workers = new ArrayList<>();
        NodeStats.ProcessStats driver = addProcesses(workers);
        int[] tasks = board.tasks();
        return NodeStats.builder()
                .store(all.capacity(), all.allocated(), all.sealedBytes(), all.objects())
                .spill(all.pinnedBytes(), all.spilledBytes(), all.spilledObjects(), all.bytesRestored())
                .tasks(tasks[0], tasks[1], tasks[2])
                .processes(workers, driver)
                .build();
    }

    /** Returns the driver. */
    private NodeStats.ProcessStats addProcesses(List<NodeStats.ProcessStats> workers) {
        NodeStats.ProcessStats driver = null;
        for (int word = 0; word < Board.MAX_CLIENTS / Long.SIZE; ++word) {
            for (long bits = board.joined(word); bits != 0; bits &= bits - 1) {
                int client = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                ClientStats stats = store.clientStats(client);
                if (stats != null) {
                    NodeStats.ProcessStats process = NodeStats.ProcessStats.builder(stats.pid())
                            .done(stats.user().get(TASKS_COUNTER), stats.done().gets())
                            .bytes(stats.done().bytesWritten(), stats.done().bytesCopied())
                            .pins(stats.pins())
                            .build();
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
}
