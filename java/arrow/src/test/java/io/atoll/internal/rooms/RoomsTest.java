package io.atoll.internal.rooms;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.arrow.ArrowCompute;
import io.atoll.internal.runtime.WorkerMain;
import io.atoll.internal.store.testkit.InMemoryStore;
import io.atoll.jni.NativeLibrary;
import io.atoll.scheduler.Scheduler;
import io.atoll.store.StoreClient;
import io.atoll.tensor.Tensor;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rooms of the Java house, as ARCHITECTURE.md draws them: no arrow runs up, none is overfull, none is in two artifacts. */
@Tag("once")
class RoomsTest {
    /** From the bottom: the classes of each see those of rooms before it, and of their own. */
    private static final List<Set<String>> ROOMS = List.of(
            Set.of("io.atoll.jni"),
            Set.of("io.atoll", "io.atoll.concurrent", "io.atoll.spi"),
            Set.of("io.atoll.internal.store"),
            Set.of("io.atoll.store"),
            Set.of("io.atoll.internal.store.testkit"),
            Set.of("io.atoll.internal.log"),
            Set.of("io.atoll.internal.memory"),
            Set.of("io.atoll.internal.codecs"),
            Set.of("io.atoll.tensor"),
            Set.of("io.atoll.codec"),
            Set.of("io.atoll.internal.arrow"),
            Set.of("io.atoll.table"),
            Set.of("io.atoll.internal.kinds"),
            Set.of("io.atoll.internal.fields"),
            Set.of("io.atoll.internal.plain"),
            Set.of("io.atoll.internal.hooks"),
            Set.of("io.atoll.internal.graph"),
            Set.of("io.atoll.internal.objects"),
            Set.of("io.atoll.objects"),
            Set.of("io.atoll.scheduler"),
            Set.of("io.atoll.internal.classes"),
            Set.of("io.atoll.internal.call"),
            Set.of("io.atoll.internal.process"),
            Set.of("io.atoll.internal.archive"),
            Set.of("io.atoll.internal.lineage"),
            Set.of("io.atoll.internal.node"),
            Set.of("io.atoll.internal.threads"),
            Set.of("io.atoll.internal.run"),
            Set.of("io.atoll.internal.runtime"),
            Set.of("io.atoll.internal.compute"),
            Set.of("io.atoll.arrow"));

    private static final List<Class<?>> ARTIFACTS = List.of(
            NativeLibrary.class,
            Atoll.class,
            StoreClient.class,
            InMemoryStore.class,
            Tensor.class,
            Scheduler.class,
            WorkerMain.class,
            ArrowCompute.class);

    private static final Pattern NAMED = Pattern.compile("L(io/atoll/[\\w/$]+);");
    /** A source below any root of an artifact: written by hand, a template, or what those became. */
    private static final Pattern SOURCE = Pattern.compile("(?<artifact>.+?)/(?:src/(?<kind>[^/]+)/[^/]+|"
            + "target/generated-sources/atoll)/(?:(?<package>.+)/)?(?<name>[^/]+)\\.java");
    /** What GenerateTaskOverloads makes of nothing, one for each number of parameters. */
    private static final Pattern GENERATED = Pattern.compile("(F|P|RemoteFunction|RemoteAction)\\d+");

    private static final int MOST_LINES = 500;
    private static final int MOST_FILES = 30;

    @Test
    void shouldHaveNoArrowThatRunsUp() throws IOException {
        Map<String, Integer> floors = new HashMap<>();
        for (int i = 0; i < ROOMS.size(); i++) {
            for (String each : ROOMS.get(i)) {
                floors.put(each, i);
            }
        }
        Set<String> found = new TreeSet<>();
        List<String> wrong = new ArrayList<>();
        for (Class<?> artifact : ARTIFACTS) {
            classes(artifact).forEach((name, seen) -> {
                String room = packageOf(name);
                found.add(room);
                for (String each : seen) {
                    if (floors.getOrDefault(packageOf(each), Integer.MAX_VALUE) > floors.getOrDefault(room, -1)) {
                        wrong.add(name + " -> " + each);
                    }
                }
            });
        }
        assertThat(wrong).isEmpty();
        assertThat(found).isEqualTo(new TreeSet<>(floors.keySet())); // and all classes were looked at
    }

    @Test
    void shouldHaveNoRoomThatIsOverfull() throws IOException {
        List<String> wrong = new ArrayList<>();
        Map<String, Set<String>> files = new TreeMap<>(); // of an artifact's package: its own and its tests' apart
        for (Source source : sources()) {
            // The class Atoll that a build makes: its template counts, the overloads are written by nobody.
            boolean isTemplates = source.isGenerated() && source.name.equals("Atoll");
            long lines = isTemplates ? 0 : Files.readAllLines(source.file).size();
            if (lines > MOST_LINES) {
                wrong.add(source.file + " has " + lines + " lines");
            }
            if (!source.isGenerated() || !GENERATED.matcher(source.name).matches()) {
                String artifact = source.artifact + ("test".equals(source.kind) ? " (tests) " : " ");
                files.computeIfAbsent(artifact + source.room, unused -> new TreeSet<>())
                        .add(source.name);
            }
        }
        files.forEach((room, names) -> {
            if (names.size() > MOST_FILES) {
                wrong.add(room + " has " + names.size() + " files");
            }
        });
        assertThat(files).containsKeys("java/api io.atoll", "java/api (tests) io.atoll", "jni-bindings io.atoll.jni");
        assertThat(files.get("java/api io.atoll")).as("from a template").contains("Atoll");
        assertThat(wrong).isEmpty();
    }

