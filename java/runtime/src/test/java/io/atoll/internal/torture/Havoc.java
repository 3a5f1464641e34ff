package io.atoll.internal.torture;

import io.atoll.Atoll;
import io.atoll.internal.process.Workers;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Kills and stops the workers of this process, those that are only starting too, and fills the disk. A thread of its own. */
final class Havoc extends Thread {
    private static final int LONGEST_PAUSE_MILLIS = 1500;
    private static final int LONGEST_STOP_MILLIS = 800;
    private static final int LONGEST_FILL_MILLIS = 1500;
    private static final int CHUNK = 1 << 20;

    private final Random random;
    private final Path disk;
    private final Verdicts verdicts;
    private volatile boolean isOver;

    /** @param disk a small one, to be filled now and then; null for none */
    Havoc(long seed, Path disk, Verdicts verdicts) {
        super("havoc");
        random = new Random(seed);
        this.disk = disk;
        this.verdicts = verdicts;
    }

    /** Ends it; nobody is stopped then, and the disk has room. */
    void end() throws InterruptedException {
        isOver = true;
        join();
    }

    @Override
    public void run() {
        try {
            while (!isOver) {
                Thread.sleep(random.nextInt(LONGEST_PAUSE_MILLIS));
                int kind = random.nextInt(100);
                if (kind < 45) {
                    kill(anyOf(Workers.pids()));
                } else if (kind < 60) {
                    kill(anyOf(starting()));
                } else if (kind < 85) {
                    stop(anyOf(all()));
                } else if (disk != null) {
                    fill();
                }
            }
        } catch (Exception e) {
            verdicts.wrong("havoc", e);
        }
    }

    /** The processes of workers that this process has started, and that live. */
    static List<Long> all() {
        return ProcessHandle.current()
                .children()
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .filter(Havoc::isWorker)
                .toList();
    }

    private static boolean isWorker(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline")).contains("WorkerMain");
        } catch (IOException e) {
            return false; // It has ended.
        }
    }

    private static List<Long> starting() {
        List<Long> joined = Workers.pids();
        return all().stream().filter(pid -> !joined.contains(pid)).toList();
    }

    /** Null when there is none. */
    private Long anyOf(List<Long> pids) {
        return pids.isEmpty() ? null : pids.get(random.nextInt(pids.size()));
    }

    private void kill(Long pid) {
        if (pid != null
                && ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false)) {
            verdicts.kills.incrementAndGet();
        }
    }

    /** For a while. Now and then it does not go on. */
    private void stop(Long pid) throws InterruptedException, IOException {
        if (pid == null) {
            return;
        }
        verdicts.stops.incrementAndGet();
        signal("STOP", pid);
        Thread.sleep(random.nextInt(LONGEST_STOP_MILLIS));
        if (random.nextInt(4) == 0) {
            kill(pid);
        }
        signal("CONT", pid);
    }

    private static void signal(String name, long pid) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private void fill() throws IOException, InterruptedException {
        Path filler = disk.resolve("filler");
        verdicts.diskWasFull = true;
        verdicts.fills.incrementAndGet();
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (!isOver) {
                out.write(new byte[CHUNK]);
            }
        } catch (IOException e) {
            Thread.sleep(random.nextInt(LONGEST_FILL_MILLIS)); // It is full.
        } finally {
            Files.delete(filler);
        }
    }

    /** Has the workers say what their threads are at. */
    static void showStacks() {
        try {
            for (long pid : all()) {
                signal("QUIT", pid);
            }
            Thread.sleep(1000);
        } catch (IOException | InterruptedException e) {
            System.out.println("no stacks: " + e);
        }
        System.out.println(Atoll.stats());
    }

    /** Ends what a program has left that is stuck. */
    static void endAll() {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    }
}
