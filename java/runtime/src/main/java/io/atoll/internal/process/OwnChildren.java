package io.atoll.internal.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
        if (!areAny()) { // asked for in a cheaper way than by the classes below
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

    private static boolean areAny() {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path thread : threads) {
                if (!Files.readString(thread.resolve("children")).isEmpty()) {
                    return true;
                }
            }
        } catch (IOException | RuntimeException e) {
            return true; // A thread that has just ended, or a kernel that does not tell.
        }
        return false;
    }
}
