package io.atoll.spi;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import java.util.Iterator;
import java.util.Objects;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * The runtime of this process. A worker {@linkplain #install installs} its own before it runs its first task; a driver's
 * is made by the {@link RuntimeProvider} on its class path when the user calls {@link Atoll#init}. Any thread.
 */
public final class Runtimes {
    private static final String OWN_PROVIDER = "io.atoll.internal.runtime.DriverProvider";

    private static final Object LOCK = new Object();
    private static volatile @Nullable AtollRuntime running;
    private static boolean isWorker;

    private Runtimes() {}

    /**
     * What the methods of {@link Atoll} go to.
     *
     * @return the runtime that was installed or started
     * @throws IllegalStateException when there is none
     */
    public static AtollRuntime current() {
        AtollRuntime runtime = running;
        if (runtime == null) {
            throw new IllegalStateException("Atoll is not running in this process: call Atoll.init() first, and use it"
                    + " before the session that it returns is closed");
        }
        return runtime;
    }

    /**
     * Whether {@link #current} returns one.
     *
     * @return true once one is installed, or started and not stopped
     */
    public static boolean isRunning() {
        return running != null;
    }

    /**
     * Whether {@link #current} returns this one.
     *
     * @param runtime from {@link #start}
     * @return false once it is stopped
     */
    public static boolean isCurrent(AtollRuntime runtime) {
        return running == runtime;
    }

    /**
     * Makes this process a worker, for the rest of its life.
     *
     * @param runtime the worker's
     * @throws IllegalStateException when there is one already
     */
    public static void install(AtollRuntime runtime) {
        Objects.requireNonNull(runtime, "runtime");
        synchronized (LOCK) {
            refuseSecond();
            Refs.prepare();
            running = runtime;
            isWorker = true;
        }
    }

    /**
     * Starts a driver's runtime; {@link Atoll#init} does it. In a worker it is the worker's own: a class of tasks that calls
     * init while it is initialised does so there, too.
     *
     * @param options what the node has
     * @return the running runtime
     * @throws IllegalStateException when this is a driver already, or no provider can be found
     */
    public static AtollRuntime start(AtollOptions options) {
        synchronized (LOCK) {
            if (isWorker) {
                return current();
            }
            refuseSecond();
            Refs.prepare();
            AtollRuntime started = provider().start(options);
            running = started;
            return started;
        }
    }

    /**
     * Why {@link #start} cannot start one in a process like this; that one is running already is no reason.
     *
     * @return null when it can
     */
    public static @Nullable String unavailabilityCause() {
        RuntimeProvider provider;
        try {
            provider = provider();
        } catch (IllegalStateException e) {
            return e.getMessage();
        }
        return provider.unavailabilityCause();
    }

    /**
     * Closes a driver's runtime, after which another may be started. Does nothing when it is not the current one, or a
     * worker's.
     *
     * @param runtime from {@link #start}
     */
    public static void stop(AtollRuntime runtime) {
        synchronized (LOCK) {
            if (running == runtime && !isWorker) {
                running = null;
                runtime.close();
            }
        }
    }

    private static void refuseSecond() {
        if (running != null) {
            throw new IllegalStateException(
                    "Atoll is running in this process already: close the session that the first init" + " returned");
        }
    }

    /**
     * Of the class loader that Atoll came from, else of the caller's thread. Atoll's own runtime is asked for by its name,
     * since a service loader opens every jar of the class path before it gives the first provider.
     */
    private static RuntimeProvider provider() {
        try {
            return Class.forName(OWN_PROVIDER)
                    .asSubclass(RuntimeProvider.class)
                    .getConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            // It is not there, or in a module that does not show it: only services are, then.
        }
        Iterator<RuntimeProvider> providers = ServiceLoader.load(RuntimeProvider.class, Runtimes.class.getClassLoader())
                .iterator();
        if (!providers.hasNext()) {
            providers = ServiceLoader.load(RuntimeProvider.class).iterator();
        }
        if (!providers.hasNext()) {
            throw new IllegalStateException(
                    "no Atoll runtime is on the class path, only its API: depend on io.atoll:atoll");
        }
        return providers.next();
    }
}
