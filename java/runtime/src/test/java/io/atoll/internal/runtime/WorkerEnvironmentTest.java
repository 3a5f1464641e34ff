package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.internal.process.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a task finds around it, however its driver was started. */
@Timeout(120)
class WorkerEnvironmentTest {
    @TempDir
    Path directory;

    static String see() throws IOException {
        boolean asserts = false;
        assert asserts = true;
        return System.getProperty("region") + " " + System.getProperty("spaced") + " " + asserts + " "
                + ModuleLayer.boot().findModule("jdk.httpserver").isPresent() + " " + System.in.read();
    }

    /** Prints what one of its tasks sees; and who listens on its ports, if it is told the first. */
    static final class Driver {
        private Driver() {}

        public static void main(String[] arguments) throws IOException {
            try (AtollSession session = Atoll.init(
                    AtollOptions.builder().workers(1).storeBytes(32L << 20).build())) {
                System.out.println("seen: "
                        + Atoll.task(WorkerEnvironmentTest::see).remote().get());
                if (arguments.length > 0) {
                    int first = Integer.parseInt(arguments[0]);
                    System.out.println("debugger: " + Ports.greet(first) + ", JMX: "
                            + (Ports.pidByJmx(first + 1)
                                            == ProcessHandle.current().pid()
                                    ? "own"
                                    : "another's"));
                }
            }
        }
    }

    static int readByAChild() throws Exception {
        return new ProcessBuilder("cat").inheritIO().start().waitFor();
    }

    /** Else it would read what the driver says to the worker, and wait for it. */
    @Test
    void shouldGiveChildrenOfATaskAnEmptyInput() throws Exception {
        try (AtollSession session = Atoll.init(
                AtollOptions.builder().workers(1).storeBytes(32L << 20).build())) {
            assertThat(Atoll.task(WorkerEnvironmentTest::readByAChild).remote().get(Duration.ofSeconds(60)))
                    .isZero();
        }
    }

    private String seen(String... command) throws Exception {
        List<String> bounded = new ArrayList<>(List.of("timeout", "60")); // where no worker starts it waits for ever
        bounded.addAll(List.of(command));
        try (ChildJvm driver = ChildJvm.run(bounded.toArray(new String[0]))) {
            return driver.readAll();
        }
    }

    @Test
    void shouldHandOnFlagsHoweverTheyWereGiven() throws Exception {
        Path flags = directory.resolve("flags");
        Files.writeString(flags, "\"-Dspaced=a b\"\n--add-modules\njdk.httpserver\n-ea\n");
        assertThat(seen(
                        "env",
                        "JAVA_TOOL_OPTIONS=-Dregion=eu -XX:+UseParallelGC",
                        "JDK_JAVA_OPTIONS=-XX:MaxRAMPercentage=20",
                        ChildJvm.java(),
                        "@" + flags,
                        "-cp",
                        ChildJvm.classPath(),
                        Driver.class.getName()))
                .contains("seen: eu a b true true -1");
    }

    /** A debugger's port and the next one for JMX. A second process that wants them does not start. */
    private static List<String> ports(int first) {
        return List.of(
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,quiet=y,address=127.0.0.1:" + first,
                "-Dcom.sun.management.jmxremote.port=" + (first + 1),
                "-Dcom.sun.management.jmxremote.rmi.port=" + (first + 1),
                "-Dcom.sun.management.jmxremote.host=127.0.0.1",
                "-Djava.rmi.server.hostname=127.0.0.1",
                "-Dcom.sun.management.jmxremote.authenticate=false",
                "-Dcom.sun.management.jmxremote.ssl=false");
    }

    private static void assertPortsAreTheDrivers(String printed) {
        assertThat(printed).contains("seen: null null false", "debugger: JDWP-Handshake, JMX: own");
    }

    @Test
    void shouldLeaveTheDriverItsPorts() throws Exception {
        int first = Ports.free();
        List<String> command = new ArrayList<>(List.of(ChildJvm.java()));
        command.addAll(ports(first));
        command.addAll(List.of("-cp", ChildJvm.classPath(), Driver.class.getName(), Integer.toString(first)));
        assertPortsAreTheDrivers(seen(command.toArray(new String[0])));
    }

    /** As images of containers have them. */
    @Test
    void shouldLeaveTheDriverItsPortsThatAVariableNames() throws Exception {
        int first = Ports.free();
        assertPortsAreTheDrivers(seen(
                "env",
                "JAVA_TOOL_OPTIONS=" + String.join(" ", ports(first)),
                ChildJvm.java(),
                "-cp",
                ChildJvm.classPath(),
                Driver.class.getName(),
                Integer.toString(first)));
    }
}