    /** Else they cannot both be modules, tests and what is never published included. */
    @Test
    void shouldHaveNoPackageInTwoArtifacts() throws IOException {
        Map<String, Set<String>> artifacts = new TreeMap<>();
        for (Source source : sources()) {
            if (source.room != null) {
                artifacts
                        .computeIfAbsent(source.room, unused -> new TreeSet<>())
                        .add(source.artifact);
            }
        }
        assertThat(artifacts).containsKeys("io.atoll", "io.atoll.internal.rooms", "io.atoll.benchmarks");
        artifacts.values().removeIf(each -> each.size() == 1);
        assertThat(artifacts).isEmpty();
    }

    /**
     * @param artifact its folder
     * @param kind main, test or the like; null for what a build has made
     * @param room the package; null for the unnamed one
     */
    private record Source(Path file, String artifact, String kind, String room, String name) {
        boolean isGenerated() {
            return kind == null;
        }
    }

    private static List<Source> sources() throws IOException {
        Path root = Path.of("../..").toRealPath();
        List<Source> sources = new ArrayList<>();
        for (String part : List.of("java", "jni-bindings", "benchmarks")) {
            try (Stream<Path> all = Files.walk(root.resolve(part))) {
                all.filter(each -> each.toString().endsWith(".java")).forEach(file -> {
                    Matcher place = SOURCE.matcher(root.relativize(file).toString());
                    if (place.matches()) {
                        String room = place.group("package");
                        sources.add(new Source(
                                file,
                                place.group("artifact"),
                                place.group("kind"),
                                room == null ? null : room.replace('/', '.'),
                                place.group("name")));
                    }
                });
            }
        }
        return sources;
    }

    /** Else a warning is lost where no provider of SLF4J is there. */
    @Test
    void shouldTakeLoggersFromOnePlace() throws IOException {
        try (Stream<Path> all = Files.walk(Path.of("..").toRealPath())) {
            assertThat(all.filter(each -> each.toString().contains("/src/main/")
                                    && each.toString().endsWith(".java"))
                            .filter(each -> text(each).contains("LoggerFactory.getLogger(")))
                    .isEmpty();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String packageOf(String className) {
        return className.substring(0, className.lastIndexOf('.'));
    }

    /** Of an artifact, by name: which of our classes each names. */
    private static Map<String, Set<String>> classes(Class<?> ofArtifact) throws IOException {
        Path place = Path.of(
                ofArtifact.getProtectionDomain().getCodeSource().getLocation().getPath());
        if (Files.isDirectory(place)) {
            return classesBelow(place);
        }
        try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + place.toUri()), Map.of())) {
            return classesBelow(jar.getPath("/"));
        }
    }

    private static Map<String, Set<String>> classesBelow(Path root) throws IOException {
        Map<String, Set<String>> classes = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root.resolve("io"))) {
            for (Path file : all.filter(each -> each.toString().endsWith(".class"))
                    .filter(each -> !each.toString().contains("io/atoll/internal/agrona/"))
                    .toList()) {
                String name = root.relativize(file).toString();
                classes.put(name.substring(0, name.length() - ".class".length()).replace('/', '.'), namedIn(file));
            }
        }
        return classes;
    }

    /** Our classes in a class file's constant pool: of its own strings, those that stand for classes and signatures. */
    private static Set<String> namedIn(Path file) throws IOException {
        Map<Integer, String> texts = new HashMap<>();
        List<Integer> classNames = new ArrayList<>();
        try (InputStream stream = Files.newInputStream(file);
                DataInputStream in = new DataInputStream(stream)) {
            in.skipNBytes(8);
            int count = in.readUnsignedShort();
            for (int i = 1; i < count; i++) {
                int tag = in.readUnsignedByte();
                switch (tag) {
                    case 1 -> texts.put(i, in.readUTF());
                    case 7 -> classNames.add(in.readUnsignedShort());
                    case 8, 16, 19, 20 -> in.skipNBytes(2);
                    case 15 -> in.skipNBytes(3);
                    case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
                    case 5, 6 -> {
                        in.skipNBytes(8);
                        i++; // takes two numbers
                    }
                    default -> throw new IOException(file + ": constant of tag " + tag);
                }
            }
        }
        Set<String> named = new TreeSet<>();
        for (int each : classNames) {
            String name = texts.get(each);
            if (name.startsWith("io/atoll/")) {
                named.add(name.replace('/', '.'));
            }
        }
        for (String text : texts.values()) {
            for (Matcher matcher = NAMED.matcher(text); matcher.find(); ) {
                named.add(matcher.group(1).replace('/', '.'));
            }
        }
        named.removeIf(name -> name.startsWith("io.atoll.internal.agrona."));
        return named;
    }
}
