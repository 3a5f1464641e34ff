package io.atoll.internal.plain;

import io.atoll.internal.codecs.AllowList;
import io.atoll.internal.memory.Unreadable;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;

/** The classes that stored bytes name, as one loader finds them. Any thread. */
final class PlainClasses {
    private static final Map<ClassLoader, Map<String, WeakReference<Class<?>>>> FOUND =
            Collections.synchronizedMap(new WeakHashMap<>());

    private final ClassLoader loader;
    private final AllowList allowed = AllowList.current();

    PlainClasses(ClassLoader loader) {
        this.loader = loader;
    }

    /** A class that may be made from stored bytes, not initialized yet. */
    Class<?> find(String name) {
        if (!allowed.allows(name)) {
            throw new Unreadable(allowed.refusal(name));
        }
        Map<String, WeakReference<Class<?>>> found = FOUND.computeIfAbsent(loader, each -> new ConcurrentHashMap<>());
        WeakReference<Class<?>> known = found.get(name);
        Class<?> type = known == null ? null : known.get();
        if (type == null) {
            try {
                type = Class.forName(name, false, loader);
            } catch (ClassNotFoundException e) {
                throw new Unreadable(name + " is not on the class path here", e);
            }
            found.put(name, new WeakReference<>(type));
        }
        return type;
    }
}
