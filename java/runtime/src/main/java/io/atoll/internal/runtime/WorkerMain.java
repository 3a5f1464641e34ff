package io.atoll.internal.runtime;

import io.atoll.AtollException;
import io.atoll.internal.call.FunctionFinder;
import io.atoll.internal.classes.DriverClassLoader;
import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.internal.graph.GraphKind;
import io.atoll.internal.process.OwnChildren;
import io.atoll.internal.process.SessionDirectory;
import io.atoll.internal.process.TaskOutput;
import io.atoll.internal.process.WorkerOrders;
import io.atoll.internal.run.Run;
import io.atoll.internal.store.NativeStore;
import io.atoll.jni.NativeLibrary;
import io.atoll.jni.StoreNative;
import io.atoll.jni.SystemProperty;
import io.atoll.spi.Runtimes;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The main class of a worker JVM. It attaches to the store over the connection that it has inherited, and runs tasks until
 * its standard input ends: by the driver's close, or by its death, whose traces the worker then removes. The watchdog sees
 * a death even when somebody else holds that pipe open.
 */
public final class WorkerMain {
    private static final long PATIENCE_NANOS = 2_000_000_000L;
    private static final long LOOK_NANOS = 2_000_000;
    /** How often the watchdog looks: the end of the orders tells of the driver's death sooner. */
    private static final long WATCH_NANOS = 500_000_000;

    private WorkerMain() {}

    /** Ends the process whatever happens: threads that users' classes have started would keep one that does nothing. */
    public static void main(String[] arguments) {
        try {
            run(arguments);
        } catch (Throwable e) {
            fail(e);
        }
    }

    private static void run(String[] arguments) throws IOException {
        WorkerOrders orders = WorkerOrders.parse(arguments);
        // Tasks read the end of a file there: nobody types for them.
        System.setIn(InputStream.nullInputStream());
        TaskOutput.install(Run::nameHere);
        Path directory = orders.session();
        NativeStore store;
        try {
            if (Files.exists(orders.library())) {
                NativeLibrary.load(orders.library());
            } else {
                NativeLibrary.load(); // Somebody tidies up where the session is.
            }
            // First of all: from here on no child of ours inherits the connection.
            store = NativeStore.attachInherited(orders.socket());
        } catch (AtollException | UnsatisfiedLinkError e) {
            SessionDirectory.sweep(SessionDirectory.above(directory)); // The driver may have been killed meanwhile,
            if (Files.notExists(orders.socket())) {
                Runtime.getRuntime().halt(0); // or have closed.
            }
            throw e;
        }
        InputStream orderStream = orders();
        // What has started this is what reads the path: the system's loader, or that of an archive with jars inside.
        ClassLoader loader =
                new DriverClassLoader(directory, Thread.currentThread().getContextClassLoader());
        Thread.currentThread().setContextClassLoader(loader);
        GraphKind.keepFor(loader);
        if (!SystemProperty.WORKER_CORES.isTrue()) {
            StoreNative.writeNoCores();
        }
        FunctionFinder.warmUp();
        CodecRegistry.takeFrom(SessionDirectory.codecsIn(directory));
        WorkerRuntime runtime = new WorkerRuntime(store, orders, loader);
        Runtimes.install(runtime);
        runtime.start();
        runtime.board.join(store.clientIndex());
        store.bellRing(NativeStore.SCHEDULER_BELL, 1);
        watch(store, orders);
        if (orderStream.read() == WorkerOrders.END) {
            OwnChildren.end();
            // A JVM that ends waits for its threads in native code, some of ours up to a tenth of a second.
            runtime.endWaits();
            StoreNative.exitQuietly();
            System.exit(0);
        }
        end(store, orders);
    }

    /** They come over the standard input, which is moved away from what else reads that: native code, and children that inherit it. */
    private static InputStream orders() {
        long descriptor = StoreNative.takeStandardInput();
        return new FileInputStream(descriptor < 0 ? FileDescriptor.in : StoreNative.fileDescriptor(descriptor));
    }

    /** Ends this process, so that others do what it has begun: something of ours has failed in it. */
    static void fail(Throwable why) {
        try {
            System.err.println("atoll: this worker ends: " + why);
            why.printStackTrace();
        } finally {
            halt();
        }
    }

    /** Whoever reaps this process ends its group; nobody does when the driver has just been killed, which may be what has failed. */
    private static void halt() {
        try {
            OwnChildren.end();
        } finally {
            Runtime.getRuntime().halt(1);
        }
    }

    /**
     * The driver has been killed, or native code of a task has closed what would say so: the lock in the session tells. One
     * thread at a time, as a lock is asked for: the main one and the watchdog hear of a death at the same time.
     */
    private static synchronized void end(NativeStore store, WorkerOrders orders) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        boolean isDead = SessionDirectory.deleteIfDead(orders.session());
        while (!isDead && System.nanoTime() < end) {
            LockSupport.parkNanos(LOOK_NANOS); // It is ending: what it has open is closed one by one.
            isDead = SessionDirectory.deleteIfDead(orders.session());
        }
        if (isDead) {
            orders.spill().ifPresent(above -> SessionDirectory.deleteSpilled(above, store.storeId()));
        } else {
            System.err.println("atoll: this worker ends: it cannot hear its driver any more, which lives");
        }
        StoreNative.endProcess(isDead ? 0 : 1);
    }

    private static void watch(NativeStore store, WorkerOrders orders) {
        Thread watchdog = new Thread(
                null,
                () -> {
                    try {
                        while (!store.awaitServerExit(Duration.ZERO)) {
                            LockSupport.parkNanos(WATCH_NANOS);
                            Thread.interrupted(); // By a user who interrupts all threads there are.
                        }
                        end(store, orders);
                    } catch (Throwable e) {
                        fail(e);
                    }
                },
                "atoll-watchdog",
                256 * 1024);
        watchdog.setDaemon(true);
        watchdog.start();
    }
}
