package io.atoll.internal.torture;

import io.atoll.Atoll;
import io.atoll.AtollException;
import io.atoll.ObjectRef;
import io.atoll.TaskCancelledException;
import io.atoll.TaskException;
import io.atoll.WorkerDiedException;
import io.atoll.concurrent.Cancel;
import io.atoll.concurrent.RefStream;
import io.atoll.concurrent.TaskTimeoutException;
import io.atoll.internal.runtime.Scribbles;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Begins tasks of all kinds, drawn from a seed. One thread. */
final class Draw {
    private static final int MANY = TortureTasks.MANY;
    private static final String[] SCRIBBLES = {
        "a wild length", "a length without its message", "a type of nobody", "a claimed place", "the reader's position",
        "all of the ring up", "all of the ring down", "one bit of the mask", "all bits of the mask",
                "no bit of the mask"
    };

    private final Random random;
    private final String directory;
    private final int driver;
    /** Numbers of tasks that are not to be begun twice; those of another thread are others. */
    private int once;

    /** @param directory where tasks leave marks */
    Draw(long seed, int thread, String directory, int driver) {
        random = new Random(seed + 1000L * thread);
        this.directory = directory;
        this.driver = driver;
        once = thread << 24;
    }

    private static Object get(ObjectRef<?> ref) {
        try (ref) {
            return ref.get(Probe.PATIENCE);
        }
    }

    /** Of a hundred: what workers are there for, mostly. */
    Probe next() throws InterruptedException {
        int kind = random.nextInt(100);
        if (kind < 18) {
            return sum();
        } else if (kind < 32) {
            return tree();
        } else if (kind < 40) {
            return failing();
        } else if (kind < 52) {
            return cancelled();
        } else if (kind < 60) {
            return timed();
        } else if (kind < 68) {
            return again();
        } else if (kind < 78) {
            return several();
        } else if (kind < 86) {
            return large();
        } else if (kind < 93) {
            return atMostOnce();
        }
        return deadly();
    }

    /** A chain, with refs as arguments. */
    private Probe sum() {
        int value = random.nextInt(1000);
        int count = random.nextInt(6);
        ObjectRef<Integer> ref =
                Atoll.task(TortureTasks::add, value, 0).retries(MANY).remote();
        for (int i = 0; i < count; ++i) {
            ObjectRef<Integer> before = ref;
            ref = Atoll.task(TortureTasks::add, before, 1)
                    .retries(MANY)
                    .numCpus(random.nextInt(3) * 0.5)
                    .remote();
            before.close();
        }
        ObjectRef<Integer> last = ref;
        return Probe.equalTo("a chain of " + count, value + count, () -> get(last));
    }

    private Probe tree() {
        if (random.nextInt(8) == 0) {
            int depth = 100 + random.nextInt(300);
            ObjectRef<Integer> ref =
                    Atoll.task(TortureTasks::depth, depth).retries(MANY).remote();
            return Probe.equalTo("a recursion of " + depth, depth, () -> get(ref));
        }
        int depth = random.nextInt(4);
        int way = random.nextInt(4);
        ObjectRef<Integer> ref =
                Atoll.task(TortureTasks::leaves, depth, way).retries(MANY).remote();
        return Probe.equalTo("a tree of " + depth + ", way " + way, (int) Math.pow(3, depth), () -> get(ref));
    }

    private Probe failing() {
        int number = random.nextInt(1000);
        if (random.nextBoolean()) {
            ObjectRef<Integer> ref =
                    Atoll.task(TortureTasks::guard, number).retries(MANY).remote();
            return Probe.equalTo("one whose child fails", number, () -> get(ref));
        }
        ObjectRef<Integer> ref =
                Atoll.task(TortureTasks::fail, number).retries(MANY).remote();
        return Probe.failing("one that fails", () -> get(ref))
                .orThrowing(thrown -> thrown instanceof TaskException
                        && thrown.getCause() instanceof IllegalStateException cause
                        && cause.getMessage().equals("on purpose " + number));
    }

    private Probe cancelled() throws InterruptedException {
        int millis = random.nextInt(300);
        boolean heedsNothing = random.nextInt(4) == 0;
        ObjectRef<Integer> ref = (heedsNothing
                        ? Atoll.task(TortureTasks::heedNothing, millis)
                        : Atoll.task(TortureTasks::sleep, millis))
                .retries(MANY)
                .remote();
        Thread.sleep(random.nextInt(20));
        Cancel how = Cancel.values()[random.nextInt(Cancel.values().length)];
        boolean isCancelled = ref.cancel(how);
        String what = "one that is cancelled, " + how + (isCancelled ? ", in time" : ", too late");
        Probe probe = isCancelled ? Probe.failing(what, () -> get(ref)) : Probe.equalTo(what, millis, () -> get(ref));
        return isCancelled ? probe.orThrowing(TaskCancelledException.class) : probe;
    }

