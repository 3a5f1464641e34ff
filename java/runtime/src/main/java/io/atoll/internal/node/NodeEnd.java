package io.atoll.internal.node;

import io.atoll.internal.process.WorkerProcesses;
import io.atoll.store.NativeStore;
import io.atoll.store.ObjectInfo;
import io.atoll.store.ObjectStore;
import io.atoll.store.StoreServer;
import org.slf4j.LoggerFactory;

/**
 * The end of a node whose scheduler has failed, which leaves something half done: no task runs any more, and whoever waits
 * is told why. {@link #fail} and {@link #tellAll} are for who has the scheduler's turn, or has just lost it by the failure;
 * {@link #why} is for any thread.
 */
final class NodeEnd {
    private final NativeStore store;
    private final StoreServer server;
    private final Board board;
    private final WorkerProcesses workers;
    private final Failures failures;
    private final UpRing own;

    /** Given up when the heap is full, so that what is left to do can be done. */
    @SuppressWarnings("UnusedVariable")
    private byte[] ballast = new byte[256 * 1024];

    private volatile String why;

    NodeEnd(
            NativeStore store,
            StoreServer server,
            Board board,
            WorkerProcesses workers,
            Failures failures,
            UpRing own) {
        this.store = store;
        this.server = server;
        this.board = board;
        this.workers = workers;
        this.failures = failures;
        this.own = own;
    }

    /** Why this node has ended before it was closed; null while it has not. */
    String why() {
        return why;
    }

    /** The node ends, and says so. Nothing is sent from this process any more. REQUIRES: it has not ended. */
    void fail(Throwable cause) {
        ballast = null;
        why = "this node has ended, since its scheduler has failed";
        try {
            why = "this node has ended, since its scheduler has failed: " + cause;
            LoggerFactory.getLogger(SchedulerThread.class).error("{}", why, cause);
        } catch (Throwable e) {
            System.err.println(why);
        }
        own.close(why);
    }

    /** Whatever is not there never will be. To be called again and again: somebody may begin to wait after the last. */
    void tellAll() {
        workers.endAll();
        int gone;
        while ((gone = server.deadClient()) >= 0) {
            board.leave(gone);
            server.bury(gone);
        }
        for (ObjectInfo each : store.list()) {
            if (each.state() == ObjectStore.State.EXPECTED) {
                failures.refuse(each.id(), why);
            }
        }
    }
}
