package io.atoll.runtime;

import io.atoll.jni.NativeLibrary;
import io.atoll.objects.ObjectCodec;
import io.atoll.spi.Runtimes;
import io.atoll.store.NativeStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The main class of a worker JVM. It reads its {@link WorkerOrders} from standard input, attaches to the store, and runs
 * tasks until that input ends: by the driver's close, or by its death, whose traces the worker then removes. The
 * watchdog sees a death even when somebody else holds that pipe open.
 */
public final class WorkerMain {
    private WorkerMain() {}

    public static void main(String[] arguments) throws IOException {
        InputStream input = System.in;
        FunctionFinder.warmUp();
        String line = readLine(input);
        if (line == null) {
            return; // The driver has ended.
        }
        WorkerOrders orders = WorkerOrders.parse(line);
        NativeLibrary.load(orders.library());
        NativeStore store = NativeStore.attach(orders.socket());
        WorkerRuntime runtime = new WorkerRuntime(store, orders.driver());
        Runtimes.install(runtime);
        new TaskThreads(runtime).start();
        runtime.board.join(store.clientIndex());
        store.bellRing(NativeStore.SCHEDULER_BELL, 1);
        Path directory = orders.socket().getParent();
        watch(store, directory);
        warmUpLater();
        while (input.read() >= 0) {}
        // Either the driver closes, and deletes it as well, or it has been killed and never will.
        SessionDirectory.delete(directory);
        System.exit(0);
    }

    private static void watch(NativeStore store, Path directory) {
        Thread watchdog = new Thread(
                null,
                () -> {
                    store.awaitServerExit(null);
                    SessionDirectory.delete(directory);
                    Runtime.getRuntime().halt(0);
                },
                "atoll-watchdog",
                256 * 1024);
        watchdog.setDaemon(true);
        watchdog.start();
    }

    /** Graphs, tensors and tables take long to load; that must not hold up the first task. */
    private static void warmUpLater() {
        Thread thread = new Thread(
                () -> {
                    try {
                        Thread.sleep(200);
                        ObjectCodec.warmUp();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "atoll-warm-up");
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
        thread.start();
    }

    private static String readLine(InputStream input) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next;
        while ((next = input.read()) != '\n') {
            if (next < 0) {
                return null;
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
