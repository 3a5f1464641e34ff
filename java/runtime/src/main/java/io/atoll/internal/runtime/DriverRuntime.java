package io.atoll.internal.runtime;

import io.atoll.AtollOptions;
import io.atoll.GetTimeoutException;
import io.atoll.ObjectId;
import io.atoll.ObjectLostException;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.internal.archive.ClassArchive;
import io.atoll.internal.call.Submitter;
import io.atoll.internal.classes.DriverClasses;
import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.internal.node.Backlog;
import io.atoll.internal.node.Board;
import io.atoll.internal.node.SchedulerThread;
import io.atoll.internal.process.CrashFiles;
import io.atoll.internal.process.Gpus;
import io.atoll.internal.process.SessionDirectory;
import io.atoll.internal.process.WorkerCommand;
import io.atoll.internal.process.WorkerLauncher;
import io.atoll.internal.process.WorkerOrders;
import io.atoll.internal.process.WorkerProcesses;
import io.atoll.internal.run.Awaited;
import io.atoll.internal.store.MemoryReturn;
import io.atoll.internal.store.NativeServer;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.VirtualThreads;
import io.atoll.internal.store.Waiting;
import io.atoll.jni.NativeLibrary;
import io.atoll.scheduler.NodePlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The runtime of a driver, with its node: the store's server, the scheduler's thread and the worker processes, all of
 * which end with it. Its user threads hold no resources: they wait on the objects themselves. Any thread.
 */
final class DriverRuntime extends ClientRuntime {
    private static final int SPARE_CLIENTS = 16;
    /** Of the store, for arguments that are kept so that results can be made again. */
    private static final int LINEAGE_SHARE = 16;
    /** Of the store, for errors that are to be stored however full it is. */
    private static final int RESERVE_SHARE = 64;

    private static final long MOST_RESERVED = 1 << 20;
    /** A store of so few extents has none to spare. */
    private static final long LEAST_TO_RESERVE_OF = 16 << 20;

    /** What comes so soon is waited for by itself. */
    private static final Duration SHORTLY = Duration.ofMillis(1);
    /** Who waits for all tasks looks so often. */
    private static final long IDLE_LOOK_NANOS = 2_000_000;

    private final Path directory;
    private final NativeServer server;
    private final WorkerProcesses workers;
    private final SchedulerThread scheduler;
    private final ClassArchive archive;
    private final Thread atExit;
    private boolean closed; // guarded by this

    private DriverRuntime(
            AtollOptions options,
            Path directory,
            NativeServer server,
            NativeStore store,
            WorkerProcesses workers,
            Gpus gpus,
            ClassArchive archive,
            Thread atExit) {
        super(store, store.clientIndex(), options.putTimeout(), Backlog.FOR_EVER);
        long most = options.maxUnfinishedTasks();
        board.setMost(most == 0 ? Backlog.most(options.maxObjects()) : (int) most);
        this.directory = directory;
        this.server = server;
        this.workers = workers;
        scheduler = new SchedulerThread(
                new NodePlan(gpus.addTo(options.resources()), WorkerCommand.workers(options), options.tasksPerWorker()),
                store,
                server,
                board,
                codec,
                workers,
                ring,
                options.spillDirectory().isPresent(),
                lineageBytes(options, store));
        this.archive = archive;
        this.atExit = atExit;
    }

    private static long lineageBytes(AtollOptions options, NativeStore store) {
        if (options.spillDirectory().isEmpty()) {
            return 0; // What never goes to disk is never lost there.
        }
        return options.lineageBytes().orElse(store.capacity() / LINEAGE_SHARE);
    }

    /** How workers are started. */
    private record Launch(List<String> command, ClassArchive archive, Gpus gpus) {
        static Launch find(AtollOptions options, Map<String, String> environment) {
            List<String> command = WorkerCommand.find(WorkerMain.class, options);
            return new Launch(command, ClassArchive.find(WorkerMain.class, command, environment), Gpus.find(options));
        }
    }

