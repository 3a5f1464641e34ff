package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.WorkerDiedException;
import io.atoll.internal.process.WorkerCommand;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers that cannot start. */
@Timeout(60)
class HopelessTest {
    @AfterEach
    void clear() {
        System.clearProperty(WorkerCommand.FLAGS_PROPERTY);
    }

    @Test
    void shouldFailTasksWithWhatTheWorkersSaid() {
        System.setProperty(WorkerCommand.FLAGS_PROPERTY, "-Xmx1k");
        try (AtollSession session =
                Atoll.init(AtollOptions.defaults().withWorkers(1).withStoreBytes(32L << 20))) {
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
