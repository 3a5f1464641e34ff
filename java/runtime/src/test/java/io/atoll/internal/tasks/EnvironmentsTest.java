package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.RemoteFunction0;
import io.atoll.WorkerDiedException;
import io.atoll.concurrent.Emitter;
import io.atoll.concurrent.RefStream;
import io.atoll.concurrent.WorkerEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tasks in environments of their own. */
@Timeout(120)
class EnvironmentsTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final WorkerEnvironment RED = environment("red");
    private static final WorkerEnvironment BLUE = environment("blue");

    @TempDir
    Path directory;

    private static WorkerEnvironment environment(String colour) {
        return new WorkerEnvironment(List.of(), List.of("-Dcolour=" + colour), Map.of("COLOUR", colour));
    }

    private static AtollOptions.Builder small(int workers) {
        return AtollOptions.builder().workers(workers).cpus(2).storeBytes(32L << 20);
    }

    static String colour() {
        return System.getProperty("colour") + " " + System.getenv("COLOUR");
    }

    static long pid() {
        return ProcessHandle.current().pid();
    }

    /** Of children in the same environment, in another, and in none. */
    static List<Object> coloursOfChildren() {
        return List.of(
                Atoll.task(EnvironmentsTest::colour).remote().get(),
                Atoll.task(EnvironmentsTest::pid).remote().get().equals(pid()),
                Atoll.task(EnvironmentsTest::colour).in(BLUE).remote().get(),
                Atoll.task(EnvironmentsTest::colour)
                        .in(WorkerEnvironment.none())
                        .remote()
                        .get());
    }

    static void emitColours(int count, Emitter<String> out) {
        for (int i = 0; i < count; ++i) {
            out.emit(colour());
        }
    }

    static String load(String name) throws ReflectiveOperationException {
        return Class.forName(name, true, Thread.currentThread().getContextClassLoader())
                .getConstructor()
                .newInstance()
                .toString();
    }

    @Test
    void shouldRunTasksInWorkersThatHaveWhatTheyAskFor() {
        RemoteFunction0<String> red =
                RemoteFunction0.of(EnvironmentsTest::colour).in(RED);
        try (AtollSession session = Atoll.init(small(3).build())) {
            assertThat(red.submit().get(SOON)).isEqualTo("red red");
            assertThat(Atoll.task(EnvironmentsTest::colour).in(BLUE).remote().get(SOON))
                    .isEqualTo("blue blue");
            assertThat(Atoll.task(EnvironmentsTest::colour).remote().get(SOON)).isEqualTo("null null");
            long pid = Atoll.task(EnvironmentsTest::pid).in(RED).remote().get(SOON);
            assertThat(Atoll.task(EnvironmentsTest::pid)
                            .in(environment("red"))
                            .remote()
                            .get(SOON))
                    .isEqualTo(pid);
            assertThat(Atoll.task(EnvironmentsTest::pid).in(BLUE).remote().get(SOON))
                    .isNotEqualTo(pid);
        }
    }

    @Test
    void shouldRunChildrenWhereTheirParentIsUnlessTheyAreGivenAnother() {
        try (AtollSession session = Atoll.init(small(2).build())) {
            assertThat(Atoll.task(EnvironmentsTest::coloursOfChildren)
                            .in(RED)
                            .remote()
                            .get(SOON))
                    .containsExactly("red red", true, "blue blue", "null null");
            assertThat(Atoll.task(EnvironmentsTest::coloursOfChildren).remote().get(SOON))
                    .containsExactly("null null", true, "blue blue", "null null");
        }
    }

    @Test
    void shouldTakeTurnsInTheOnlyPlaceThatThereIs() {
        try (AtollSession session = Atoll.init(small(1).build())) {
            List<ObjectRef<String>> refs = new ArrayList<>();
            for (int i = 0; i < 2; ++i) {
                refs.add(Atoll.task(EnvironmentsTest::colour).in(RED).remote());
                refs.add(Atoll.task(EnvironmentsTest::colour).in(BLUE).remote());
                refs.add(Atoll.task(EnvironmentsTest::colour).remote());
            }
            assertThat(Atoll.get(refs, SOON))
                    .containsExactly("red red", "blue blue", "null null", "red red", "blue blue", "null null");
        }
    }

    @Test
    void shouldHaveStreamsAndClassesOfAnEnvironment() throws Exception {
        Path source = Files.writeString(
                directory.resolve("Plugin.java"),
                "public class Plugin { public String toString() { return \"plugged in\"; } }");
        Path classes = Files.createDirectory(directory.resolve("classes"));
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-d", classes.toString(), source.toString()))
                .isZero();
        WorkerEnvironment plugged = new WorkerEnvironment(List.of(classes), List.of("-Dcolour=green"), Map.of());
        try (AtollSession session = Atoll.init(small(1).build())) {
            assertThat(Atoll.task(EnvironmentsTest::load, "Plugin")
                            .in(plugged)
                            .remote()
                            .get(SOON))
                    .isEqualTo("plugged in");
            List<String> seen = new ArrayList<>();
            try (RefStream<String> colours = Atoll.<Integer, String>stream(EnvironmentsTest::emitColours, 3)
                    .in(plugged)
                    .remote()) {
                colours.forEach(ref -> seen.add(ref.get(SOON)));
            }
            assertThat(seen).containsExactly("green null", "green null", "green null");
            assertThatThrownBy(() -> Atoll.task(EnvironmentsTest::load, "Plugin")
                            .remote()
                            .get(SOON))
                    .hasRootCauseInstanceOf(ClassNotFoundException.class);
        }
    }

    @Test
    void shouldFailTheTasksOfAnEnvironmentInWhichNoWorkerStartsAndNoOthers() {
        WorkerEnvironment broken =
                new WorkerEnvironment(List.of(), List.of("-XX:+NoSuchFlag"), Map.of("SECRET", "xyz"));
        try (AtollSession session = Atoll.init(small(2).build())) {
            for (int i = 0; i < 2; ++i) {
                ObjectRef<String> never =
                        Atoll.task(EnvironmentsTest::colour).in(broken).remote();
                ObjectRef<String> red =
                        Atoll.task(EnvironmentsTest::colour).in(RED).remote();
                ObjectRef<String> other = Atoll.task(EnvironmentsTest::colour).remote();
                assertThatThrownBy(() -> never.get(SOON))
                        .isInstanceOf(WorkerDiedException.class)
                        .hasMessageContaining("EnvironmentsTest.colour")
                        .hasMessageContaining("NoSuchFlag")
                        .hasMessageContaining("SECRET")
                        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("xyz"));
                assertThat(red.get(SOON)).isEqualTo("red red");
                assertThat(other.get(SOON)).isEqualTo("null null");
            }
        }
    }
}
