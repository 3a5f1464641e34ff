package io.atoll.spi;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes {@link ObjectRef}s, whose constructor is not public: a ref stands for a reference that a runtime holds. */
public final class Refs {
    private static volatile @Nullable Maker maker;

    private Refs() {}

    /** What {@link ObjectRef} alone can do. */
    public interface Maker {
        /**
         * A new ref.
         *
         * @param <T> type of the value
         * @param id of the object
         * @param runtime gets the value
         * @param release gives the reference back
         * @return the ref
         */
        <T extends @Nullable Object> ObjectRef<T> make(ObjectId id, AtollRuntime runtime, Runnable release);

        /**
         * Whether a ref has been given back.
         *
         * @param ref any
         * @return whether {@link ObjectRef#close} was called
         */
        boolean isClosed(ObjectRef<?> ref);
    }

    /**
     * Called by {@link ObjectRef}, once.
     *
     * @param only there is one
     */
    public static void install(Maker only) {
        maker = only;
    }

    /**
     * A new ref.
     *
     * @param <T> type of the value
     * @param id of the object
     * @param runtime gets the value
     * @param release gives the reference back, once: when the ref is closed, or unreachable; must not hold the ref
     * @return the ref
     */
    public static <T extends @Nullable Object> ObjectRef<T> make(ObjectId id, AtollRuntime runtime, Runnable release) {
        if (maker == null) {
            prepare();
        }
        return maker().make(id, runtime, release);
    }

    /** It is there: who has a ref, or has prepared for one, has had it installed. */
    private static Maker maker() {
        return Objects.requireNonNull(maker, "maker");
    }

    /**
     * The id of a ref that is to be stored.
     *
     * @param ref any
     * @return its id
     * @throws IllegalStateException when it is closed
     */
    public static ObjectId idToStore(ObjectRef<?> ref) {
        if (maker().isClosed(ref)) {
            throw new IllegalStateException(ref + " is closed");
        }
        return ref.id();
    }

    /** Refs start a thread of their own. It must be there before tasks may have taken all threads that can be had. */
    static void prepare() {
        Constructors.initialize(ObjectRef.class);
    }
}
