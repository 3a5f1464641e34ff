package io.atoll.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.NodeStats.ProcessStats;
import io.atoll.ObjectRef;
import io.atoll.WorkerDiedException;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What one worker alone can have: a number in braces, in an argument for all, is counted up by them. */
@Timeout(120)
class WorkerNumbersTest {
    @TempDir
    Path directory;

    /** Who it is, and its number. */
    static Map.Entry<Long, String> number() throws InterruptedException {
        Thread.sleep(20); // so that the others are given the next ones
        return Map.entry(ProcessHandle.current().pid(), System.getProperty("number"));
    }

    static int die() {
        Runtime.getRuntime().halt(7);
        return 0;
    }

    private static AtollOptions.Builder options(int workers) {
        return AtollOptions.builder().workers(workers).cpus(workers).storeBytes(32L << 20);
    }

    /** Of so many workers, once all of them have run a task. */
    private static Collection<String> numbers(int workers) {
        Map<Long, String> seen = new HashMap<>();
        while (seen.size() < workers) {
            List<ObjectRef<Map.Entry<Long, String>>> refs = IntStream.range(0, 2 * workers)
                    .mapToObj(i -> Atoll.task(WorkerNumbersTest::number).remote())
                    .toList();
            Atoll.get(refs).forEach(each -> seen.put(each.getKey(), each.getValue()));
        }
        return seen.values();
    }

    @Test
    void shouldCountUpInTheArgumentsOfTheUser() {
        try (AtollSession session = Atoll.init(
                options(3).workerJvmArguments("-Dnumber=of {0}, from {41}").build())) {
            assertThat(numbers(3)).containsExactlyInAnyOrder("of 0, from 41", "of 1, from 42", "of 2, from 43");
            // Who takes the place of a dead one takes its number.
            assertThatThrownBy(Atoll.task(WorkerNumbersTest::die).retries(0).remote()::get)
                    .isInstanceOf(WorkerDiedException.class);
            assertThat(numbers(3)).containsExactlyInAnyOrder("of 0, from 41", "of 1, from 42", "of 2, from 43");
        }
    }

    @Test
    void shouldGiveEachWorkerADebuggersPortOfItsOwn() throws IOException {
        int first = Ports.free();
        try (AtollSession session = Atoll.init(options(2)
                .workerJvmArguments(
                        "-Dnumber={0}",
                        "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,quiet=y,address=127.0.0.1:{" + first
                                + "}")
                .build())) {
            assertThat(numbers(2)).containsExactlyInAnyOrder("0", "1");
            assertThat(Ports.greet(first)).isEqualTo("JDWP-Handshake");
            assertThat(Ports.greet(first + 1)).isEqualTo("JDWP-Handshake");
        }
    }

    @Test
    void shouldGiveEachWorkerAJmxPortOfItsOwn() throws IOException {
        int first = Ports.free();
        try (AtollSession session = Atoll.init(options(2)
                .workerJvmArguments(
                        "-Dnumber={0}",
                        "-Dcom.sun.management.jmxremote.port={" + first + "}",
                        "-Dcom.sun.management.jmxremote.rmi.port={" + first + "}",
                        "-Dcom.sun.management.jmxremote.host=127.0.0.1",
                        "-Djava.rmi.server.hostname=127.0.0.1",
                        "-Dcom.sun.management.jmxremote.authenticate=false",
                        "-Dcom.sun.management.jmxremote.ssl=false")
                .build())) {
            assertThat(numbers(2)).containsExactlyInAnyOrder("0", "1");
            assertThat(List.of(Ports.pidByJmx(first), Ports.pidByJmx(first + 1)))
                    .containsExactlyInAnyOrderElementsOf(Atoll.stats().workers().stream()
                            .map(ProcessStats::pid)
                            .toList());
        }
    }

    /** Writes at the end of its JVM, as those do that measure what was run. */
    public static final class Agent {
        private Agent() {}

        public static void premain(String file, Instrumentation instrumentation) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    Files.writeString(Path.of(file), "has ended");
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
    }

    @Test
    void shouldLetAnAgentInEachWorkerWriteAFileWhenItEnds() throws IOException {
        Path jar = directory.resolve("agent.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", Agent.class.getName());
        String entry = Agent.class.getName().replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.putNextEntry(new JarEntry(entry));
            Agent.class.getClassLoader().getResourceAsStream(entry).transferTo(out);
        }
        try (AtollSession session = Atoll.init(options(2)
                .workerJvmArguments("-Dnumber={0}", "-javaagent:" + jar + "=" + directory.resolve("seen-{0}.txt"))
                .build())) {
            assertThat(numbers(2)).containsExactlyInAnyOrder("0", "1");
        }
        assertThat(directory.resolve("seen-0.txt")).hasContent("has ended");
        assertThat(directory.resolve("seen-1.txt")).hasContent("has ended");
    }
}
