package io.atoll.internal.compute;

import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.ResultPlace;
import io.atoll.spi.Runtimes;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The result of a task, which native code writes as an Arrow stream where it stays. The task returns it, and nobody else sees
 * it. The task's thread.
 */
final class StoredResult implements ArrowNative.Sink, AutoCloseable {
    private static final long TABLE = Kind.tag(Kind.ARROW, 0);
    /** To become smaller hardly takes any room. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ResultPlace results = Runtimes.current().service(ResultPlace.class);
    private ResultPlace.@Nullable InPlace place;

    @Override
    public long begin(long bytes, boolean mayWait) {
        giveUp();
        place = results.beginResult(bytes, TABLE, mayWait);
        return place == null ? 0 : place.creation().address();
    }

    @Override
    public boolean isInterrupted() {
        return Thread.currentThread().isInterrupted();
    }

    /** It is written, and has so many bytes. */
    StoredResult finish(long bytes) {
        if (place == null) {
            throw new IllegalStateException("nothing was begun");
        }
        if (bytes < place.creation().size()) {
            place.creation().resize(bytes, PATIENCE);
        }
        place.handOver(this);
        return this;
    }

    /** There is no stream after all. */
    void giveUp() {
        if (place != null) {
            place.creation().close();
            place = null;
        }
    }

    /** The object is sealed. */
    @Override
    public void close() {}
}
