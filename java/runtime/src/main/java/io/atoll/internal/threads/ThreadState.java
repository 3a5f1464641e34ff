package io.atoll.internal.threads;

import io.atoll.jni.RawAccess;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import sun.misc.Unsafe;

/**
 * What a thread that runs users' tasks has of its own: its name, priority, context class loader, handler of uncaught
 * exceptions, and thread locals. Each task finds all of that as it was when this was made, whether the thread is idle or at
 * another task, on top of which it runs; and what a task has changed is gone when it ends. A task on top of another has maps
 * of thread locals of its own. What is the runtime's in them, and what the JDK caches there, is the same in all. Its thread
 * alone.
 */
public final class ThreadState {
    private static final Unsafe UNSAFE = RawAccess.unsafe();
    /** Where a JDK that has renamed them has none, thread locals stay. */
    private static final long LOCALS = offset(Thread.class.getName(), "threadLocals");

    private static final long INHERITED = offset(Thread.class.getName(), "inheritableThreadLocals");
    private static final long TABLE = offset("java.lang.ThreadLocal$ThreadLocalMap", "table");
    private static final long VALUE = offset("java.lang.ThreadLocal$ThreadLocalMap$Entry", "value");
    private static final boolean ARE_KNOWN = LOCALS >= 0 && INHERITED >= 0 && TABLE >= 0 && VALUE >= 0;
    /** What a JVM that has scoped values has in a thread that has none: this, or an instance of that. */
    private static final long SCOPED = offset(Thread.class.getName(), "scopedValueBindings");

    private static final String NONE_SCOPED = "EmptySnapshot";
    /** Tasks above this height are rare, and their maps are not kept for the next. */
    private static final int MOST_KEPT = 32;

    private final Thread thread = Thread.currentThread();
    private final Looks base = new Looks(thread);
    /** By height, of those that the thread does not have now. */
    private final List<@Nullable Maps> maps = new ArrayList<>();

    private int height = -1;

    /** A pair of maps; each null before there is something in it. */
    private record Maps(@Nullable Object locals, @Nullable Object inherited) {}

    /** Whether tasks on top of each other can be kept from seeing each other's thread locals, on this JVM. */
    public static boolean canBeHidden() {
        return ARE_KNOWN;
    }

    /** Whether the calling thread has scoped values, which cannot be hidden from what runs on top. */
    public static boolean hasScopedValues() {
        Object bound = SCOPED < 0 ? Thread.class : UNSAFE.getObject(Thread.currentThread(), SCOPED);
        return bound != Thread.class
                && (bound == null || !bound.getClass().getSimpleName().equals(NONE_SCOPED));
    }

    /** What a thread looks like from outside. */
    public static final class Looks {
        private final String name;
        private final int priority;
        private final @Nullable ClassLoader loader;
        private final Thread.UncaughtExceptionHandler handler;

        private Looks(Thread of) {
            name = of.getName();
            priority = of.getPriority();
            loader = of.getContextClassLoader();
            handler = of.getUncaughtExceptionHandler();
        }

        @SuppressWarnings("ThreadPriorityCheck") // a task has changed it
        private void restore(Thread to) {
            if (!name.equals(to.getName())) {
                to.setName(name);
            }
            if (priority != to.getPriority()) {
                to.setPriority(priority);
            }
            if (loader != to.getContextClassLoader()) {
                to.setContextClassLoader(loader);
            }
            if (handler != to.getUncaughtExceptionHandler()) {
                to.setUncaughtExceptionHandler(handler);
            }
        }
    }

    /** A task begins. What is returned is for {@link #leave}. */
    public Looks enter() {
        Looks before = new Looks(thread);
        base.restore(thread);
        if (++height > 0 && ARE_KNOWN) {
            Maps below = current();
            set(maps, height - 1, below);
            Maps kept = height < maps.size() ? maps.get(height) : null;
            if (kept != null) {
                install(kept);
            } else {
                install(new Maps(null, null));
                share(below.locals);
            }
        }
        return before;
    }

    /** The task that has begun last has ended. */
    public void leave(Looks before) {
        removeUsers();
        before.restore(thread);
        if (height > 0 && ARE_KNOWN) {
            set(maps, height, height < MOST_KEPT ? current() : null);
            install(maps.get(height - 1));
            maps.set(height - 1, null);
        }
        --height;
    }

    private static void set(List<@Nullable Maps> maps, int at, @Nullable Maps to) {
        while (maps.size() <= at) {
            maps.add(null);
        }
        maps.set(at, to);
    }

    private Maps current() {
        return new Maps(UNSAFE.getObject(thread, LOCALS), UNSAFE.getObject(thread, INHERITED));
    }

    private void install(Maps pair) {
        UNSAFE.putObject(thread, LOCALS, pair.locals);
        UNSAFE.putObject(thread, INHERITED, pair.inherited);
    }

    /** Gives the map that the thread has now what others than users have in that one. */
    @SuppressWarnings("unchecked")
    private static void share(@Nullable Object map) {
        for (Object entry : entries(map)) {
            Object local = entry == null ? null : ((Reference<?>) entry).get();
            if (local != null && !isUsers(local, entry)) {
                ((ThreadLocal<Object>) local).set(UNSAFE.getObject(entry, VALUE));
            }
        }
    }

    private void removeUsers() {
        List<Object> found = List.of();
        for (long each : ARE_KNOWN ? new long[] {LOCALS, INHERITED} : new long[0]) {
            for (Object entry : entries(UNSAFE.getObject(thread, each))) {
                Object local = entry == null ? null : ((Reference<?>) entry).get();
                if (local != null && isUsers(local, entry)) {
                    found = found.isEmpty() ? new ArrayList<>() : found;
                    found.add(local);
                }
            }
        }
        for (Object each : found) {
            ((ThreadLocal<?>) each).remove();
        }
    }

    private static @Nullable Object[] entries(@Nullable Object map) {
        return map == null ? new Object[0] : (Object[]) UNSAFE.getObject(map, TABLE);
    }

    private static boolean isUsers(Object local, Object entry) {
        return !isOurs(UNSAFE.getObject(entry, VALUE)) && !isTheJdks(local);
    }

    private static boolean isOurs(@Nullable Object value) {
        String type = value == null ? "" : value.getClass().getName();
        return type.startsWith("io.atoll.internal.") || type.startsWith("org.apache.fory.");
    }

    /** Users' are of the class itself, or of a class of their own; the JDK's caches are of others of its own. */
    private static boolean isTheJdks(Object local) {
        Class<?> type = local.getClass();
        return type.getClassLoader() == null
                && type != ThreadLocal.class
                && type != InheritableThreadLocal.class
                && !type.getName().equals("java.lang.ThreadLocal$SuppliedThreadLocal");
    }

    private static long offset(String className, String field) {
        try {
            return UNSAFE.objectFieldOffset(Class.forName(className).getDeclaredField(field));
        } catch (ReflectiveOperationException | UnsupportedOperationException e) {
            return -1;
        }
    }
}
