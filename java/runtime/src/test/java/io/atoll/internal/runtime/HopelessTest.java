package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.WorkerDiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers that cannot start. */
@Timeout(60)
class HopelessTest {
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
}
