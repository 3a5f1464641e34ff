package io.atoll.internal.classes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The class loaders of this process that workers have no path for: those of {@code java File.java}, JShell and plugins. They
 * are met with the functions that are submitted, and asked for the bytes of what a worker does not find. Any thread.
 */
public final class DriverClasses {
    /** Guarded by the class, as all that follows. */
    private static final Set<ClassLoader> LOADERS = Collections.newSetFromMap(new WeakHashMap<>());

    private static @Nullable Path session; // null while this process has no node
    private static @Nullable ClassServer server; // null until the first of the loaders is met

    private DriverClasses() {}

    /** Workers of the node whose session has this directory may ask. */
    public static synchronized void serveIn(Path directory) {
        session = directory;
        startIfNeeded();
    }

    /** The node ends. */
    public static synchronized void serveNoMore() {
        session = null;
        if (server != null) {
            server.close();
            server = null;
        }
    }

    /**
     * A function of this class is about to be submitted.
     *
     * @return why workers cannot have its classes; null when they can
     */
    public static @Nullable String meet(Class<?> function) {
        ClassLoader loader = function.getClassLoader();
        if (isKnownToWorkers(loader)) {
            return null;
        }
        String host = function.getNestHost().getName(); // a lambda's own class has no bytes that are kept
        if (loader.getResource(file(host)) == null) {
            return host + " was made by a class loader, " + loader.getClass().getName()
                    + ", that does not give its bytes (getResource(\"" + file(host)
                    + "\") is null), and workers cannot have it: name the jar or directory that has it by"
                    + " AtollOptions.Builder.workerClassPath and load it from there";
        }
        synchronized (DriverClasses.class) {
            if (LOADERS.add(loader)) {
                startIfNeeded();
            }
        }
        return null;
    }

    private static boolean isKnownToWorkers(@Nullable ClassLoader loader) {
        return loader == null
                || loader == ClassLoader.getSystemClassLoader()
                || loader == ClassLoader.getPlatformClassLoader()
                || loader == DriverClasses.class.getClassLoader()
                || loader instanceof DriverClassLoader;
    }

    private static void startIfNeeded() {
        if (server == null && session != null && !LOADERS.isEmpty()) {
            server = ClassServer.start(session, DriverClasses::bytes);
        }
    }

    /** The bytes of a class as one of the loaders has them; null when none has. */
    private static byte @Nullable [] bytes(String name) throws IOException {
        List<ClassLoader> loaders;
        synchronized (DriverClasses.class) {
            loaders = List.copyOf(LOADERS);
        }
        for (ClassLoader each : loaders) {
            try (InputStream in = each.getResourceAsStream(file(name))) {
                if (in != null) {
                    return in.readAllBytes();
                }
            }
        }
        return null;
    }

    private static String file(String className) {
        return className.replace('.', '/') + ".class";
    }
}
