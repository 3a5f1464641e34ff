package io.atoll.internal.graph;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The idle coders of one class loader. A coder knows the classes of its loader and so keeps it; what keeps the coder is
 * one of those classes: when nobody else has them any more, loader and coders go together. Where no class of its loader is
 * met, as under one that finds all at its parent, those that are keep it, of a few such loaders. Those of our own loader
 * and of its parents stay. Any thread.
 */
final class Shelf {
    private static final int MOST = 2 * Runtime.getRuntime().availableProcessors();
    /** They are not let go as long as the classes of another loader are there. */
    private static final int MOST_GUESTS = 4;

    /** Guarded by itself, as the next. */
    private static final Map<ClassLoader, WeakReference<Shelf>> SHELVES = new WeakHashMap<>();

    private static final Map<ClassLoader, Shelf> STAYING = new HashMap<>();

    private static final ClassValue<Holder> HOLDERS = new ClassValue<>() {
        @Override
        protected Holder computeValue(Class<?> type) {
            return new Holder();
        }
    };

    /** What a class keeps. */
    private static final class Holder {
        @SuppressWarnings("UnusedVariable")
        private volatile Shelf shelf;
    }

    private final ConcurrentLinkedDeque<GraphCoder> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger count = new AtomicInteger();
    private final ArrayDeque<Shelf> guests = new ArrayDeque<>(); // guarded by SHELVES, as the next
    private boolean hasOwnClass;

    private Shelf() {}

    static Shelf of(ClassLoader loader) {
        synchronized (SHELVES) {
            WeakReference<Shelf> known = SHELVES.get(loader);
            Shelf shelf = known == null ? null : known.get();
            if (shelf == null) {
                shelf = new Shelf();
                SHELVES.put(loader, new WeakReference<>(shelf));
                if (isOurs(loader)) {
                    STAYING.put(loader, shelf);
                }
            }
            return shelf;
        }
    }

    /** Has the shelf of this loader stay, and so the loader. */
    static void keepFor(ClassLoader loader) {
        synchronized (SHELVES) {
            STAYING.put(loader, of(loader));
        }
    }

    /** Whether it is the loader of these classes, or a parent of it: one that stays. */
    static boolean isOurs(ClassLoader loader) {
        for (ClassLoader each = Shelf.class.getClassLoader(); each != null; each = each.getParent()) {
            if (each == loader) {
                return true;
            }
        }
        return false;
    }

    /** Has this, which is for coders of that loader, stay as long as a class that they know does. */
    void keepWith(Class<?> type, ClassLoader loader) {
        ClassLoader itsOwn = type.getClassLoader();
        if (itsOwn == loader) {
            HOLDERS.get(type).shelf = this;
            synchronized (SHELVES) {
                if (!hasOwnClass) {
                    hasOwnClass = true;
                    SHELVES.values().forEach(each -> leave(each.get()));
                }
            }
        } else if (itsOwn != null && itsOwn != ClassLoader.getPlatformClassLoader()) {
            synchronized (SHELVES) {
                if (!hasOwnClass && STAYING.get(loader) != this) {
                    Shelf host = of(itsOwn);
                    HOLDERS.get(type).shelf = host;
                    leave(host);
                    host.guests.addFirst(this);
                    if (host.guests.size() > MOST_GUESTS) {
                        host.guests.removeLast();
                    }
                }
            }
        }
    }

    private void leave(Shelf host) {
        if (host != null) {
            host.guests.remove(this);
        }
    }

    /** Null when there is none for the codecs and the allowed classes of now. */
    GraphCoder take() {
        GraphCoder coder = idle.poll();
        if (coder != null) {
            count.decrementAndGet();
        }
        return coder != null && coder.isCurrent() ? coder : null;
    }

    void giveBack(GraphCoder coder) {
        if (count.incrementAndGet() <= MOST) {
            idle.push(coder);
        } else {
            count.decrementAndGet();
        }
    }
}
