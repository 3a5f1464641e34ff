package io.atoll.internal.values;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.WorkerDiedException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A store so full that not even a result fits. */
@Tag("once")
@Timeout(300)
class FullStoreTest {
    static int one() {
        return 1;
    }

    @Test
    void shouldTellWhoWaitsForAResultThatHasNoRoom() {
        // One extent, which the driver has: none is left for the worker's results.
        AtollOptions options = AtollOptions.builder()
                .workers(1)
                .storeBytes(2 << 20)
                .withoutSpilling()
                .build();
        try (AtollSession session = Atoll.init(options)) {
            ObjectRef<byte[]> all = Atoll.put(new byte[(2 << 20) - (64 << 10)]);
            ObjectRef<Integer> result =
                    Atoll.task(FullStoreTest::one).retries(0).remote();
            assertThatThrownBy(() -> result.get(Duration.ofSeconds(240)))
                    .isInstanceOf(TaskException.class)
                    .isNotInstanceOf(WorkerDiedException.class)
                    .hasMessageContaining("FullStoreTest.one")
                    .hasMessageContaining("ObjectStoreFull");
            all.get();
        }
    }
}