    private Probe timed() {
        if (random.nextInt(10) == 0) {
            ObjectRef<Integer> ref = Atoll.task(TortureTasks::heedNothing, 3500)
                    .retries(MANY)
                    .timeout(Duration.ofMillis(50))
                    .remote();
            return Probe.failing("one that goes on when its time is over", () -> get(ref))
                    .orThrowing(TaskTimeoutException.class);
        }
        int millis = random.nextInt(200);
        ObjectRef<Integer> ref = Atoll.task(TortureTasks::sleep, millis)
                .retries(MANY)
                .timeout(Duration.ofMillis(100))
                .remote();
        return Probe.equalTo("one with a time limit", millis, () -> get(ref)).orThrowing(TaskTimeoutException.class);
    }

    private Probe again() {
        int value = random.nextInt(1000);
        var call = Atoll.task(TortureTasks::failTwice, value).retries(MANY).retryOn(IOException.class);
        if (random.nextBoolean()) {
            call.backoff(Duration.ofMillis(5), Duration.ofMillis(50));
        }
        ObjectRef<Integer> ref = call.remote();
        return Probe.equalTo("one that is retried", value, () -> get(ref));
    }

    private Probe several() {
        int count = 1 + random.nextInt(40);
        switch (random.nextInt(5)) {
            case 0 -> {
                List<ObjectRef<Integer>> parts =
                        Atoll.remoteEach(Atoll.task(TortureTasks::split, count).retries(MANY), count);
                return Probe.equalTo("several results", TortureTasks.split(count), () -> {
                    List<Integer> all = Atoll.get(parts, Probe.PATIENCE);
                    parts.forEach(ObjectRef::close);
                    return all;
                });
            }
            case 1 -> {
                ObjectRef<Integer> ref = Atoll.remoteAsync(
                        Atoll.task(TortureTasks::later, count, count).retries(MANY));
                return Probe.equalTo("one that comes later", count, () -> get(ref));
            }
            case 2 -> {
                ObjectRef<Integer> ref =
                        Atoll.task(TortureTasks::countOwn, count).retries(MANY).remote();
                return Probe.equalTo("a stream in a task", count, () -> get(ref));
            }
            default -> {
                int read = random.nextBoolean() ? count : random.nextInt(count);
                RefStream<Integer> items = Atoll.<Integer, Integer>stream(TortureTasks::count, count)
                        .window(1 + random.nextInt(8))
                        .retries(MANY)
                        .remote();
                return Probe.equalTo("a stream", TortureTasks.split(read), () -> read(items, read));
            }
        }
    }

    private static List<Object> read(RefStream<Integer> items, int count) {
        try (items) {
            List<Object> all = new ArrayList<>();
            while (all.size() < count) {
                ObjectRef<Integer> next = items.next(Probe.PATIENCE);
                if (next == null) {
                    return all;
                }
                all.add(get(next));
            }
            return all;
        }
    }

    /** More than the store has, so that some of it is on disk. */
    private Probe large() {
        int size = 1 + random.nextInt(4 << 20);
        int fill = random.nextInt(100);
        String what = size + " bytes";
        try {
            ObjectRef<byte[]> bytes = random.nextBoolean()
                    ? Atoll.put(TortureTasks.bytes(size, fill))
                    : Atoll.task(TortureTasks::bytes, size, fill).retries(MANY).remote();
            ObjectRef<Integer> seen =
                    Atoll.task(TortureTasks::fillOf, bytes).retries(MANY).remote();
            return Probe.equalTo(what, List.of(fill, fill), () -> {
                try (seen;
                        bytes) {
                    return List.of(get(seen), TortureTasks.fillOf(bytes.get(Probe.PATIENCE)));
                }
            });
        } catch (AtollException e) {
            return Probe.failing(what, () -> {
                throw e;
            });
        }
    }

    private Probe atMostOnce() {
        int number = once++;
        ObjectRef<Integer> ref =
                Atoll.task(TortureTasks::once, directory, number).retries(0).remote();
        return Probe.equalTo("one at most", number, () -> get(ref)).orThrowing(WorkerDiedException.class);
    }

    /** Takes its worker with it, and nobody else's task. */
    private Probe deadly() {
        int seed = random.nextInt(1000);
        int kind = random.nextInt(6);
        ObjectRef<Integer> ref = switch (kind) {
            case 0 -> Atoll.task(TortureTasks::halt, seed & 63).retries(1).remote();
            case 1 -> Atoll.task(TortureTasks::exit, seed & 63).retries(0).remote();
            case 2 ->
                Atoll.task(TortureTasks::haltWithAChild, directory).retries(0).remote();
            case 3 -> Atoll.task(TortureTasks::fillHeap).retries(0).remote();
            case 4 ->
                Atoll.task(TortureTasks::closeDescriptors, seed).retries(0).remote();
            default ->
                Atoll.task(Scribbles::scribble, SCRIBBLES[seed % SCRIBBLES.length], driver)
                        .retries(0)
                        .remote();
        };
        return kind < 4
                ? Probe.failing("a deadly one, kind " + kind, () -> get(ref)).orThrowing(WorkerDiedException.class)
                : Probe.equalTo("damage, kind " + kind, true, () -> get(ref) != null)
                        .orThrowing(TaskException.class);
    }
}
