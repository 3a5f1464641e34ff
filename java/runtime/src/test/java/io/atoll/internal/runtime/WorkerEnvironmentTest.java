package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.internal.process.WorkerClassPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /** Prints what one of its tasks sees. */
    static final class Driver {
        private Driver() {}

        public static void main(String[] arguments) {
            try (AtollSession session = Atoll.init(
                    AtollOptions.builder().workers(1).storeBytes(32L << 20).build())) {
                System.out.println("seen: "
                        + Atoll.task(WorkerEnvironmentTest::see).remote().get());
            }
        }
    }

    private String seen(String... command) throws Exception {
        try (ChildJvm driver = ChildJvm.run(command)) {
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
                        WorkerClassPath.find(WorkerMain.class),
                        Driver.class.getName()))
                .contains("seen: eu a b true true -1");
    }

    @Test
    void shouldStartWorkersWhateverPortsTheDriverHas() throws Exception {
        assertThat(seen(
                        ChildJvm.java(),
                        "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0",
                        "-Dcom.sun.management.jmxremote.port=0",
                        "-Dcom.sun.management.jmxremote.authenticate=false",
                        "-Dcom.sun.management.jmxremote.ssl=false",
                        "-cp",
                        WorkerClassPath.find(WorkerMain.class),
                        Driver.class.getName()))
                .contains("seen: null null false");
    }
}
