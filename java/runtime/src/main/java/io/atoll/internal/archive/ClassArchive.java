package io.atoll.internal.archive;

import io.atoll.internal.log.Log;
import io.atoll.internal.process.WorkerClassPath;
import io.atoll.internal.process.WorkerCommand;
import io.atoll.jni.NativeLibrary;
import io.atoll.jni.SystemProperty;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Atoll's own classes as a worker's JVM has them once it has read, checked and linked them: with such an archive it starts in
 * about half the time. It holds no class of the user's: of their jars and directories nothing is read, and whose classes win
 * does not change, since a worker's class path begins with Atoll's jars anyway. Whatever is not just as it was when an
 * archive was made, or might disturb it, means a start without.
 *
 * <p>A JVM of its own, at the lowest priority, makes what is missing. It may outlive the driver by a few seconds.
 */
public final class ClassArchive {
    /** From this release on a JVM has caches of what it compiles ahead of time, of which class data is a part. */
    private static final int AHEAD_OF_TIME = 25;

    /** Words of a worker's command that an archive does not depend on. */
    private static final Pattern HARMLESS =
            Pattern.compile("-D(?!java\\.(system\\.class\\.loader|security\\.manager)|jdk\\.).*"
                    + "|-Xlog.*|-Xss.*|-Xmx\\d+|-XX:ErrorFile=.*|-XX:-UsePerfData|-XX:\\+ExitOnOutOfMemoryError"
                    + "|--sun-misc-unsafe-memory-access=.*|-XX:\\+UseSerialGC|--enable-native-access=ALL-UNNAMED");
    /** Those with which an archive is made as it is used. */
    private static final Pattern SAME =
            Pattern.compile("--add-(opens|exports|reads)=.*|-[ed]s?a(:.*)?|-(en|dis)able(system)?assertions(:.*)?");

    /** A JVM takes it for the end of the name of one archive, and the beginning of the next one's. */
    private static final String BETWEEN_ARCHIVES = ":";

    private static final Pattern HEAP = Pattern.compile("-Xmx(\\d+)");
    /** Beyond it a JVM has other pointers in its archives. */
    private static final long MOST_HEAP = 30L << 30;

    /** What puts a program behind all others, the best first. */
    private static final List<List<String>> LAST = List.of(
            List.of("/usr/bin/chrt", "--idle", "0"),
            List.of("/usr/bin/nice", "-n", "19"),
            List.of("/bin/nice", "-n", "19"));

    /** A JVM that ends waits 300 ms for the thread that waits for a child which goes on: this child does not. */
    private static final List<String> AND_LEAVE = List.of("/bin/sh", "-c", "\"$@\" &", "sh");

    private static final long LATER_NANOS = 5_000_000_000L;

    private static final ClassArchive NONE = new ClassArchive(null, "", "", List.of(), List.of());

    private final @Nullable Path place; // null where there is none
    private final String name;
    private final String madeOf;
    private final List<String> flags;
    /** The command that makes it; empty when it is there, or is not to be made. */
    private final List<String> maker;

    private final AtomicBoolean begun = new AtomicBoolean();

    private ClassArchive(@Nullable Path place, String name, String madeOf, List<String> flags, List<String> maker) {
        this.place = place;
        this.name = name;
        this.madeOf = madeOf;
        this.flags = flags;
        this.maker = maker;
    }

    /**
     * @param main what workers run
     * @param command of {@link WorkerCommand#find}
     * @param environment what workers have beside, or instead of, this process's
     */
    public static ClassArchive find(Class<?> main, List<String> command, Map<String, String> environment) {
        Optional<Path> place = ArchiveCache.place();
        if (place.isEmpty()
                || place.get().toString().contains(BETWEEN_ARCHIVES)
                || WorkerCommand.VARIABLES.stream().anyMatch(each -> environment.get(each) != null)) {
            return NONE;
        }
        Optional<List<String>> same = sameWords(command);
        Optional<List<String>> jars = jars(main, command);
        if (same.isEmpty() || jars.isEmpty() || SystemProperty.WORKER_JAVA.value() != null || !isKnownJvm()) {
            return NONE;
        }
        try {
            String madeOf = madeOf(same.get(), jars.get());
            String name = name(madeOf);
            boolean isThere;
            boolean isToBeMade;
            try (ArchiveCache cache = ArchiveCache.open(place.get())) {
                Optional<Path> found = cache.find(name, madeOf);
                if (found.isPresent()) {
                    return new ClassArchive(place.get(), name, madeOf, using(found.get()), List.of());
                }
                isToBeMade = cache.hasRoom() && !cache.hasFailed(name);
            } catch (NoSuchFileException e) {
                isToBeMade = true;
            }
            return new ClassArchive(
                    place.get(),
                    name,
                    madeOf,
                    List.of(),
                    isToBeMade ? maker(command.get(0), same.get(), jars.get(), place.get(), name, madeOf) : List.of());
        } catch (IOException | RuntimeException e) { // a file system of another kind, say
            Log.of(ClassArchive.class).warn("workers start without an archive of classes: {}", e.getMessage());
            return NONE;
        }
    }

    /** What a worker's JVM is to be told; nothing when there is no archive. */
    public List<String> flags() {
        return flags;
    }

    /**
     * Has it made if it is missing, by a process that nobody waits for: when the first tasks of a program have gone, or when it is
     * told that the session ends. While its workers start that process would take a CPU from them, however low its priority: a
     * CPU that runs it is not taken for one that is free.
     */
    public void makeLater() {
        if (place == null || maker.isEmpty()) {
            return;
        }
        Thread thread = new Thread(
                null,
                () -> {
                    LockSupport.parkNanos(LATER_NANOS); // or less: that does no harm
                    makeNow();
                },
                "atoll-archive",
                256 * 1024);
        thread.setDaemon(true);
        thread.start();
    }

