package io.atoll.spi;

import io.atoll.ObjectRef;
import io.atoll.Resources;
import io.atoll.concurrent.AtollExecutor;
import io.atoll.concurrent.RefStream;
import java.lang.invoke.MethodHandles;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes what users are given and do not make, and what is in another package: its constructors are not public. */
public final class Constructors {
    private static volatile @Nullable OfExecutors executors;
    private static volatile @Nullable OfStreams streams;

    private Constructors() {}

    /** That of {@link AtollExecutor}. */
    public interface OfExecutors {
        /**
         * A new one.
         *
         * @param runtime runs its tasks
         * @param resources what each holds
         * @return not shut down
         */
        AtollExecutor make(AtollRuntime runtime, Resources resources);
    }

    /** That of {@link RefStream}. */
    public interface OfStreams {
        /**
         * A new one.
         *
         * @param <T> type of the items
         * @param node of the first item
         * @param readers is held by all who read
         * @return not closed
         */
        <T extends @Nullable Object> RefStream<T> make(ObjectRef<?> node, ObjectRef<?> readers);
    }

    /**
     * Called by {@link AtollExecutor}, once.
     *
     * @param only there is one
     */
    public static void install(OfExecutors only) {
        executors = only;
    }

    /**
     * Called by {@link RefStream}, once.
     *
     * @param only there is one
     */
    public static void install(OfStreams only) {
        streams = only;
    }

    /**
     * A new executor.
     *
     * @param runtime runs its tasks
     * @param resources what each holds
     * @return not shut down
     */
    public static AtollExecutor executor(AtollRuntime runtime, Resources resources) {
        if (executors == null) {
            initialize(AtollExecutor.class);
        }
        return Objects.requireNonNull(executors, "executors").make(runtime, resources);
    }

    /**
     * A new stream.
     *
     * @param <T> type of the items
     * @param node of the first item
     * @param readers is held by all who read
     * @return not closed
     */
    public static <T extends @Nullable Object> RefStream<T> stream(ObjectRef<?> node, ObjectRef<?> readers) {
        if (streams == null) {
            initialize(RefStream.class);
        }
        return Objects.requireNonNull(streams, "streams").make(node, readers);
    }

    static void initialize(Class<?> type) {
        try {
            MethodHandles.lookup().ensureInitialized(type);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e); // Of a public class.
        }
    }
}
