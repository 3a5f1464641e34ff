package io.atoll.internal.process;

import io.atoll.jni.StoreNative;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The processes that tasks have started in this worker. They end with its group; here while somebody is left to reap them. */
public final class OwnChildren {
    private static final long PATIENCE_NANOS = 500_000_000;

    private OwnChildren() {}

    /** Ends all of them, and waits a moment for that: an init that is slow to reap them would leave them to be seen. */
    public static void end() {
        if (StoreNative.hasChildren() == 0) { // cheaper than the classes below
            return;
        }
        List<ProcessHandle> all = ProcessHandle.current().descendants().toList();
        all.forEach(ProcessHandle::destroyForcibly);
        long end = System.nanoTime() + PATIENCE_NANOS;
        for (ProcessHandle each : all) {
            try {
                each.onExit().get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                // Its group is killed when this has ended.
            }
        }
    }
}
