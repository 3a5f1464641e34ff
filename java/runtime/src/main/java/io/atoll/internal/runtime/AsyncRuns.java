package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.internal.run.Run;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/** The runs whose functions have returned a promise that is not kept yet. Any thread. */
final class AsyncRuns {
    private final ConcurrentHashMap<ObjectId, CompletableFuture<?>> promises = new ConcurrentHashMap<>();

    /** @param end gets value or exception, once, on the thread that keeps the promise */
    void add(Run run, CompletionStage<?> stage, BiConsumer<Object, Throwable> end) {
        CompletableFuture<?> promise;
        try {
            promise = stage.toCompletableFuture();
        } catch (UnsupportedOperationException e) {
            promise = null; // A stage of somebody's own, which cannot be cancelled.
        }
        if (promise != null) {
            promises.put(run.task, promise);
        }
        AtomicBoolean isOver = new AtomicBoolean();
        stage.whenComplete((value, thrown) -> {
            if (isOver.compareAndSet(false, true)) {
                promises.remove(run.task);
                boolean isWrapped = thrown instanceof CompletionException && thrown.getCause() != null;
                end.accept(value, isWrapped ? thrown.getCause() : thrown);
            }
        });
        if (run.isCancelled()) {
            cancel(run.task); // Before it was here.
        }
    }

    /** False when it is not here. */
    boolean cancel(ObjectId task) {
        CompletableFuture<?> promise = promises.get(task);
        return promise != null && promise.cancel(true);
    }
}
