package io.atoll.spi;

import java.lang.ref.Cleaner;

/** Makes cleaners whose actions are called very often. */
public final class Cleaners {
    private Cleaners() {}

    /**
     * A cleaner with a plain daemon thread: that of {@link Cleaner#create()} forgets its thread locals after each action, so
     * that each would make those of the store's client anew.
     *
     * @param threadName of its thread
     * @return a new cleaner, whose thread keeps nothing of the caller's alive
     */
    public static Cleaner create(String threadName) {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        ThreadGroup group = root;
        return Cleaner.create(run -> {
            Thread thread = new Thread(group, run, threadName, 0, false);
            thread.setContextClassLoader(null);
            return thread;
        });
    }
}
