package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** What a task throws comes back, also with fields that Java does not serialize. */
class ThrownTest {
    private static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final ObjectRef<String> ref;
        private final Object field;

        Failure(ObjectRef<String> ref, Object field) {
            super("it failed");
            this.ref = ref;
            this.field = field;
        }
    }

    static int failWithARef() {
        throw new Failure(Atoll.put("kept by the error"), Tensor.of(new double[] {1, 2, 3}));
    }

    static int failWithAThread() {
        throw new Failure(null, Thread.currentThread());
    }

    @Test
    void shouldThrowWhatIsNotSerializable() {
        try (AtollSession session =
                Atoll.init(AtollOptions.defaults().withWorkers(1).withStoreBytes(32L << 20))) {
            ObjectRef<Integer> failing = Atoll.task(ThrownTest::failWithARef).remote();
            assertThatThrownBy(failing::get)
                    .isExactlyInstanceOf(Failure.class)
                    .hasMessage("it failed")
                    .satisfies(e -> {
                        Failure failure = (Failure) e;
                        assertThat(failure.ref.get()).isEqualTo("kept by the error");
                        try (Tensor tensor = (Tensor) failure.field) {
                            assertThat(tensor.getDouble(2)).isEqualTo(3);
                        }
                    });
            assertThatThrownBy(() ->
                            Atoll.task(ThrownTest::failWithAThread).remote().get())
                    .isExactlyInstanceOf(TaskException.class)
                    .hasMessageContaining("ThrownTest$Failure: it failed")
                    .hasMessageContaining("failure.field: ");
        }
    }
}
