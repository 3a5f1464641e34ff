package io.atoll.internal.store;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Threads that wait in native code in the stead of virtual ones, which are parked meanwhile: a thread that carries such would
 * be held, and there are few of those. Any thread.
 */
final class StandIns {
    /** Who has none waits for one; so what waits for ever may hold up the others, but not beyond their time. */
    private static final int MOST = 64;

    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final ThreadPoolExecutor THREADS =
            new ThreadPoolExecutor(MOST, MOST, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), StandIns::thread);

    static {
        THREADS.allowCoreThreadTimeOut(true);
    }

    private StandIns() {}

    private static Thread thread(Runnable body) {
        Thread thread = new Thread(null, body, "atoll-stand-in-" + NUMBERS.incrementAndGet(), 256 * 1024);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Waits on another thread if the calling one is virtual, whose interrupts that gets.
     *
     * @param nanos how long the wait takes from now on, at most: it knows by itself when that is over
     */
    static <R> R await(long nanos, Supplier<R> wait) {
        if (!VirtualThreads.isCurrent()) {
            return wait.get();
        }
        Wait<R> elsewhere = new Wait<>(wait);
        try {
            THREADS.execute(elsewhere);
        } catch (OutOfMemoryError e) {
            return wait.get(); // No thread can be had: its carrier is held.
        }
        return elsewhere.await(nanos);
    }

    private static final class Wait<R> implements Runnable {
        private final Supplier<R> wait;
        private final CompletableFuture<Supplier<R>> outcome = new CompletableFuture<>();
        private boolean isTaken; // guarded by this
        private boolean isInterrupted; // guarded by this
        private @Nullable Thread thread; // guarded by this: that waits now

        Wait(Supplier<R> wait) {
            this.wait = wait;
        }

        @Override
        public void run() {
            if (!take(Thread.currentThread())) {
                return;
            }
            Supplier<R> result;
            try {
                R value = wait.get();
                result = () -> value;
            } catch (RuntimeException | Error e) {
                result = () -> {
                    addFramesFromHere(e);
                    throw e;
                };
            }
            end();
            outcome.complete(result);
        }

        /** False when somebody else has it, or had. */
        private synchronized boolean take(Thread by) {
            if (isTaken) {
                return false;
            }
            isTaken = true;
            thread = by;
            if (isInterrupted) {
                by.interrupt();
            }
            return true;
        }

        private synchronized void end() {
            thread = null;
            Thread.interrupted(); // Meant for this wait, not for the next.
        }

        private synchronized void interrupt() {
            isInterrupted = true;
            if (thread != null) {
                thread.interrupt();
            }
        }

        R await(long nanos) {
            try {
                return outcome.get(nanos, TimeUnit.NANOSECONDS).get();
            } catch (ExecutionException e) {
                throw new AssertionError("only completed with a value", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                interrupt();
            } catch (TimeoutException e) {
                // As below.
            }
            // It sees at once that it is over: here, when no thread has come to it, or there, within a slice of its
            // wait.
            return take(Thread.currentThread()) ? wait.get() : outcome.join().get();
        }

        /** What was thrown there says who has waited, too. */
        private static void addFramesFromHere(Throwable thrown) {
            StackTraceElement[] there = thrown.getStackTrace();
            StackTraceElement[] here = new Throwable().getStackTrace();
            StackTraceElement[] both = Arrays.copyOf(there, there.length + here.length);
            System.arraycopy(here, 0, both, there.length, here.length);
            thrown.setStackTrace(both);
        }
    }
}
