package io.atoll.internal.runtime;

import io.atoll.AtollException;
import io.atoll.internal.call.FunctionFinder;
import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.internal.process.SessionDirectory;
import io.atoll.internal.process.WorkerOrders;
import io.atoll.jni.NativeLibrary;
import io.atoll.jni.StoreNative;
import io.atoll.spi.Runtimes;
import io.atoll.store.NativeStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The main class of a worker JVM. It attaches to the store over the connection that it has inherited, and runs tasks until
 * its standard input ends: by the driver's close, or by its death, whose traces the worker then removes. The watchdog sees
 * a death even when somebody else holds that pipe open.
 */
public final class WorkerMain {
    private WorkerMain() {}

    public static void main(String[] arguments) throws IOException {
        WorkerOrders orders = WorkerOrders.parse(arguments);
        Path directory = orders.socket().getParent();
        NativeStore store;
        try {
            NativeLibrary.load(orders.library());
            // First of all: from here on no child of ours inherits the connection.
            store = NativeStore.attachInherited(orders.socket());
        } catch (AtollException | UnsatisfiedLinkError e) {
            SessionDirectory.sweep(directory.getParent()); // The driver may have been killed meanwhile,
            if (Files.notExists(orders.socket())) {
                return; // or have closed.
            }
            throw e;
        }
        FunctionFinder.warmUp();
        CodecRegistry.takeFrom(SessionDirectory.codecsIn(directory));
        WorkerRuntime runtime = new WorkerRuntime(store, orders);
        Runtimes.install(runtime);
        new TaskThreads(runtime).start();
        runtime.board.join(store.clientIndex());
        store.bellRing(NativeStore.SCHEDULER_BELL, 1);
        watch(store, directory);
        WarmUp.later();
        if (System.in.read() == WorkerOrders.END) {
            System.exit(0);
        }
        end(directory);
    }

    /** Ends this process, so that others do what it has begun: something of ours has failed in it. */
    static void fail(Throwable why) {
        try {
            System.err.println("atoll: this worker ends: " + why);
            why.printStackTrace();
        } finally {
            Runtime.getRuntime().halt(1);
        }
    }

    /** The driver has been killed. */
    private static void end(Path directory) {
        SessionDirectory.delete(directory);
        StoreNative.endProcess(0);
    }

    private static void watch(NativeStore store, Path directory) {
        Thread watchdog = new Thread(
                null,
                () -> {
                    store.awaitServerExit(null);
                    end(directory);
                },
                "atoll-watchdog",
                256 * 1024);
        watchdog.setDaemon(true);
        watchdog.start();
    }
}
