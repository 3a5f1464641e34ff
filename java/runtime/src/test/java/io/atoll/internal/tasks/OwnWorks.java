package io.atoll.internal.tasks;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import io.atoll.concurrent.TaskContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;

/** Tasks that have threads of their own do their work. */
final class OwnWorks {
    private OwnWorks() {}

    static int twice(int number) {
        return 2 * number;
    }

    private static <T> T onAThread(Callable<T> work) throws Exception {
        FutureTask<T> call = new FutureTask<>(work);
        Thread thread = new Thread(call);
        thread.start();
        thread.join();
        return call.get();
    }

    /** What a wrapped thread sees, what one sees that is not, and what is left when the work is over. */
    static List<String> seen() throws Exception {
        Callable<String> name =
                () -> TaskContext.isInTask() ? TaskContext.current().name() : "none";
        List<String> seen = new ArrayList<>();
        seen.add(onAThread(TaskContext.wrap(name)));
        seen.add(onAThread(name));
        Callable<String> wrapped = TaskContext.wrap(name);
        seen.add(onAThread(() -> wrapped.call() + ", then " + name.call()));
        seen.add(onAThread(TaskContext.wrap((Callable<String>) () -> onAThread(TaskContext.wrap(name)))));
        boolean isSame =
                onAThread(TaskContext.wrap((Callable<TaskContext>) TaskContext::current)) == TaskContext.current();
        seen.add(isSame ? "the same" : "another");
        try {
            onAThread(TaskContext.wrap((Callable<String>) () -> {
                throw new IOException("of the work");
            }));
        } catch (java.util.concurrent.ExecutionException e) {
            seen.add(e.getCause().toString());
        }
        return seen;
    }

    /**
     * What it returns is never kept: a thread of its own ends the process. Another one waits meanwhile, for which its CPU is
     * lent.
     *
     * @param runs a line each
     */
    static CompletionStage<Integer> dieLater(String self, String runs) throws Exception {
        Optional<ObjectRef<Integer>> ref = Atoll.lookup(self, Integer.class);
        while (ref.isEmpty()) {
            Thread.sleep(2);
            ref = Atoll.lookup(self, Integer.class);
        }
        Files.writeString(Path.of(runs), "run\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        new Thread(TaskContext.wrap((Runnable) ref.get()::get)).start();
        Thread.sleep(300);
        new Thread(() -> {
                    LockSupport.parkNanos(200_000_000);
                    Runtime.getRuntime().halt(3);
                })
                .start();
        return new CompletableFuture<>();
    }

    /** Again and again its own thread waits for one that waits for a task, which needs its CPU. */
    static int waitOften(int times) throws Exception {
        ExecutorService threads = TaskContext.executor();
        int sum = 0;
        for (int i = 0; i < times; ++i) {
            int number = i;
            Future<Integer> child = threads.submit(
                    () -> Atoll.task(OwnWorks::twice, number).remote().get());
            sum += child.get();
        }
        return sum;
    }

    static int mark(String file) throws IOException {
        Files.createFile(Path.of(file));
        return 0;
    }

    static int sleepLong(String file) throws Exception {
        mark(file);
        Thread.sleep(100_000);
        return 0;
    }

    /** A thread of its own submits a child; then it sleeps. */
    static int submitOnAThread(String file) throws Exception {
        ObjectRef<Integer> child = onAThread(TaskContext.wrap(() ->
                Atoll.task(OwnWorks::sleepLong, file).numCpus(0).name("child").remote()));
        Thread.sleep(100_000);
        return child.get();
    }

    /** Says how far it is, and goes on when there is a file. */
    static int progress(String file) throws Exception {
        TaskContext.current().progress(0.25);
        while (!Files.exists(Path.of(file))) {
            Thread.sleep(2);
        }
        TaskContext.current().progress(1);
        return 7;
    }

    static int progressWrongly(double fraction) {
        TaskContext.current().progress(fraction);
        return 0;
    }
}
