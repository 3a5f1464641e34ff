package io.atoll.internal.graph;

import io.atoll.internal.fields.Children;
import io.atoll.internal.fields.Refusal;
import io.atoll.spi.UserThrowables;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.fory.exception.InsecureException;

/** Runs what recurses deeper than an ordinary thread's stack allows on a thread with a large one. */
final class DeepStack {
    /** Address space, of which only what is used becomes memory; enough for more than a million nodes in a row. */
    private static final long STACK_BYTES = 1L << 30;

    /** As many levels as the large stack bears; Fory makes arrays of this length. */
    static final int MAX_DEPTH = 2_000_000;

    private DeepStack() {}

    /** As {@link #run}; a checked exception is the cause of what is thrown. */
    static <T> T call(Callable<T> work) {
        return run(() -> {
            try {
                return work.call();
            } catch (Exception e) {
                throw new IllegalStateException(UserThrowables.text(e), e);
            }
        });
    }

    static <T> T run(Supplier<T> work) {
        Task<T> task = new Task<>(work);
        Thread thread = new Thread(null, task, "atoll-deep-stack", STACK_BYTES);
        thread.setDaemon(true);
        thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
        thread.start();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true; // it is computing, not waiting: it ends by itself
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return task.result();
    }

    /** Whether an error says that the stack or the allowed depth was not enough. */
    static boolean isNeededBy(Throwable error) {
        for (Throwable each : UserThrowables.chain(error)) {
            if (each instanceof StackOverflowError
                    || (each instanceof InsecureException
                            && each.getMessage() != null
                            && each.getMessage().startsWith("Read depth exceed"))) {
                return true;
            }
        }
        return false;
    }

    /** Throws when a graph is nested so many objects deep or more. Walks it with a stack of its own. */
    static void refuse(Object root, int most) {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        ArrayDeque<Iterator<Children.Child>> open = new ArrayDeque<>();
        seen.add(root);
        open.push(Children.of(root).iterator());
        while (!open.isEmpty()) {
            if (!open.peek().hasNext()) {
                open.pop();
                continue;
            }
            Object child = open.peek().next().value();
            if (!Children.isLeaf(child) && seen.add(child)) {
                open.push(Children.of(child).iterator());
                if (open.size() >= most) {
                    throw new Refusal.Refused(
                            root.getClass(),
                            "it is nested " + most + " objects deep or more, so that it could not be read. Put the"
                                    + " objects into an array or a list, in their order");
                }
            }
        }
    }

    private static final class Task<T> implements Runnable {
        private final Supplier<T> work;
        private T value;
        private Throwable failure;

        Task(Supplier<T> work) {
            this.work = work;
        }

        @Override
        public void run() {
            try {
                value = work.get();
            } catch (Throwable e) { // handed to the thread that waits
                failure = e;
            }
        }

        T result() {
            if (failure instanceof RuntimeException e) {
                throw e;
            } else if (failure instanceof Error e) {
                throw e;
            } else if (failure != null) {
                throw new IllegalStateException(UserThrowables.text(failure), failure); // thrown undeclared
            }
            return value;
        }
    }
}
