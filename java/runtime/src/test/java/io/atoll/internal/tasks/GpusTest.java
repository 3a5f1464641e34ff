package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.concurrent.TaskContext;
import io.atoll.internal.runtime.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which GPUs tasks have, and their processes see: no GPU is needed for that. */
@Timeout(120)
class GpusTest {
    private static final String VARIABLE = "CUDA_VISIBLE_DEVICES";

    @TempDir
    Path directory;

    private static AtollOptions.Builder small(int workers) {
        return AtollOptions.builder().workers(workers).cpus(4).storeBytes(32L << 20);
    }

    /** What its process sees, and what it has. */
    static String seen() {
        return System.getenv(VARIABLE) + " " + TaskContext.current().gpus();
    }

    /** The same, once so many others have come so far. */
    static String seenBy(String directory, int count) throws IOException, InterruptedException {
        Files.createTempFile(Path.of(directory), "begun", "");
        while (true) {
            try (var begun = Files.list(Path.of(directory))) {
                if (begun.count() >= count) {
                    return ProcessHandle.current().pid() + " " + seen();
                }
            }
            Thread.sleep(2);
        }
    }

    /** What children see that run on its thread, then what it sees. */
    static List<String> seenByChildren() {
        return List.of(
                Atoll.task(GpusTest::seen).remote().get(),
                Atoll.task(GpusTest::seen).numGpus(0.5).remote().get(),
                seen());
    }

    static String seenByAChildElsewhere() {
        return Atoll.task(GpusTest::seen).numGpus(1).isolated().remote().get();
    }

    @Test
    void shouldGiveEachTaskDevicesOfItsOwn() {
        try (AtollSession session = Atoll.init(small(3).gpus(2).build())) {
            List<ObjectRef<String>> refs = List.of(
                    Atoll.task(GpusTest::seenBy, directory.toString(), 2)
                            .numGpus(1)
                            .remote(),
                    Atoll.task(GpusTest::seenBy, directory.toString(), 2)
                            .numGpus(1)
                            .remote());
            assertThat(Atoll.get(refs))
                    .map(seen -> seen.substring(seen.indexOf(' ') + 1))
                    .containsExactlyInAnyOrder("0 [0]", "1 [1]");
            assertThat(Atoll.task(GpusTest::seen).numGpus(2).remote().get()).isEqualTo("0,1 [0, 1]");
            assertThat(Atoll.task(GpusTest::seen).remote().get()).isEqualTo(" []");
        }
    }

    @Test
    void shouldHavePartsOfOneDeviceShareIt() {
        try (AtollSession session = Atoll.init(small(2).gpus(2).build())) {
            List<ObjectRef<String>> refs = List.of(
                    Atoll.task(GpusTest::seenBy, directory.toString(), 2)
                            .numGpus(0.5)
                            .remote(),
                    Atoll.task(GpusTest::seenBy, directory.toString(), 2)
                            .numGpus(0.25)
                            .remote());
            List<String> seen = Atoll.get(refs);
            assertThat(seen.get(0)).endsWith(" 0 [0]").isEqualTo(seen.get(1));
        }
    }

    @Test
    void shouldTellATaskOnTheStackOfAnotherWhatItHas() {
        try (AtollSession session = Atoll.init(small(1).gpus(1).build())) {
            assertThat(Atoll.task(GpusTest::seenByChildren).numGpus(1).remote().get())
                    .containsExactly("0 []", "0 [0]", "0 [0]");
        }
    }

    @Test
    void shouldEndAWorkerWhenAnotherKindNeedsItsPlace() {
        try (AtollSession session = Atoll.init(small(1).gpus(2).build())) {
            for (int i = 0; i < 2; ++i) {
                assertThat(Atoll.task(GpusTest::seen).remote().get()).isEqualTo(" []");
                assertThat(Atoll.task(GpusTest::seen).numGpus(2).remote().get()).isEqualTo("0,1 [0, 1]");
            }
            assertThat(Atoll.stats().workers()).hasSizeLessThanOrEqualTo(2);
        }
    }

