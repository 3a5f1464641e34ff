package io.atoll.internal.runtime;

import io.atoll.Atoll;
import io.atoll.GetTimeoutException;
import io.atoll.ObjectRef;
import io.atoll.WaitResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Tasks that wait in other ways than by a get on their own thread. */
public final class WaitingTasks {
    private WaitingTasks() {}

    static int getOnOwnPool() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try {
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 5; ++i) {
                int number = i;
                all.add(pool.submit(
                        () -> Atoll.task(Tasks::add, number, 1).remote().get()));
            }
            int sum = 0;
            for (Future<Integer> each : all) {
                sum += each.get();
            }
            return sum;
        } finally {
            pool.shutdown();
        }
    }

    static int getListOnOwnThread() throws Exception {
        int[] sum = new int[1];
        List<ObjectRef<Integer>> refs = List.of(
                Atoll.task(Tasks::add, 1, 2).remote(),
                Atoll.task(Tasks::add, 3, 4).remote());
        Thread thread = new Thread(() ->
                sum[0] = Atoll.get(refs).stream().mapToInt(Integer::intValue).sum());
        thread.start();
        thread.join();
        return sum[0];
    }

    /** Waits for a thread of its own without rest. */
    static int getOnOwnThreadAndSpin() {
        AtomicInteger got = new AtomicInteger();
        new Thread(() -> got.set(Atoll.task(Tasks::add, 1, 2).remote().get())).start();
        while (got.get() == 0) {
            Thread.onSpinWait();
        }
        return got.get();
    }

    static int getInParallel(int count) {
        List<ObjectRef<Integer>> refs = IntStream.range(0, count)
                .mapToObj(i -> Atoll.task(Tasks::add, i, 1).remote())
                .toList();
        return refs.parallelStream().mapToInt(ObjectRef::get).sum();
    }

    /** Waits for one of two, of which the first never ends, with all the time there is. */
    static int waitForTheQuickOne(String directory) {
        ObjectRef<Integer> slow =
                Atoll.task(Marks::awaitMark, directory, "over").remote();
        ObjectRef<Integer> quick = Atoll.task(Tasks::add, 1, 1).remote();
        WaitResult<Integer> any = Atoll.wait(List.of(slow, quick), 1);
        return any.ready().get(0).get();
    }

    /** The other task has the only CPU, and keeps it until a mark that is made after this has ended. */
    static String waitInTime(String directory, String how) {
        ObjectRef<Integer> other = Atoll.task(Marks::awaitMark, directory, how).remote();
        Duration time = Duration.ofMillis(100);
        try {
            switch (how) {
                case "get" -> other.get(time);
                case "list" -> Atoll.get(List.of(other, other), time);
                default -> {
                    return Atoll.wait(List.of(other), 1, time).ready().isEmpty() ? "in time" : "ready";
                }
            }
            return "ready";
        } catch (GetTimeoutException e) {
            return "in time";
        }
    }

    /** Its children need the licence that it keeps while it waits for them, one after the other, with a time. */
    static int waitForWhoNeedsWhatItHolds(String how) {
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        for (int i = 0; i < 100; ++i) {
            refs.add(Atoll.task(Tasks::add, i, 1)
                    .resource("licence", i == 0 ? 0 : 1)
                    .remote());
        }
        Duration time = Duration.ofSeconds(60);
        switch (how) {
            case "get" -> refs.forEach(each -> each.get(time));
            case "list" -> Atoll.get(refs, time);
            default -> Atoll.wait(refs, 100, time);
        }
        return Atoll.get(refs, Duration.ZERO).stream().mapToInt(each -> each).sum();
    }

    static int holdAndWait(String resource) {
        return Atoll.task(Tasks::add, 1, 1)
                .resource(resource, 1)
                .resource("seat", 1)
                .remote()
                .get();
    }

    static int submitAllTheTime(String directory) {
        int done = 0;
        List<ObjectRef<Integer>> open = new ArrayList<>();
        while (!Marks.isMarked(directory, "over")) {
            while (open.size() < 50) {
                open.add(Atoll.task(Tasks::sleep, 2).remote());
            }
            WaitResult<Integer> some = Atoll.wait(open, 1);
            done += some.ready().size();
            open = new ArrayList<>(some.unready());
        }
        return done;
    }
}
