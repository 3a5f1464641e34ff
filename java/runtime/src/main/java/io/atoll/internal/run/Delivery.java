package io.atoll.internal.run;

import io.atoll.TaskException;
import org.jspecify.annotations.Nullable;

/** Where what a run returns or throws goes. One thread's, after it has settled the run; throws nothing. */
public interface Delivery {
    /** Stores what the function has returned. */
    void succeed(@Nullable Object value);

    /** Stores why there is nothing, in the place of all that is not stored yet. */
    void fail(TaskException failure);

    /** Whether another thread than that of the run may call {@link #fail} now, without waiting for it. */
    boolean canBeEndedNow();

    /** What the function emits to. */
    default Object emitter() {
        throw new IllegalArgumentException("a call that is no stream has an emitter");
    }

    /** What the function returns is the task's result. */
    record OneResult(ResultWriter writer, Run run) implements Delivery {
        @Override
        public void succeed(@Nullable Object value) {
            try {
                if (!run.inPlace.seal(value)) {
                    writer.store(run.task, value);
                }
            } catch (Throwable thrown) {
                fail(run.failure(thrown));
            }
        }

        /** What the task is writing its result in cannot be given an error before it lets go. */
        @Override
        public boolean canBeEndedNow() {
            return !run.inPlace.isOpen();
        }

        @Override
        public void fail(TaskException failure) {
            run.inPlace.giveUp();
            writer.putError(run, run.task, failure);
        }
    }
}
