package io.atoll.internal.runtime;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.ObjectRef;
import io.atoll.internal.process.SessionDirectory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Tasks that end their worker, and drivers to be killed. */
public final class Deaths {
    private Deaths() {}

    static void die() {
        Runtime.getRuntime().halt(137);
    }

    public static int dieOnce(String directory, byte[] argument) throws IOException {
        try {
            Files.createFile(Path.of(directory, "died"));
        } catch (FileAlreadyExistsException e) {
            return argument[7];
        }
        die();
        return 0;
    }

    public static int dieAlways(String directory) throws IOException {
        Files.createTempFile(Path.of(directory), "run", "");
        System.out.println("about to end\nwith this");
        die();
        return 0;
    }

    public static long startChild() throws IOException {
        return new ProcessBuilder("sleep", "1000").inheritIO().start().pid();
    }

    public static int startChildAndDie(String directory) throws IOException {
        Files.writeString(Path.of(directory, "child"), Long.toString(startChild()));
        die();
        return 0;
    }

    public static int fillHeap() {
        Object[] last = null;
        while (true) {
            Object[] next = new Object[64];
            next[0] = last;
            last = next;
        }
    }

    static void begin(String directory) throws Exception {
        Files.createFile(Path.of(directory, "begun"));
        Thread.sleep(Long.MAX_VALUE);
    }

    public static int slowly(int value) throws InterruptedException {
        Thread.sleep(2);
        return value;
    }

    public static int nestedDiesOnce(String directory) {
        ObjectRef<Integer> one = Atoll.task(Tasks::add, 1, 0).remote();
        ObjectRef<Integer> two = Atoll.task(Deaths::dieOnce, directory, new byte[] {0, 0, 0, 0, 0, 0, 0, 2})
                .remote();
        return one.get() + two.get();
    }

    /** Prints its workers, a child of one of them, and session directory, and then waits to be killed. */
    public static final class IdleDriver {
        private IdleDriver() {}

        public static void main(String[] arguments) throws Exception {
            Atoll.init(AtollOptions.builder()
                    .workers(2)
                    .cpus(2)
                    .storeBytes(64L << 20)
                    .build());
            while (Atoll.stats().workers().size() < 2) {
                Thread.sleep(1);
            }
            Atoll.get(List.of(
                    Atoll.task(Tasks::pid).remote(), Atoll.task(Tasks::pid).remote()));
            Atoll.stats().workers().forEach(worker -> System.out.println("worker " + worker.pid()));
            System.out.println(
                    "worker " + Atoll.task(Deaths::startChild).remote().get());
            List<ObjectRef<byte[]>> more = List.of(Atoll.put(new byte[40 << 20]), Atoll.put(new byte[40 << 20]));
            System.out.println("spilled "
                    + Path.of(
                            System.getProperty("java.io.tmpdir"),
                            String.format("atoll-spill-%016x", more.get(0).id().store())));
            SessionDirectory.own().forEach(path -> System.out.println("session " + path));
            System.out.println("ready");
            Thread.sleep(Long.MAX_VALUE);
        }
    }
}
