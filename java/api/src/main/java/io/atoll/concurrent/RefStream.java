package io.atoll.concurrent;

import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.spi.Constructors;
import io.atoll.spi.Runtimes;
import io.atoll.spi.StreamItem;
import java.io.Serializable;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The items of a task that emits them, as refs, each from when it is emitted on: they are read while the task runs, and hold
 * it back when they are not. A stream can be given to a task, which reads from where it stands; then there are two, and the
 * one that is further on sets the pace. An item lives as long as somebody has its ref, or a stream that has not come to it.
 *
 * <p>A task that is given a stream reads from there again when it is run again. For that what it has read is kept while the store
 * has room; from when somebody has waited for room it is not kept any more, and the task fails with what would have had it run
 * again. With {@code retries(0)} nothing is kept. So a stream may be longer than the store, if who gives it away closes his own.
 *
 * <p>When all streams of a task are closed, or unreachable, the task is cancelled; to read to the end is not necessary. One
 * thread's.
 *
 * @param <T> type of the items
 * @since 0.1
 */
public final class RefStream<T extends @Nullable Object>
        implements Iterable<ObjectRef<T>>, AutoCloseable, Serializable {
    private static final long serialVersionUID = 1;

    /** The item that is next, or the end; null once that was reached, or this was closed. */
    private @Nullable ObjectRef<?> node;

    private boolean isClosed;
    /** What all streams of the task have, and nobody else: the task ends when it is gone. */
    private final ObjectRef<?> readers;

    static {
        Constructors.install(new Constructors.OfStreams() {
            @Override
            public <T extends @Nullable Object> RefStream<T> make(ObjectRef<?> node, ObjectRef<?> readers) {
                return new RefStream<>(node, readers);
            }
        });
    }

    private RefStream(ObjectRef<?> node, ObjectRef<?> readers) {
        this.node = Objects.requireNonNull(node, "node");
        this.readers = Objects.requireNonNull(readers, "readers");
    }

    /**
     * The next item, waiting for it as long as it takes.
     *
     * @return null when there are no more
     * @throws TaskException when the task has failed, after the items that it had emitted; again each time
     * @throws IllegalStateException when this is closed
     */
    public @Nullable ObjectRef<T> next() {
        return take(null);
    }

    /**
     * The next item, waiting for it no longer than that.
     *
     * @param timeout zero or less looks once
     * @return null when there are no more
     * @throws io.atoll.GetTimeoutException when the time was over first
     * @throws TaskException when the task has failed
     * @throws IllegalStateException when this is closed
     */
    public @Nullable ObjectRef<T> next(Duration timeout) {
        return take(Objects.requireNonNull(timeout, "timeout"));
    }

    @SuppressWarnings("unchecked")
    private @Nullable ObjectRef<T> take(@Nullable Duration timeout) {
        if (isClosed) {
            throw new IllegalStateException("this stream was closed before its next item was asked for");
        }
        ObjectRef<?> last = node;
        if (last == null) {
            return null;
        }
        StreamItem item = Runtimes.current().next(last, timeout);
        node = item.next();
        last.close();
        if (node == null) {
            readers.close();
        }
        return (ObjectRef<T>) item.value();
    }

    /**
     * The rest of the items, each waited for when it is asked for.
     *
     * @return one of them: what it has given is not in another
     */
    @Override
    public Iterator<ObjectRef<T>> iterator() {
        return new Iterator<>() {
            private @Nullable ObjectRef<T> next;

            @Override
            public boolean hasNext() {
                if (next == null) {
                    next = RefStream.this.next();
                }
                return next != null;
            }

            @Override
            public ObjectRef<T> next() {
                ObjectRef<T> given = next != null ? next : RefStream.this.next();
                if (given == null) {
                    throw new NoSuchElementException("the stream has ended");
                }
                next = null;
                return given;
            }
        };
    }

    /** Reads no more. The task is cancelled when nobody else reads. Closing twice is fine. */
    @Override
    public void close() {
        isClosed = true;
        if (node != null) {
            node.close();
            node = null;
            readers.close();
        }
    }

    @Override
    public String toString() {
        return "RefStream(" + (isClosed ? "closed" : node == null ? "ended" : "next " + node.id()) + ")";
    }
}