    static DriverRuntime start(AtollOptions options) {
        NativeLibrary.checkPlatform();
        OptionsCheck.check(options);
        OptionsCheck.checkProperties();
        // Beside the making of the store: in a fresh JVM both load classes for tens of milliseconds.
        Map<String, String> environment = environment(options);
        CompletableFuture<Launch> launch = CompletableFuture.supplyAsync(
                () -> Launch.find(options, environment), task -> new Thread(task, "atoll-command").start());
        // From before there is anything to be left behind: a JVM that is told to end meanwhile waits for the start's
        // end.
        CompletableFuture<DriverRuntime> started = new CompletableFuture<>();
        Thread atExit = new Thread(() -> endWhenStarted(started), "atoll-exit");
        Runtime.getRuntime().addShutdownHook(atExit);
        Path directory = null;
        NativeServer server = null;
        NativeStore store = null;
        WorkerProcesses workers = null;
        DriverRuntime runtime = null;
        try {
            directory = SessionDirectory.create();
            Path session = directory;
            CodecRegistry.shareBy(SessionDirectory.codecsIn(directory));
            DriverClasses.serveIn(directory);
            Path library = NativeLibrary.extractTo(directory);
            NativeLibrary.load(library);
            Path socket = SessionDirectory.socketIn(directory);
            int count = WorkerCommand.workers(options);
            long bytes = WorkerCommand.storeBytes(options);
            server = NativeServer.start(NativeServer.options(socket, bytes)
                    .maxClients(Math.min(Board.MAX_CLIENTS, 2L * count + SPARE_CLIENTS))
                    .maxObjects(options.maxObjects())
                    .awaitFarewell()
                    .spill(options.spillDirectory().orElse(null), 0));
            store = NativeStore.attach(
                    socket, bytes < LEAST_TO_RESERVE_OF ? 0 : Math.min(MOST_RESERVED, bytes / RESERVE_SHARE));
            WorkerOrders orders = new WorkerOrders(
                    socket,
                    library,
                    store.clientIndex(),
                    options.putTimeout(),
                    options.spillDirectory().map(Path::toAbsolutePath));
            CrashFiles crashes = options.crashDirectory()
                    .map(kept -> new CrashFiles(kept, true))
                    .orElse(new CrashFiles(directory, false));
            ClassArchive archive = join(launch).archive();
            Gpus gpus = join(launch).gpus();
            WorkerLauncher launcher = new WorkerLauncher(
                    in -> commands(
                            in.isNone()
                                    ? join(launch).command()
                                    : WorkerCommand.find(WorkerMain.class, WorkerCommand.in(in, options)),
                            WorkerCommand.in(in, options),
                            session,
                            crashes),
                    orders,
                    environment,
                    gpus);
            workers = new WorkerProcesses(launcher, crashes, archive.flags(), archive::discard);
            // The JVMs take longest: they start while everything else is made ready.
            workers.launch(count);
            runtime = new DriverRuntime(options, directory, server, store, workers, gpus, archive, atExit);
            runtime.begin();
            archive.makeLater();
            return runtime;
        } finally {
            if (runtime == null) {
                if (workers != null) {
                    workers.close();
                }
                if (store != null) {
                    store.close();
                }
                if (server != null) {
                    server.close();
                }
                CodecRegistry.shareNoMore();
                DriverClasses.serveNoMore();
                if (directory != null) {
                    SessionDirectory.delete(directory);
                }
                forget(atExit);
            }
            started.complete(runtime);
        }
    }

    private static IntFunction<List<String>> commands(
            List<String> command, AtollOptions options, Path session, CrashFiles crashes) {
        return WorkerCommand.numbered(WorkerCommand.inSession(command, options, session, crashes), options);
    }

    /** Where a worker's differs from this process's; null takes a variable away. */
    private static Map<String, String> environment(AtollOptions options) {
        Map<String, String> changed = new HashMap<>();
        WorkerCommand.VARIABLES.forEach(name -> {
            if (System.getenv(name) != null) {
                changed.put(name, null);
            }
        });
        changed.putAll(options.workerEnvironment());
        return changed;
    }

    private static void endWhenStarted(CompletableFuture<DriverRuntime> started) {
        DriverRuntime runtime = started.join();
        if (runtime != null) {
            QuietEnd.install();
            runtime.end();
        }
    }

