package io.atoll.internal.node;

import io.atoll.internal.log.Log;
import io.atoll.internal.process.WorkerProcesses;
import io.atoll.internal.store.NativeServer;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectStore;
import io.atoll.internal.store.Struct;
import io.atoll.jni.StoreLayout;
import org.jspecify.annotations.Nullable;

/**
 * The end of a node whose scheduler has failed, which leaves something half done: no task runs any more, and whoever waits
 * is told why. {@link #fail} and {@link #tellAll} are for who has the scheduler's turn, or has just lost it by the failure;
 * {@link #why} is for any thread.
 */
final class NodeEnd {
    private static final String ENDED = "this node has ended, since its scheduler has failed";

    private final NativeStore store;
    private final NativeServer server;
    private final Board board;
    private final WorkerProcesses workers;
    private final Failures failures;
    private final UpRing own;

    /** Given up when the heap is full, so that what is left to do can be done. */
    @SuppressWarnings("UnusedVariable")
    private byte @Nullable [] ballast = new byte[256 * 1024];

    private volatile @Nullable String why;

    NodeEnd(
            NativeStore store,
            NativeServer server,
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
    @Nullable
    String why() {
        return why;
    }

    /** The node ends, and says so. Nothing is sent from this process any more. REQUIRES: it has not ended. */
    void fail(Throwable cause) {
        ballast = null;
        why = ENDED;
        try {
            why = ENDED + ": " + cause;
            Log.of(SchedulerThread.class).error("{}", why, cause);
        } catch (Throwable e) {
            System.err.println(why);
        }
        own.close(why);
    }

    /** Whatever is not there never will be. To be called again and again: somebody may begin to wait after the last. */
    void tellAll() {
        String known = why;
        String told = known == null ? ENDED : known;
        workers.endAll();
        int gone;
        while ((gone = server.deadClient()) >= 0) {
            board.leave(gone);
            server.bury(gone);
        }
        for (Struct each : store.list()) {
            if (NativeStore.stateIn(each) == ObjectStore.State.EXPECTED) {
                failures.refuse(each.id(StoreLayout.OBJECT_INFO_ID), told);
            }
        }
    }
}
