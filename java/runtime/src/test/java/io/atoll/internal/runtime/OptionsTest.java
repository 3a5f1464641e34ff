package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollException;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.GetTimeoutException;
import io.atoll.NodeStats;
import io.atoll.ObjectRef;
import io.atoll.ObjectStoreFullException;
import io.atoll.TaskException;
import io.atoll.UnserializableException;
import java.io.File;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What options say is so, and what users get wrong is told where it happens. */
@Timeout(120)
class OptionsTest {
    @TempDir
    Path directory;

    private static AtollOptions.Builder small() {
        return AtollOptions.builder().workers(1).cpus(1).storeBytes(32L << 20);
    }

    static List<String> seen(String property, String variable) {
        return List.of(
                Long.toString(Runtime.getRuntime().maxMemory() >> 20),
                System.getProperty(property),
                System.getenv(variable),
                Boolean.toString(System.getenv().containsKey("PATH")),
                System.getProperty("java.class.path"));
    }

    @Test
    void shouldGiveWorkersTheirHeapArgumentsEnvironmentAndClassPath() {
        AtollOptions options = small().workerHeapBytes(64 << 20)
                .workerJvmArguments("-Dour.property=a b", "-XX:+UseSerialGC")
                .workerEnvironment("OUR_VARIABLE", "größe = 1")
                .workerClassPath(directory)
                .build();
        try (AtollSession session = Atoll.init(options)) {
            List<String> seen = Atoll.task(OptionsTest::seen, "our.property", "OUR_VARIABLE")
                    .remote()
                    .get();
            assertThat(Integer.parseInt(seen.get(0))).isBetween(50, 64);
            assertThat(seen.subList(1, 4)).containsExactly("a b", "größe = 1", "true");
            assertThat(seen.get(4)).endsWith(File.pathSeparator + directory);
        }
    }

