package io.atoll.internal.tasks;

import io.atoll.Atoll;
import io.atoll.CallInterruptedException;
import io.atoll.ObjectRef;
import io.atoll.concurrent.TaskContext;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;

/** Tasks that run on the stack of one that waits for them: that one keeps what they want, or shows what they are not to see. */
final class Stacks {
    private static final ThreadLocal<String> LOCAL = ThreadLocal.withInitial(() -> "initial");
    private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();
    private static final Semaphore SEMAPHORE = new Semaphore(1);
    private static final StampedLock STAMPED = new StampedLock();
    private static final ReentrantReadWriteLock READ_WRITE = new ReentrantReadWriteLock();

    private Stacks() {}

    // ---- what a thread has

    static String look() {
        Thread here = Thread.currentThread();
        String[] inThread = new String[1];
        Thread started = new Thread(() -> inThread[0] = INHERITED.get());
        started.start();
        try {
            started.join();
        } catch (InterruptedException e) {
            return "interrupted";
        }
        return LOCAL.get() + " " + INHERITED.get() + " " + inThread[0] + " "
                + here.getName().startsWith("atoll-task-")
                + " " + (here.getContextClassLoader() instanceof URLClassLoader) + " " + here.isInterrupted() + " "
                + TaskContext.current().name() + " " + here.getId();
    }

    static String lookAndChange(int depth) {
        String before = look();
        String mine = "at " + depth;
        LOCAL.set(mine);
        INHERITED.set(mine);
        Thread.currentThread().setName(mine);
        Thread.currentThread().setContextClassLoader(new URLClassLoader(new URL[0]));
        String child = depth == 0
                ? ""
                : " | "
                        + Atoll.task(Stacks::lookAndChange, depth - 1)
                                .name("below " + depth)
                                .remote()
                                .get();
        boolean isMine = LOCAL.get().equals(mine)
                && INHERITED.get().equals(mine)
                && Thread.currentThread().getName().equals(mine)
                && Thread.currentThread().getContextClassLoader() instanceof URLClassLoader;
        return before + " " + isMine + child;
    }

    // ---- locks

    static int semaphore(int depth) throws InterruptedException {
        SEMAPHORE.acquire();
        try {
            return depth == 0
                    ? 1
                    : Atoll.task(Stacks::semaphore, depth - 1).remote().get();
        } finally {
            SEMAPHORE.release();
        }
    }

    static int semaphoreUninterruptibly(int depth) {
        SEMAPHORE.acquireUninterruptibly();
        try {
            return depth == 0
                    ? 1
                    : Atoll.task(Stacks::semaphoreUninterruptibly, depth - 1)
                            .remote()
                            .get();
        } finally {
            SEMAPHORE.release();
        }
    }

    static int stamped(int depth) throws InterruptedException {
        long stamp = STAMPED.writeLockInterruptibly();
        try {
            return depth == 0
                    ? 1
                    : Atoll.task(Stacks::stamped, depth - 1).remote().get();
        } finally {
            STAMPED.unlockWrite(stamp);
        }
    }

    static int readThenWrite(boolean write) throws InterruptedException {
        Lock lock = write ? READ_WRITE.writeLock() : READ_WRITE.readLock();
        lock.lockInterruptibly();
        try {
            return write ? 1 : Atoll.task(Stacks::readThenWrite, true).remote().get();
        } finally {
            lock.unlock();
        }
    }

    static int isolated() throws InterruptedException {
        SEMAPHORE.acquire();
        String child;
        try {
            child = Atoll.task(Stacks::look).isolated().remote().get();
        } finally {
            SEMAPHORE.release();
        }
        return child.endsWith(" " + Thread.currentThread().getId()) ? 0 : 1;
    }

    static int sleep(int millis) throws InterruptedException {
        Thread.sleep(millis);
        return millis;
    }

    /** Sleeps, parks with a time, and waits for what another thread will do: for longer than a lock may take. */
    static int waitOtherwise(int millis) throws Exception {
        if (millis == 0) {
            Semaphore given = new Semaphore(0);
            Thread giver = new Thread(() -> {
                try {
                    Thread.sleep(1500);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                given.release();
            });
            giver.start();
            while (!given.tryAcquire(100, TimeUnit.MILLISECONDS)) {}
            giver.join();
            return 1;
        }
        return Atoll.task(Stacks::waitOtherwise, 0).remote().get()
                + Atoll.task(Stacks::sleep, millis).remote().get();
    }

    // ---- interrupts

    private static final Semaphore HAS_BEGUN = new Semaphore(0);
    private static final Semaphore MAY_END = new Semaphore(0);

    static int beginAndEnd() throws InterruptedException {
        HAS_BEGUN.release();
        // With a time: else it would be taken for a lock that the task below keeps.
        while (!MAY_END.tryAcquire(100, TimeUnit.MILLISECONDS)) {}
        return 800;
    }

    /** The interrupt is this task's, and comes while its child runs on its thread. */
    static String interruptedByItsOwnThread() {
        ObjectRef<Integer> child = Atoll.task(Stacks::beginAndEnd).remote();
        Thread me = Thread.currentThread();
        new Thread(() -> {
                    HAS_BEGUN.acquireUninterruptibly();
                    me.interrupt();
                    MAY_END.release();
                })
                .start();
        String first;
        try {
            first = "" + child.get();
        } catch (CallInterruptedException e) {
            first = "interrupted";
        }
        boolean flag = Thread.interrupted();
        return (first.equals("interrupted") || flag) + " " + child.get();
    }

    /** The interrupt is the child's, by a thread that it has started. */
    static String childInterruptsItself() {
        try {
            return "child: " + Atoll.task(Stacks::interruptsItself).remote().get() + " "
                    + Thread.currentThread().isInterrupted();
        } catch (RuntimeException e) {
            return e.toString();
        }
    }

    static String interruptsItself() {
        Thread me = Thread.currentThread();
        new Thread(me::interrupt).start();
        try {
            Thread.sleep(60_000);
            return "slept";
        } catch (InterruptedException e) {
            return "interrupted";
        }
    }
}