    /** What it throws is what was thrown there. */
    private static <T> T join(CompletableFuture<T> beside) {
        try {
            return beside.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private static void forget(Thread atExit) {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM is ending already.
        }
    }

    private void begin() {
        board.join(store.clientIndex());
        scheduler.start();
    }

    @Override
    Submitter submitter() {
        return Submitter.DRIVER;
    }

    @Override
    void submitted() {
        scheduler.nudge();
    }

    @Override
    boolean[] awaitReady(ObjectId[] ids, int wanted, @Nullable Duration timeout) {
        return awaitHere(ids, wanted, timeout);
    }

    @Override
    boolean awaitFirst(ObjectId[] ids, @Nullable Duration timeout) {
        if (VirtualThreads.isCurrent()) {
            return isReady(ids[0]);
        }
        boolean isShort = timeout != null && timeout.compareTo(SHORTLY) <= 0;
        return store.await(new ObjectId[] {ids[0]}, 1, isShort ? timeout : SHORTLY)[0];
    }

    @Override
    <R> R blocked(Supplier<R> wait, LongSupplier grace, Awaited awaited) {
        return wait.get();
    }

    @Override
    @Nullable
    Object valueOrFailure(ObjectId id, @Nullable Duration timeout, @Nullable Class<?> form) {
        try {
            return storedValueOrFailure(id, timeout, form);
        } catch (ObjectLostException e) {
            TaskException why = scheduler.unstored(id);
            if (why == null) {
                throw e;
            }
            heard(id);
            throw new TaskException(
                    String.valueOf(why.getMessage()), why.taskName(), why.workerPid(), why.attempt(), e);
        }
    }

    private @Nullable Object storedValueOrFailure(ObjectId id, @Nullable Duration timeout, @Nullable Class<?> form) {
        if (!VirtualThreads.isCurrent()) {
            return codec.getOrFailure(id, timeout, form);
        }
        long startedAt = System.nanoTime();
        if (!awaitHere(new ObjectId[] {id}, 1, timeout)[0]) {
            throw new GetTimeoutException("object " + id + ": not there after " + timeout);
        }
        return codec.getOrFailure(id, Waiting.left(timeout, startedAt), form); // It may be on disk.
    }

    @Override
    void heard(ObjectId id) {
        scheduler.heard(id);
    }

    @Override
    @Nullable
    String taskName(ObjectId id) {
        try {
            return scheduler.taskName(id);
        } catch (IllegalStateException e) {
            return null; // The session is closed, and what this was asked for is said without it.
        }
    }

    @Override
    public OptionalDouble progress(ObjectRef<?> ref) {
        return scheduler.progress(ref.id());
    }

    @Override
    public boolean awaitTasks(Duration timeout) {
        long nanos = Waiting.nanos(timeout);
        long startedAt = System.nanoTime();
        while (!scheduler.isIdle()) {
            if (Waiting.left(nanos, startedAt) == 0) {
                return false;
            }
            Waiting.checkInterrupt("waiting for all tasks");
            LockSupport.parkNanos(IDLE_LOOK_NANOS);
        }
        return true;
    }

    @Override
    public void close() {
        try {
            end();
        } finally {
            forget(atExit);
        }
    }

    /**
     * Ends workers, scheduler and store, in this order, whichever of them throws: of that the first is thrown in the end, as by
     * a logger of the user's. Waits for another thread's; false when it was done before.
     */
    private synchronized boolean end() {
        if (closed) {
            return false;
        }
        closed = true;
        MemoryReturn memory = new MemoryReturn();
        List<Runnable> steps = List.of(
                scheduler::close,
                lettingGo::stop,
                store::endWaits, // They take as long as the workers take to end.
                events::close,
                workers::close,
                this::closeMessages,
                scheduler::release,
                () -> store.close(memory),
                () -> server.close(memory),
                memory::begin,
                CodecRegistry::shareNoMore,
                DriverClasses::serveNoMore,
                () -> SessionDirectory.delete(directory),
                archive::makeNow);
        Throwable failed = null;
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (RuntimeException | Error e) {
                if (failed == null) {
                    failed = e;
                } else if (failed != e) {
                    failed.addSuppressed(e);
                }
            }
        }
        if (failed instanceof Error error) {
            throw error;
        }
        if (failed instanceof RuntimeException exception) {
            throw exception;
        }
        return true;
    }
}