    @Test
    void shouldStartAWorkerForWhatTheOnlyOneWaitsFor() {
        try (AtollSession session = Atoll.init(small(1).gpus(1).build())) {
            assertThat(Atoll.task(GpusTest::seenByAChildElsewhere).remote().get())
                    .isEqualTo("0 [0]");
        }
    }

    @Test
    void shouldCallDevicesAsTheListDoesThatWorkersWereToSee() {
        AtollOptions.Builder options = small(2).workerEnvironment(VARIABLE, "GPU-5, 7,-1,8");
        try (AtollSession session = Atoll.init(options.build())) {
            assertThat(Atoll.task(GpusTest::seen).numGpus(2).remote().get()).isEqualTo("GPU-5,7 [0, 1]");
            assertThat(Atoll.task(GpusTest::seen).numGpus(0.5).remote().get()).isEqualTo("GPU-5 [0]");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Atoll.init(options.gpus(3).build()))
                .withMessageContaining("gpus: 3")
                .withMessageContaining("lists 2");
    }

    @Test
    void shouldLeaveTheVariableAloneOnANodeWithout() {
        AtollOptions options =
                small(1).workerEnvironment(VARIABLE, "5,7").gpus(0).build();
        try (AtollSession session = Atoll.init(options)) {
            assertThat(Atoll.task(GpusTest::seen).remote().get()).isEqualTo("5,7 []");
        }
    }

    @Test
    void shouldSayWhatATaskCannotHave() {
        try (AtollSession session = Atoll.init(small(1).gpus(2).build())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Atoll.task(GpusTest::seen).numGpus(1.5).remote())
                    .withMessageContaining("1.5");
            ObjectRef<String> more = Atoll.task(GpusTest::seen).numGpus(3).remote();
            assertThatThrownBy(more::get)
                    .isInstanceOf(TaskException.class)
                    .hasMessageContaining("3 GPU")
                    .hasMessageContaining("2 GPU");
            assertThat(Atoll.task(GpusTest::seen).numGpus(1).remote().get()).isEqualTo("0 [0]");
        }
    }

    /** Prints what tasks see that have all GPUs, one, and none. */
    static final class Driver {
        private Driver() {}

        public static void main(String[] arguments) {
            try (AtollSession session = Atoll.init(small(1).build())) {
                for (double gpus : new double[] {Double.parseDouble(arguments[0]), 1, 0}) {
                    System.out.println("seen: "
                            + Atoll.task(GpusTest::seen).numGpus(gpus).remote().get());
                }
            }
        }
    }

    private static String seenByTasks(String variable, int all) throws Exception {
        try (ChildJvm driver = ChildJvm.run(
                "env",
                "-u",
                VARIABLE,
                variable,
                ChildJvm.java(),
                "-cp",
                ChildJvm.classPath(),
                Driver.class.getName(),
                Integer.toString(all))) {
            return driver.readAll();
        }
    }

    @Test
    void shouldHaveTheDevicesThatTheDriverSees() throws Exception {
        assertThat(seenByTasks(VARIABLE + "=5,7,9", 3)).contains("seen: 5,7,9 [0, 1, 2]\nseen: 5 [0]\nseen:  []\n");
    }

    @Test
    void shouldCountDevicesByTheProgramOfTheirDriver() throws Exception {
        Path program = Files.createFile(
                directory.resolve("nvidia-smi"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.writeString(program, "#!/bin/sh\necho \"GPU 0: A (UUID: GPU-1)\"\necho \"GPU 1: A (UUID: GPU-2)\"\n");
        assertThat(seenByTasks("PATH=" + directory + ":/usr/bin:/bin", 2))
                .contains("seen: 0,1 [0, 1]\nseen: 0 [0]\nseen:  []\n");
    }
}
