package io.atoll.internal.runtime;

import io.atoll.jni.RawAccess;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import sun.misc.Unsafe;

/**
 * How a thread was before a task of a user's ran on it, so that the next one finds it so: its name, priority, context class
 * loader, handler of uncaught exceptions, and which thread locals it had. Those that the task has left are removed, but for
 * what is ours and what the JDK caches. Its thread alone.
 */
final class ThreadState {
    private static final Unsafe UNSAFE = RawAccess.unsafe();
    /** Where a JDK that has renamed them has none, thread locals stay. */
    private static final long[] MAPS = {
        offset(Thread.class.getName(), "threadLocals"), offset(Thread.class.getName(), "inheritableThreadLocals")
    };

    private static final long TABLE = offset("java.lang.ThreadLocal$ThreadLocalMap", "table");
    private static final long VALUE = offset("java.lang.ThreadLocal$ThreadLocalMap$Entry", "value");
    private static final boolean ARE_KNOWN = MAPS[0] >= 0 && MAPS[1] >= 0 && TABLE >= 0 && VALUE >= 0;

    private final Thread thread = Thread.currentThread();
    private final String name = thread.getName();
    private final int priority = thread.getPriority();
    private final ClassLoader loader = thread.getContextClassLoader();
    private final Thread.UncaughtExceptionHandler handler = thread.getUncaughtExceptionHandler();
    private final List<Object> locals = locals();

    @SuppressWarnings("ThreadPriorityCheck") // the task has changed it
    void restore() {
        if (!name.equals(thread.getName())) {
            thread.setName(name);
        }
        if (priority != thread.getPriority()) {
            thread.setPriority(priority);
        }
        if (loader != thread.getContextClassLoader()) {
            thread.setContextClassLoader(loader);
        }
        if (handler != thread.getUncaughtExceptionHandler()) {
            thread.setUncaughtExceptionHandler(handler);
        }
        for (Object each : locals()) {
            if (isNew(each)) {
                ((ThreadLocal<?>) each).remove();
            }
        }
    }

    /** No {@code equals}: it may be the user's. */
    private boolean isNew(Object local) {
        for (Object each : locals) {
            if (each == local) {
                return false;
            }
        }
        return true;
    }

    /** The thread locals that have a value and are users'. */
    private List<Object> locals() {
        List<Object> found = List.of();
        for (int i = 0; ARE_KNOWN && i < MAPS.length; ++i) {
            Object map = UNSAFE.getObject(thread, MAPS[i]);
            if (map == null) {
                continue;
            }
            for (Object entry : (Object[]) UNSAFE.getObject(map, TABLE)) {
                Object local = entry == null ? null : ((Reference<?>) entry).get();
                if (local != null && !isOurs(UNSAFE.getObject(entry, VALUE)) && !isTheJdks(local)) {
                    found = found.isEmpty() ? new ArrayList<>() : found;
                    found.add(local);
                }
            }
        }
        return found;
    }

    private static boolean isOurs(Object value) {
        String type = value == null ? "" : value.getClass().getName();
        return type.startsWith("io.atoll.internal.")
                || type.startsWith("io.atoll.store.")
                || type.startsWith("org.apache.fory.");
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