    /** The same, now, if that has not begun. */
    public void makeNow() {
        if (place == null || maker.isEmpty() || begun.getAndSet(true)) {
            return;
        }
        try {
            ArchiveCache.make(place);
            List<String> command = new ArrayList<>(AND_LEAVE);
            command.addAll(maker);
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(place.toFile()) // else that of the user's is in use for some seconds more
                    .redirectInput(Redirect.from(new File("/dev/null")))
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD);
            WorkerCommand.VARIABLES.forEach(builder.environment()::remove);
            builder.start().waitFor();
        } catch (IOException e) {
            // A home that nobody can write to, say: workers go on as they do now.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes it away: a worker that was to start with it has not. */
    public void discard() {
        if (place == null) {
            return;
        }
        try (ArchiveCache cache = ArchiveCache.open(place)) {
            cache.discard(name);
        } catch (IOException e) {
            // Somebody else has.
        }
    }

    /** Those words of a command on which an archive depends; empty when there are others. */
    private static Optional<List<String>> sameWords(List<String> command) {
        List<String> same = new ArrayList<>();
        for (String word : command.subList(1, Math.max(1, command.indexOf("-cp")))) {
            if (isSame(word)) {
                same.add(word);
            } else if (!HARMLESS.matcher(word).matches() || isLargeHeap(word)) {
                return Optional.empty();
            }
        }
        return Optional.of(same);
    }

    static boolean isSame(String word) {
        return SAME.matcher(word).matches();
    }

    private static boolean isLargeHeap(String word) {
        var heap = HEAP.matcher(word);
        return heap.matches() && Long.parseLong(heap.group(1)) > MOST_HEAP;
    }

    /** With which the command's class path begins, Atoll's own; empty when they are not all jars, or it begins otherwise. */
    private static Optional<List<String>> jars(Class<?> main, List<String> command) {
        int path = command.indexOf("-cp") + 1;
        if (path == 0 || !command.get(command.size() - 1).equals(main.getName())) {
            return Optional.empty(); // modules, or a jar with jars inside
        }
        List<String> entries = List.of(command.get(path).split(File.pathSeparator));
        List<String> own = List.copyOf(WorkerClassPath.own(main));
        boolean isUsual = own.size() <= entries.size()
                && own.equals(entries.subList(0, own.size()))
                && own.stream().allMatch(each -> Files.isRegularFile(Path.of(each)));
        return isUsual ? Optional.of(own) : Optional.empty();
    }

    /** Others take other flags. */
    private static boolean isKnownJvm() {
        return System.getProperty("java.vm.name", "").endsWith("64-Bit Server VM");
    }

    /** All that an archive depends on. */
    private static String madeOf(List<String> same, List<String> jars) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String property : List.of("java.home", "java.vm.vendor", "java.vm.name", "java.vm.version")) {
            all.append(property)
                    .append(' ')
                    .append(System.getProperty(property))
                    .append('\n');
        }
        same.forEach(each -> all.append(each).append('\n'));
        for (String jar : jars) {
            Path file = Path.of(jar);
            all.append(jar)
                    .append(' ')
                    .append(Files.size(file))
                    .append(' ')
                    .append(Files.getLastModifiedTime(file).toMillis())
                    .append('\n');
        }
        return all.toString();
    }

    /** Two that have the same take each other's place. */
    private static String name(String madeOf) {
        CRC32C checksum = new CRC32C();
        checksum.update(madeOf.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", checksum.getValue());
    }

    private static boolean isAheadOfTime() {
        return Runtime.version().feature() >= AHEAD_OF_TIME;
    }

    /** Without a word of the JVM's own about an archive that it does not take, or that has gone meanwhile. */
    private static List<String> using(Path archive) {
        return isAheadOfTime()
                ? List.of("-Xlog:aot*=off", "-Xlog:cds*=off", "-XX:AOTCache=" + archive)
                : List.of("-Xlog:cds*=off", "-XX:SharedArchiveFile=" + archive);
    }

    /** The same for who is to fail when the archive is of no use, after having checked it. */
    static List<String> insisting(Path archive) {
        return isAheadOfTime()
                ? List.of("-XX:AOTMode=on", "-XX:AOTCache=" + archive)
                : List.of("-Xshare:on", "-XX:SharedArchiveFile=" + archive, "-XX:+VerifySharedSpaces");
    }

    /** For a JVM that is to write its archive when it ends. */
    static String making(Path archive) {
        return (isAheadOfTime() ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + archive;
    }

    private static List<String> maker(
            String java, List<String> same, List<String> jars, Path place, String name, String madeOf) {
        List<String> command = new ArrayList<>();
        LAST.stream()
                .filter(each -> Files.isExecutable(Path.of(each.get(0))))
                .findFirst()
                .ifPresent(command::addAll);
        if (command.isEmpty()) {
            return List.of();
        }
        command.add(java);
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xmx256m"));
        command.addAll(same);
        command.addAll(List.of("-D" + SystemProperty.CLASS_CACHE.key() + "=none", "-cp"));
        command.add(String.join(File.pathSeparator, jars));
        command.addAll(List.of(
                ArchiveMain.class.getName(),
                place.toString(),
                name,
                madeOf,
                NativeLibrary.location().toString()));
        return command;
    }
}
