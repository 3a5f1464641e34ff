package io.atoll.runtime;

import io.atoll.AtollException;
import io.atoll.jni.NativeLibrary;
import io.atoll.jni.StoreNative;
import io.atoll.objects.Codecs;
import io.atoll.spi.Runtimes;
import io.atoll.store.NativeStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
        NativeStore store;
        try {
            NativeLibrary.load(orders.library());
            store = NativeStore.attach(orders.socket());
        } catch (AtollException | UnsatisfiedLinkError e) {
            if (Files.notExists(orders.socket())) {
                return; // The driver has closed meanwhile.
            }
            throw e;
        }
        Path directory = orders.socket().getParent();
        Codecs.takeFrom(SessionDirectory.codecsIn(directory));
        WorkerRuntime runtime = new WorkerRuntime(store, orders.driver());
        Runtimes.install(runtime);
        new TaskThreads(runtime).start();
        runtime.board.join(store.clientIndex());
        store.bellRing(NativeStore.SCHEDULER_BELL, 1);
        watch(store, directory);
        WarmUp.later();
        if (input.read() == WorkerOrders.END) {
            System.exit(0);
        }
        end(directory);
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
