package io.atoll.internal.node;

import io.atoll.internal.process.WorkerProcesses;
import io.atoll.internal.store.NativeServer;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.Struct;
import io.atoll.jni.StoreLayout;
import io.atoll.scheduler.Scheduler;
import io.atoll.scheduler.WorkerKind;

/**
 * Takes clients in and buries them. A dead client's ring is read to its end first, then the store takes back what it held,
 * then the scheduler is told. Who has the scheduler's turn.
 */
final class Lives {
    private final NativeStore store;
    private final NativeServer server;
    private final Board board;
    private final WorkerProcesses workers;
    private final Scheduler scheduler;
    private final Orders orders;
    private final Clients clients;
    private final Inbox inbox;
    private final int maxClients;

    Lives(
            NativeStore store,
            NativeServer server,
            Board board,
            WorkerProcesses workers,
            Scheduler scheduler,
            Orders orders,
            Clients clients,
            Inbox inbox) {
        this.store = store;
        this.server = server;
        this.board = board;
        this.workers = workers;
        this.scheduler = scheduler;
        this.orders = orders;
        this.clients = clients;
        this.inbox = inbox;
        maxClients = (int) store.stats().get(StoreLayout.STATS_MAX_CLIENTS);
    }

    /**
     * Takes in who has joined, and reads what all have said; the number of those events. The driver's last: what it has
     * submitted may take the place of what has ended, and would be sent behind that.
     */
    int hear() {
        int events = 0;
        for (int word = 0; word < clients.words(); ++word) {
            long fresh = board.joined(word) & ~clients.known(word);
            if (fresh != 0) {
                events += admit(word, fresh);
            }
            for (long bits = clients.known(word); bits != 0; bits &= bits - 1) {
                int index = index(word, bits);
                events += index == store.clientIndex() ? 0 : clients.here(index).read();
            }
        }
        Client own = clients.get(store.clientIndex());
        return own == null ? events : events + own.read();
    }

    /** Buries who has died; their number. */
    int buryAll() {
        int count = 0;
        int dead;
        while ((dead = server.deadClient()) >= 0) {
            bury(dead);
            ++count;
        }
        return count;
    }

    private static long pid(Struct stats) {
        return stats.get(StoreLayout.CLIENT_STATS_PID);
    }

    /** The number of those that may be taken in: bits that no worker of ours has set change nothing. */
    private int admit(int word, long fresh) {
        int count = 0;
        for (long bits = fresh; bits != 0; bits &= bits - 1) {
            int index = index(word, bits);
            Struct stats = index < maxClients ? store.clientStats(index) : null;
            boolean isOwn = index == store.clientIndex();
            WorkerKind kind = stats == null || isOwn ? null : workers.joined(pid(stats));
            if (stats == null || (!isOwn && kind == null)) {
                continue;
            }
            clients.add(new Client(index, pid(stats), store, workers, inbox));
            ++count;
            if (kind != null) {
                scheduler.workerJoined(index, kind);
            }
        }
        return count;
    }

    private void bury(int index) {
        Client client = clients.get(index);
        if (client != null) {
            scheduler.workerGone(index);
            client.readToTheEnd();
            clients.remove(client);
        }
        // Also when it joined and died since the last look: else the next look would take in a client that is not
        // there.
        board.leave(index);
        server.bury(index);
        if (client != null) {
            orders.setDeath(new WorkerDeath(workers, client.pid, scheduler.tasksOf(index)));
            scheduler.workerLost(index);
            orders.setDeath(null);
        }
    }

    private static int index(int word, long bits) {
        return word * Long.SIZE + Long.numberOfTrailingZeros(bits);
    }
}
