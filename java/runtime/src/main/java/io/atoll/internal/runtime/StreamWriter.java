package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.TaskException;
import io.atoll.concurrent.Emitter;
import io.atoll.internal.call.Messages;
import io.atoll.internal.call.StreamPlace;
import io.atoll.internal.run.Delivery;
import io.atoll.internal.run.ResultWriter;
import io.atoll.internal.run.Run;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * What a stream's function emits, as the chain of objects that {@link StreamPlace} describes. A run after the first finds
 * part of the chain there: it follows that, and what is emitted in its place is thrown away. Any thread, one at a time.
 */
final class StreamWriter implements Delivery, Emitter<Object> {
    /** Who waits for readers looks so often whether there are any. */
    private static final Duration LOOK = Duration.ofMillis(50);
    /** For what is on disk. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final WorkerRuntime runtime;
    private final NativeStore store;
    private final ResultWriter writer;
    private final Run run;
    private final StreamPlace place;
    /** Of stretches that were not acknowledged at the last look. This has a reference to each. */
    private final ArrayDeque<Stretch> open = new ArrayDeque<>();

    /** The node that is next, to which this has a reference. */
    private ObjectId node;
    /** Its number. */
    private long index;
    /** How many items this run has emitted. */
    private long emitted;
    /** So many have been taken by readers, at least. */
    private long taken;

    /** Items up to a number, and what is sealed when that one is taken. */
    private record Stretch(long end, ObjectId taken) {}

    StreamWriter(WorkerRuntime runtime, ResultWriter writer, Run run, StreamPlace place) {
        this.runtime = runtime;
        this.writer = writer;
        this.run = run;
        store = runtime.store;
        this.place = place;
        node = place.node();
        index = place.index();
        taken = index;
        store.reference(node); // The scheduler has one, too.
    }

    @Override
    public Object emitter() {
        return this;
    }

    @Override
    public synchronized void emit(Object item) {
        checkWanted();
        if (emitted++ < place.index()) {
            return; // Whoever reads has it, or has gone past it.
        }
        if (!follow()) {
            if (index - taken >= place.window()) {
                awaitReaders();
            }
            append(item);
        }
    }

    private void checkWanted() {
        if (run.isCancelled()) {
            throw new CancellationException("the task is cancelled");
        }
        if (store.state(place.readers()) == ObjectStore.State.ABSENT) {
            run.giveUp();
            runtime.ring.tell(Messages.CANCEL, run.task);
            throw new CancellationException("nobody is left to read the stream");
        }
    }

    /** Goes on to the next node when an earlier run has sealed this one, and that is not the end. */
    private boolean follow() {
        if (store.state(node) != ObjectStore.State.SEALED) {
            return false;
        }
        ObjectStore.Pin pin = store.get(node, PATIENCE);
        try {
            ObjectId[] named = pin.tag() == StreamPlace.NODE_TAG ? pin.contained() : new ObjectId[0];
            if (named.length == 0) {
                return false;
            }
            for (int i = 0; i < named.length; ++i) {
                if (i != 1) {
                    store.reference(named[i]);
                }
            }
            if (named.length > 2) {
                open.add(new Stretch(index + 1, named[2]));
            }
            moveOn(named[0]);
            return true;
        } finally {
            pin.close();
        }
    }

    private void append(Object item) {
        ObjectId value = writer.put(item);
        ObjectId next = null;
        ObjectId mark = null;
        boolean appended = false;
        try {
            next = store.expect();
            mark = (index + 1) % place.stretch() == 0 ? store.expect() : null;
            if (mark == null) {
                seal(next, value);
            } else {
                seal(next, value, mark);
                open.add(new Stretch(index + 1, mark));
            }
            appended = true;
            moveOn(next);
        } finally {
            runtime.letGo(value);
            if (!appended && next != null) {
                store.dereference(next);
            }
            if (!appended && mark != null) {
                store.dereference(mark);
            }
        }
    }

    private void seal(ObjectId... named) {
        try (ObjectStore.Creation creation = runtime.writer.create(node, named.length)) {
            creation.seal(named);
        }
    }

    private void moveOn(ObjectId next) {
        ObjectId last = node;
        node = next;
        ++index;
        runtime.ring.tellStreamed(run.task, index, next);
        runtime.letGo(last); // Not before the scheduler has taken the next.
    }

    /** Until so many have been taken that there is room in the window. */
    private void awaitReaders() {
        while (!isTaken(Duration.ZERO)) {
            runtime.blocked(() -> {
                while (!isTaken(LOOK)) {
                    checkWanted();
                }
                return null;
            });
        }
    }

    private boolean isTaken(Duration patience) {
        while (index - taken >= place.window()) {
            Stretch first = open.peek();
            if (first == null) {
                taken = index; // An earlier run had the marks of what is before.
            } else if (store.await(new ObjectId[] {first.taken()}, 1, patience)[0]) {
                open.remove();
                taken = first.end();
                store.dereference(first.taken());
            } else {
                return false;
            }
        }
        return true;
    }

    // ---- its end

    @Override
    public synchronized void succeed(@Nullable Object nothing) {
        try {
            while (follow()) {}
            if (!writer.isSealed(node)) {
                seal();
            }
            letAllGo();
        } catch (RuntimeException | Error e) {
            fail(run.failure(e));
            return;
        }
        writer.storeOrFail(run, run.task, null);
    }

    /** Its thread may be in the middle of an item. */
    @Override
    public boolean canBeEndedNow() {
        return false;
    }

    @Override
    public synchronized void fail(TaskException failure) {
        try {
            while (follow()) {}
            if (!writer.isSealed(node)) {
                writer.putError(run, node, failure);
            }
            letAllGo();
        } finally {
            writer.putError(run, run.task, failure);
        }
    }

    private void letAllGo() {
        runtime.letGo(node);
        open.forEach(stretch -> store.dereference(stretch.taken()));
        open.clear();
    }
}
