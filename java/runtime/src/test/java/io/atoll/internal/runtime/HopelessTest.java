package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.WorkerDiedException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers that cannot start. */
@Timeout(60)
class HopelessTest {
    @TempDir
    Path directory;

    @Test
    void shouldFailTasksWithWhatTheWorkersSaid() {
        try (AtollSession session = Atoll.init(AtollOptions.builder()
                .workers(1)
                .workerJvmArguments("-Xmx1k")
                .storeBytes(32L << 20)
                .build())) {
            ObjectRef<Integer> first = Atoll.task(Tasks::add, 1, 1).remote();
            assertThatThrownBy(first::get)
                    .isInstanceOf(WorkerDiedException.class)
                    .hasMessageContaining("Tasks.add")
                    .hasMessageContaining("exit code 1")
                    .hasMessageContaining("heap");
            assertThatThrownBy(() -> Atoll.task(Tasks::add, 1, 1).remote().get())
                    .isInstanceOf(WorkerDiedException.class);
        }
    }

    /** A class of ours is broken in the workers, and a thread that somebody has started there does not end. */
    @Test
    void shouldEndWorkersThatCannotStartWhateverElseRunsInThem() throws IOException {
        Path agent = directory.resolve("agent.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", BreakingAgent.class.getName());
        try (OutputStream file = Files.newOutputStream(agent)) {
            new JarOutputStream(file, manifest).close();
        }
        try (AtollSession session = Atoll.init(AtollOptions.builder()
                .workers(1)
                .workerJvmArguments("-javaagent:" + agent)
                .storeBytes(32L << 20)
                .build())) {
            assertThatThrownBy(() -> Atoll.task(Tasks::add, 1, 1).remote().get())
                    .isInstanceOf(WorkerDiedException.class)
                    .hasMessageContaining("exit code 1")
                    .hasMessageContaining("this worker ends: java.lang.ClassFormatError");
        }
    }

    /** Runs in a worker before its main class. */
    public static final class BreakingAgent {
        private BreakingAgent() {}

        public static void premain(String arguments, Instrumentation instrumentation) {
            new Thread(() -> {
                        while (true) {
                            LockSupport.park();
                        }
                    })
                    .start();
            instrumentation.addTransformer(new ClassFileTransformer() {
                @Override
                public byte[] transform(
                        ClassLoader loader,
                        String className,
                        Class<?> redefined,
                        ProtectionDomain domain,
                        byte[] classFile) {
                    return className.equals("io/atoll/internal/runtime/WorkerRuntime") ? new byte[1] : null;
                }
            });
        }
    }
}
