package io.atoll.internal.node;

import io.atoll.jni.StoreNative;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Asks this JVM for collections when refs and views that nobody can reach hold what others need, and so seldom that they take
 * a twentieth of the time, or more while somebody waits for room. Any thread asks; one of its own, started by the first who does, has them made.
 *
 * <p>A young collection is enough for what was made lately, and all that a large heap can pay for. The JVM has no call for
 * one: garbage is made until there is one. So a heap whose whole collections are short has those, and others have young
 * ones, and a whole one when these do not help. Where the JVM ignores {@code System.gc()} ({@code -XX:+DisableExplicitGC}, which
 * is for programs that call it without need) whole ones are asked for as debuggers do.
 */
final class Collector {
    private static final long SHARE = 20;
    /** Somebody who waits for room waits for the next one no longer than this, or than the last one took: it has its time. */
    private static final long MOST_WHILE_WAITING_NANOS = 2_000_000_000L;
    /** Pauses of a whole collection that nobody minds. */
    private static final long SHORT_MILLIS = 25;
    /** How long refs that were found garbage take to be given back, at most. */
    private static final long SETTLING_NANOS = 200_000_000L;

    private static final long SETTLING_STEP_NANOS = 1_000_000L;
    /** Smaller than half of any collector's region: those that are not go among the old at once. */
    private static final int CHURNED_ARRAY = 64 << 10;

    /** How the names of beans end that tell of cycles of ZGC and Shenandoah: their pauses have beans of their own. */
    private static final String BESIDE = " Cycles";

    private final Held held;
    private final Thread thread = new Thread(null, this::run, "atoll-collector", 256 * 1024);
    private List<GarbageCollectorMXBean> beans = List.of(); // the thread's

    private boolean started;
    private volatile boolean asked;
    private volatile boolean isWaitedFor;
    private volatile boolean closed;
    private long wholeMillis;
    private boolean whole = true;
    private boolean ignored;
    private volatile @Nullable Object garbage;

    Collector(Held held) {
        this.held = held;
        thread.setDaemon(true);
    }

    /** Soon, or a while after the last one. Returns at once. */
    void ask() {
        ask(false);
    }

    /** The same for somebody who waits for room. */
    void askForRoom() {
        ask(true);
    }

    private void ask(boolean forRoom) {
        isWaitedFor |= forRoom;
        asked = true;
        synchronized (this) {
            if (!started) {
                thread.start(); // Else the next who asks tries again.
                started = true;
            }
        }
        LockSupport.unpark(thread);
    }

    void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    void join(long millis) throws InterruptedException {
        thread.join(millis);
    }

    private void run() {
        beans = ManagementFactory.getGarbageCollectorMXBeans();
        try {
            collectWhenAsked();
        } catch (RuntimeException e) {
            // The store is closed or gone: nothing is held any more.
        }
    }

    private void collectWhenAsked() {
        while (!closed) {
            if (!asked) {
                LockSupport.park(this);
                Thread.interrupted(); // Nobody has a reason to; it would keep this thread awake.
                continue;
            }
            asked = false;
            isWaitedFor = false;
            long paused = collect() * 1_000_000;
            settle();
            rest(System.nanoTime(), paused);
            held.allowMore();
        }
    }

    private void rest(long from, long paused) {
        long share = Math.max(SHARE * paused, SETTLING_STEP_NANOS);
        long shareForRoom = Math.min(share, Math.max(paused, MOST_WHILE_WAITING_NANOS));
        for (long left; !closed && (left = from + (isWaitedFor ? shareForRoom : share) - System.nanoTime()) > 0; ) {
            LockSupport.parkNanos(this, left);
            Thread.interrupted();
        }
    }

    /** Milliseconds that the collections made meanwhile have taken. */
    private long collect() {
        long before = held.weight();
        long start = millis();
        if (!whole || !collectWhole()) {
            churn();
        }
        wholeMillis = whole ? millis() - start : wholeMillis;
        long paused = millis() - start;
        // The next one is a whole one where those are short, or where young ones leave what they should free.
        whole = wholeMillis <= SHORT_MILLIS || held.weight() > before - before / 4;
        return paused;
    }

    /** False when there is no way to. */
    private boolean collectWhole() {
        long count = count();
        if (!ignored) {
            System.gc();
            ignored = count() == count;
        }
        if (ignored) {
            StoreNative.collectGarbage();
        }
        return count() != count;
    }

    /** Until there has been a collection, or half of the heap would have been filled. */
    private void churn() {
        WeakReference<Object> canary = new WeakReference<>(new Object());
        long most = Runtime.getRuntime().maxMemory() / 2;
        for (long made = 0; made < most && !closed && canary.get() != null; made += CHURNED_ARRAY) {
            garbage = new byte[CHURNED_ARRAY];
        }
        garbage = null;
    }

    /** The cleaner's thread gives back one after the other. */
    private void settle() {
        long end = System.nanoTime() + SETTLING_NANOS;
        for (long last = Long.MAX_VALUE, now;
                !closed && (now = held.weight()) < last && System.nanoTime() < end;
                last = now) {
            LockSupport.parkNanos(this, SETTLING_STEP_NANOS);
        }
    }

    private long count() {
        return beans.stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }

    /** Of pauses; what threads of the JVM did beside the program's counts a quarter. */
    private long millis() {
        return beans.stream()
                .mapToLong(each ->
                        each.getName().endsWith(BESIDE) ? each.getCollectionTime() / 4 : each.getCollectionTime())
                .sum();
    }
}
