package io.atoll.internal.torture;

import io.atoll.Atoll;
import io.atoll.GetTimeoutException;
import io.atoll.ObjectRef;
import io.atoll.internal.process.SessionDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Whether anything is left when it should not be: objects of a node that goes on, then all else of one that was closed. */
final class Remains {
    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private static final String CHILD = "child-";

    private final Verdicts verdicts;
    /** Descriptors of this process, by what they are, while there is no node. */
    private final TreeMap<String, Integer> before = descriptors();

    Remains(Verdicts verdicts) {
        this.verdicts = verdicts;
    }

    private static boolean comes(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        boolean isSo = condition.getAsBoolean();
        while (!isSo && System.nanoTime() < end) {
            Thread.sleep(50);
            isSo = condition.getAsBoolean();
        }
        return isSo;
    }

    /** REQUIRES: nobody has a ref to anything any more. */
    void ofObjects(int workers) throws InterruptedException {
        boolean isEmpty = comes(() -> {
            System.gc();
            List<ObjectRef<Void>> all = IntStream.range(0, workers)
                    .mapToObj(i -> Atoll.run(TortureTasks::collect)
                            .retries(TortureTasks.MANY)
                            .remote())
                    .toList();
            try {
                Atoll.get(all, Probe.PATIENCE);
            } catch (GetTimeoutException e) {
                verdicts.stuck("a collection: " + e.getMessage());
            }
            all.forEach(ObjectRef::close);
            return Atoll.stats().objects() == 0;
        });
        if (!isEmpty) {
            verdicts.left(Atoll.stats().objects() + " objects: " + Atoll.stats());
        }
    }

    /** REQUIRES: the session has been closed. */
    void ofSession(List<Long> workers, Path spilled, Path marks) throws IOException, InterruptedException {
        for (long pid : workers) {
            if (!comes(() -> isGone(pid))) {
                verdicts.left("worker " + pid);
            }
        }
        for (Path each : list(marks)) {
            String name = each.getFileName().toString();
            if (name.startsWith(CHILD) && !comes(() -> isGone(Long.parseLong(name.substring(CHILD.length()))))) {
                verdicts.left("a child of a worker, " + name);
            }
            Files.delete(each);
        }
        SessionDirectory.own().forEach(path -> verdicts.left(path.toString()));
        list(spilled).forEach(path -> verdicts.left(path.toString()));
        boolean isQuiet = comes(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("atoll-")));
        if (!isQuiet) {
            verdicts.left("threads: "
                    + Thread.getAllStackTraces().keySet().stream()
                            .map(Thread::getName)
                            .filter(name -> name.startsWith("atoll-"))
                            .sorted()
                            .toList());
        }
        if (!comes(() -> descriptors().equals(before))) {
            verdicts.left("descriptors: " + descriptors() + ", before " + before);
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.sorted(Comparator.naturalOrder()).toList();
        }
    }

    private static boolean isGone(long pid) {
        return !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /** What a node has: files are the JVM's, which opens jars when it likes. */
    private static TreeMap<String, Integer> descriptors() {
        TreeMap<String, Integer> counts = new TreeMap<>();
        try {
            for (Path each : list(Path.of("/proc/self/fd"))) {
                String target = Files.exists(each, java.nio.file.LinkOption.NOFOLLOW_LINKS)
                        ? Files.readSymbolicLink(each).toString().replaceAll("[0-9]+", "N")
                        : "";
                if (Stream.of("socket:", "pipe:", "anon_inode:", "/memfd:").anyMatch(target::startsWith)) {
                    counts.merge(target, 1, Integer::sum);
                }
            }
        } catch (IOException e) {
            counts.put(e.toString(), 1);
        }
        return counts;
    }
}
