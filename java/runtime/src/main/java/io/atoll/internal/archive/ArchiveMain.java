package io.atoll.internal.archive;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.internal.process.SessionDirectory;
import io.atoll.jni.SystemProperty;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The program that makes an archive: a driver of its own whose one worker does what first tasks do, and writes the archive
 * when it ends. Of several that are started at once one makes it, and the others end.
 */
final class ArchiveMain {
    private static final long PATIENCE_MINUTES = 3;

    private ArchiveMain() {}

    /** @param arguments the cache's directory, name of the archive, what it is made of, URL of the native library; none for a trial */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 0) {
            return; // A JVM that has come so far takes the archive.
        }
        String name = arguments[1];
        String madeOf = arguments[2];
        try (ArchiveCache cache = ArchiveCache.open(Path.of(arguments[0]));
                FileLock lock = cache.lock()) {
            if (lock == null || cache.find(name, madeOf).isPresent() || cache.hasFailed(name)) {
                return;
            }
            cache.tidy(ArchiveCache.MOST_BYTES);
            Path archive = cache.unfinished(name);
            boolean isMade = false;
            try {
                work(archive, URI.create(arguments[3]));
                if (isTaken(archive)) {
                    cache.add(name, madeOf);
                    isMade = true;
                }
            } finally {
                cache.tidy(ArchiveCache.MOST_BYTES);
                if (!isMade) {
                    cache.fail(name);
                }
            }
        }
    }

    /** Has a worker do what first tasks do, and write the archive. */
    private static void work(Path archive, URI library) throws IOException {
        Path own = SessionDirectory.create(); // where libraries can be executed, and are swept after a kill
        try {
            Path file = own.resolve("library");
            try (InputStream in = library.toURL().openStream()) {
                Files.copy(in, file);
            }
            System.setProperty(SystemProperty.LIBRARY_PATH.key(), file.toString());
            try (AtollSession session = Atoll.init(AtollOptions.builder()
                    .workers(1)
                    .cpus(2)
                    .storeBytes(64L << 20)
                    .workerJvmArguments(ClassArchive.making(archive))
                    .build())) {
                runTasks();
            }
        } finally {
            SessionDirectory.delete(own);
        }
    }

    private static void runTasks() {
        Duration patience = Duration.ofMinutes(PATIENCE_MINUTES);
        Atoll.get(Atoll.task(ArchiveMain::number, 1).remote(), patience);
        Sample sample = new Sample(1, "one", List.of(1, 2), Map.of("k", 1.5), Optional.of(2L), LocalDate.EPOCH);
        ObjectRef<Sample> stored = Atoll.put(sample);
        Atoll.get(Atoll.task(ArchiveMain::again, stored).remote(), patience);
        Atoll.get(
                Atoll.task(ArchiveMain::same, new ArrayList<>(List.of("a", "b")))
                        .remote(),
                patience);
        Atoll.get(Atoll.task(ArchiveMain::same, Set.of(TimeUnit.SECONDS)).remote(), patience);
        Atoll.get(Atoll.task(ArchiveMain::same, new double[] {1, 2}).remote(), patience);
        int base = 1;
        Atoll.get(Atoll.task(number -> number + base, 1).remote(), patience);
        Atoll.get(Atoll.task(ArchiveMain::nested, 2).remote(), patience);
        try {
            Atoll.get(Atoll.task(ArchiveMain::failing, "as asked").remote(), patience);
            throw new AssertionError("a task that throws has returned");
        } catch (TaskException e) {
            // How that is loaded is in the archive now.
        }
    }

    private record Sample(
            int number,
            String text,
            List<Integer> list,
            Map<String, Double> map,
            Optional<Long> optional,
            LocalDate day) {}

    private static int number(int number) {
        return number;
    }

    private static Sample again(Sample sample) {
        return new Sample(
                sample.number() + 1, sample.text(), sample.list(), sample.map(), sample.optional(), sample.day());
    }

    private static <T> T same(T value) {
        return value;
    }

    private static int nested(int depth) {
        return depth == 0
                ? 0
                : Atoll.task(ArchiveMain::nested, depth - 1).remote().get() + Atoll.get(Atoll.put(depth));
    }

    private static int failing(String why) {
        throw new IllegalStateException(why);
    }

    /** Whether a JVM starts with it, which checks it first. */
    static boolean isTaken(Path archive) throws IOException, InterruptedException {
        if (!Files.isRegularFile(archive)) {
            return false;
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ClassArchive.insisting(archive));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(ClassArchive::isSame)
                .forEach(command::add);
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                ArchiveMain.class.getName()));
        Process trial = new ProcessBuilder(command)
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
        try {
            return trial.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES) && trial.exitValue() == 0;
        } finally {
            trial.destroyForcibly();
        }
    }
}
