package io.atoll.internal.memory;

import io.atoll.internal.log.Log;
import io.atoll.jni.SystemProperty;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * With {@code -Datoll.leak.detection=true} every view remembers where it was made. One that can be closed and is released
 * by the garbage collector instead is reported, once for each place; it would have kept its object in memory until
 * then. It costs a stack trace for each view, and nothing when it is off.
 */
public final class Leaks {
    static final boolean ON = SystemProperty.LEAK_DETECTION.isTrue();

    private static final String WHAT = "a view was not closed, and held its memory until it was collected";

    private static final int MOST_PLACES = 1000;

    private static final Set<Traced> OPEN = ConcurrentHashMap.newKeySet();
    private static final Set<List<StackTraceElement>> REPORTED = ConcurrentHashMap.newKeySet();

    private Leaks() {}

    /** Where each view was made that holds memory now. */
    public static List<Throwable> open() {
        return OPEN.stream().map(each -> (Throwable) each.made).toList();
    }

    /** Places that were reported. */
    static Set<List<StackTraceElement>> reported() {
        return REPORTED;
    }

    /** A share that knows where it was made. */
    static final class Traced extends Lease.State {
        private final Made made;
        private final boolean closeable;
        private volatile boolean closed;

        Traced(Lease lease, Class<?> view, boolean closeable) {
            super(lease);
            this.made = new Made(view);
            this.closeable = closeable;
            OPEN.add(this);
        }

        void closing() {
            closed = true;
        }

        @Override
        public void run() {
            super.run();
            if (OPEN.remove(this) && closeable && !closed) {
                report(made);
            }
        }
    }

    private static void report(Made made) {
        if (REPORTED.size() < MOST_PLACES && REPORTED.add(Arrays.asList(made.getStackTrace()))) {
            Log.of(Leaks.class).warn(WHAT, made);
        }
    }

    /** A stack, and no failure. */
    private static final class Made extends Throwable {
        private static final long serialVersionUID = 1;

        Made(Class<?> view) {
            super("a " + view.getName() + " was made here");
        }
    }
}