    static List<String> collectors() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .map(GarbageCollectorMXBean::getName)
                .toList();
    }

    @Test
    void shouldGiveWorkersTheCollectorThatTheUserNames() {
        AtollOptions parallel = small().workerJvmArguments("-XX:+UseParallelGC").build();
        try (AtollSession session = Atoll.init(parallel)) {
            assertThat(Atoll.task(OptionsTest::collectors).remote().get()).contains("PS MarkSweep");
        }
    }

    @Test
    void shouldHaveNoMoreIdsThanItIsTold() {
        try (AtollSession session = Atoll.init(small().maxObjects(2000).build())) {
            List<ObjectRef<Integer>> refs = new ArrayList<>();
            assertThatThrownBy(() -> {
                        while (refs.size() < 100_000) { // the store has some more, in blocks
                            refs.add(Atoll.put(1));
                        }
                    })
                    .isInstanceOf(ObjectStoreFullException.class);
        }
    }

    static int awaitFile(String file, int value) throws Exception {
        while (!Files.exists(Path.of(file))) {
            Thread.sleep(2);
        }
        return value;
    }

    @Test
    void shouldCountTasksAndWaitForAll() throws Exception {
        String file = directory.resolve("go").toString();
        try (AtollSession session = Atoll.init(small().build())) {
            assertThat(session.awaitTasks(Duration.ZERO)).isTrue(); // though workers may still be starting
            ObjectRef<Integer> running =
                    Atoll.task(OptionsTest::awaitFile, file, 1).remote();
            ObjectRef<Integer> queued =
                    Atoll.task(OptionsTest::awaitFile, file, 2).remote();
            ObjectRef<Integer> waiting =
                    Atoll.task(OptionsTest::awaitFile, file, queued).remote();
            NodeStats stats = Atoll.stats();
            while (stats.runningTasks() != 1 || stats.queuedTasks() != 1 || stats.waitingTasks() != 1) {
                Thread.sleep(2);
                stats = Atoll.stats();
            }
            assertThat(session.awaitTasks(Duration.ofMillis(20))).isFalse();
            Files.createFile(Path.of(file));
            assertThat(session.awaitTasks(Duration.ofSeconds(100))).isTrue();
            assertThat(List.of(running.isReady(), queued.isReady(), waiting.isReady()))
                    .containsOnly(true);
            stats = Atoll.stats();
            assertThat(stats.runningTasks() + stats.queuedTasks() + stats.waitingTasks())
                    .isZero();
            Atoll.run(OptionsTest::submits, directory.resolve("inner").toString())
                    .remote();
            assertThat(session.awaitTasks(Duration.ofSeconds(100))).isTrue();
            assertThat(directory.resolve("inner")).exists();
            session.close();
            assertThatThrownBy(() -> session.awaitTasks(Duration.ZERO)).isInstanceOf(IllegalStateException.class);
        }
    }

    static void submits(String file) {
        Atoll.run(OptionsTest::create, file).remote();
    }

    static void create(String file) throws Exception {
        Thread.sleep(50);
        Files.createFile(Path.of(file));
    }

    // ---- what users get wrong

    @Test
    void shouldTellWhichArgumentTheWorkersJvmDoesNotKnow() {
        for (String unknown : List.of("-XX:+UseFooGC", "-foo", "-XX:NoSuchThing=3")) {
            AtollOptions options = small().workerJvmArguments(unknown).build();
            try (AtollSession session = Atoll.init(options)) {
                assertThatThrownBy(() -> Atoll.task(Tasks::add, 1, 2).remote().get())
                        .isInstanceOf(AtollException.class)
                        .hasMessageContaining(
                                unknown.replaceFirst("^-XX:\\+?", "").replaceFirst("=.*", ""));
            }
        }
    }

    @Test
    void shouldNameASpillDirectoryThatIsNotThere() {
        Path missing = directory.resolve("not/there");
        assertThatThrownBy(() -> Atoll.init(small().spillDirectory(missing).build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(missing.toString())
                .hasMessageContaining("does not exist");
        assertThat(Atoll.isInitialized()).isFalse();
    }

    @Test
    void shouldNameASpillDirectoryThatTakesNoFiles() {
        assertThatThrownBy(() ->
                        Atoll.init(small().spillDirectory(Path.of("/proc")).build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("spillDirectory /proc")
                .hasMessageContaining("withoutSpilling");
    }

    @Test
    void shouldNameAClassPathEntryThatIsNotThere() {
        Path missing = directory.resolve("no.jar");
        assertThatThrownBy(() -> Atoll.init(small().workerClassPath(missing).build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(missing.toString())
                .hasMessageContaining("workerClassPath");
        assertThat(Atoll.isInitialized()).isFalse();
    }

    @Test
    void shouldNameTheTaskAndTheArgumentThatCannotBeStored() {
        try (AtollSession session = Atoll.init(small().build())) {
            Thread thread = Thread.currentThread();
            assertThatThrownBy(() -> Atoll.task((String a, Thread b) -> a + b, "x", thread)
                            .name("both")
                            .remote())
                    .isInstanceOf(UnserializableException.class)
                    .hasMessageStartingWith("task both, argument 2: thread: java.lang.Thread cannot be stored");
            assertThatThrownBy(() ->
                            Atoll.task(() -> thread.getName()).name("captured").remote())
                    .isInstanceOf(UnserializableException.class)
                    .hasMessageStartingWith("task captured, what the function captures: ")
                    .hasMessageContaining("java.lang.Thread cannot be stored");
            assertThatThrownBy(() -> Atoll.put(session))
                    .isInstanceOf(UnserializableException.class)
                    .hasMessageContaining("tasks have by themselves")
                    .hasMessageNotContaining("transient");
        }
    }

    static String slow(String file) throws Exception {
        awaitFile(file, 0);
        return "done";
    }

    @Test
    void shouldSayWhatTheNodeDoesWhenTheTimeIsOver() throws Exception {
        String file = directory.resolve("go").toString();
        try (AtollSession session = Atoll.init(small().build())) {
            ObjectRef<String> running = Atoll.task(OptionsTest::slow, file).remote();
            ObjectRef<String> queued = Atoll.task(OptionsTest::slow, file).remote();
            while (Atoll.stats().runningTasks() != 1 || Atoll.stats().queuedTasks() != 1) {
                Thread.sleep(2);
            }
            for (ThrowingCallable get : List.<ThrowingCallable>of(
                    () -> queued.get(Duration.ofMillis(1)),
                    () -> Atoll.get(List.of(running, queued), Duration.ofMillis(1)))) {
                assertThatThrownBy(get)
                        .isInstanceOf(GetTimeoutException.class)
                        .hasMessageContaining("OptionsTest.slow, ")
                        .hasMessageContaining("0 wait for arguments, 1 for their turn, and 1 run");
            }
            Files.createFile(Path.of(file));
            assertThat(Atoll.get(List.of(running, queued))).containsExactly("done", "done");
        }
    }

    @Test
    void shouldNameTheParameterThatCannotBeNull() {
        try (AtollSession session = Atoll.init(small().build())) {
            assertThatThrownBy(() -> Atoll.task(Tasks::add, 1, (Integer) null).remote())
                    .isInstanceOf(NullPointerException.class)
                    .hasMessageContaining("parameter 2")
                    .hasMessageContaining("Tasks.add")
                    .hasMessageContaining("int");
            ObjectRef<Integer> nothing = Atoll.put(null);
            assertThatThrownBy(() -> Atoll.task(Tasks::add, nothing, 1).remote().get())
                    .isInstanceOf(TaskException.class)
                    .cause()
                    .isInstanceOf(NullPointerException.class)
                    .hasMessageContaining("parameter 1")
                    .hasMessageContaining("Tasks.add");
            assertThat(Atoll.task(Tasks::identity, (Object) null).remote().get())
                    .isNull();
        }
    }

    @Test
    void shouldNameTheClassPathAndTheRemedyWhenWorkersDoNotHaveAClass() throws Exception {
        Path source = Files.writeString(
                directory.resolve("Elsewhere.java"),
                "public class Elsewhere { public int field = 5; public String toString() { return \"elsewhere\"; } }");
        Path classes = Files.createDirectory(directory.resolve("classes"));
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-d", classes.toString(), source.toString()))
                .isZero();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            Object value = loader.loadClass("Elsewhere").getConstructor().newInstance();
            try (AtollSession session = Atoll.init(small().build())) {
                assertThatThrownBy(() ->
                                Atoll.task(String::valueOf, value).remote().get())
                        .isInstanceOf(TaskException.class)
                        .hasMessageContaining("class path")
                        .hasMessageContaining("Elsewhere")
                        .hasMessageContaining("AtollOptions.Builder.workerClassPath");
            }
            try (AtollSession session =
                    Atoll.init(small().workerClassPath(classes).build())) {
                assertThat(Atoll.task(String::valueOf, value).remote().get()).isEqualTo("elsewhere");
            }
        }
    }
}
