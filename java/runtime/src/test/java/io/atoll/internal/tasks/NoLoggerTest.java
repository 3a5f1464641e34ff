package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.concurrent.TaskContext;
import io.atoll.internal.runtime.ChildJvm;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a program sees of Atoll's warnings that has no SLF4J provider, as the README's has none, and one that has one. */
@Timeout(240)
class NoLoggerTest {
    private static final String MISSPELT = "-Datoll.worker.flag=-Xmx1g";
    private static final String NESTED = "jar:nested:/application.jar/!BOOT-INF/lib/part.jar!/";
    private static final String OF_PROPERTY = "the system property atoll.worker.flag is none of Atoll's";
    private static final String OF_ERROR = "lost in silence";
    private static final String OF_RETRY = "once more";

    static int fail() {
        throw new IllegalStateException(OF_ERROR);
    }

    static int failOnce() {
        if (TaskContext.current().attempt() == 1) {
            throw new IllegalStateException(OF_RETRY);
        }
        return 1;
    }

    static final class Program {
        public static void main(String[] arguments) {
            AtollOptions options =
                    AtollOptions.builder().workers(1).storeBytes(64L << 20).build();
            try (AtollSession session = Atoll.init(options)) {
                Atoll.task(NoLoggerTest::fail).remote().close();
                Atoll.task(NoLoggerTest::failOnce)
                        .retryOn(IllegalStateException.class)
                        .remote()
                        .get();
                session.awaitTasks(Duration.ofSeconds(60));
            }
            System.out.println("ended");
        }
    }

    /** As Spring Boot's launcher has them, whose URLs nobody else can read. */
    static final class NestedProgram {
        public static void main(String[] arguments) throws Exception {
            URLStreamHandler unread = new URLStreamHandler() {
                @Override
                protected URLConnection openConnection(URL url) throws IOException {
                    throw new IOException("nobody reads " + url);
                }
            };
            URL nested = new URL(null, NESTED, unread);
            Thread.currentThread()
                    .setContextClassLoader(new URLClassLoader(new URL[] {nested}, NoLoggerTest.class.getClassLoader()));
            Program.main(arguments);
        }
    }

    private static List<String> output(String... flags) throws IOException, InterruptedException {
        return output(Program.class, flags);
    }

    private static List<String> output(Class<?> main, String... flags) throws IOException, InterruptedException {
        String[] command = Stream.of(
                        Stream.of(ChildJvm.java()),
                        Stream.of(flags),
                        Stream.of("-cp", ChildJvm.classPath(), main.getName()))
                .flatMap(each -> each)
                .toArray(String[]::new);
        try (ChildJvm program = ChildJvm.run(command)) {
            return program.readAllButWarnings().lines().toList();
        }
    }

    @Test
    void shouldPrintWarningsOnceWhereNoProviderIsThere() throws Exception {
        List<String> lines = output(MISSPELT);
        assertThat(lines)
                .filteredOn(line -> line.contains(OF_PROPERTY))
                .singleElement()
                .asString()
                .startsWith("atoll: ");
        assertThat(lines)
                .filteredOn(line -> line.contains(OF_ERROR))
                .singleElement()
                .asString()
                .startsWith("atoll: ");
        assertThat(lines).noneMatch(line -> line.contains(OF_RETRY) || line.contains("SLF4J"));
        assertThat(lines).endsWith("ended");
    }

    @Test
    void shouldTellOnceOfAnEntryThatWorkersCannotRead() throws Exception {
        assertThat(output(NestedProgram.class))
                .filteredOn(line -> line.contains(NESTED))
                .singleElement()
                .asString()
                .startsWith("atoll: workers cannot read " + NESTED);
    }

    @Test
    void shouldLeaveThemToTheProviderThatIsThere() throws Exception {
        List<String> lines = output(MISSPELT, KeptLogs.FLAG);
        assertThat(lines)
                .filteredOn(line -> line.contains(OF_PROPERTY))
                .singleElement()
                .asString()
                .startsWith("logged: ");
        assertThat(lines)
                .filteredOn(line -> line.contains(OF_ERROR))
                .singleElement()
                .asString()
                .startsWith("logged: ");
        assertThat(lines).noneMatch(line -> line.startsWith("atoll: "));
    }

    @Test
    void shouldBeQuietWhereThatWasChosen() throws Exception {
        assertThat(output(MISSPELT, "-Dslf4j.provider=org.slf4j.helpers.NOP_FallbackServiceProvider"))
                .containsExactly("ended");
    }
}
