package io.atoll.internal.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.acme.workers.Widgets;
import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.StandInException;
import io.atoll.StoreException;
import io.atoll.TaskException;
import java.io.Serializable;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** An allow-list that the driver sets holds in its workers. */
class WorkerAllowListTest {
    interface Maker extends Supplier<String>, Serializable {}

    static String describe(List<?> list) {
        return list.toString();
    }

    static String call(Maker maker) {
        return maker.get();
    }

    static List<Object> notAllowed() {
        return List.of(new Widgets.Plain(1));
    }

    static String fail() {
        throw new Widgets.Failure("text");
    }

    @Test
    void shouldHoldInWorkers() {
        System.setProperty("atoll.allowed.classes", "com.other.*");
        try (AtollSession session = Atoll.init(
                AtollOptions.builder().workers(1).storeBytes(32L << 20).build())) {
            System.clearProperty("atoll.allowed.classes"); // so that the driver alone would let all pass
            String inside = "captured";
            Maker maker = () -> inside;
            assertThat(Atoll.task(WorkerAllowListTest::call, maker).remote().get())
                    .isEqualTo("captured");
            assertThat(Atoll.task(WorkerAllowListTest::describe, List.of("x"))
                            .remote()
                            .get())
                    .isEqualTo("[x]");

            ObjectRef<List<Object>> refused = Atoll.put(List.of(new Widgets.Plain(1)));
            assertThatThrownBy(() -> Atoll.task(WorkerAllowListTest::describe, refused)
                            .remote()
                            .get())
                    .hasCauseInstanceOf(StoreException.class)
                    .hasMessageContaining("com.acme.workers.Widgets$Plain")
                    .hasMessageContaining("atoll.allowed.classes=com.other.*");
            assertThatThrownBy(() ->
                            Atoll.task(WorkerAllowListTest::notAllowed).remote().get())
                    .hasMessageContaining("com.acme.workers.Widgets$Plain")
                    .hasMessageContaining("atoll.allowed.classes=com.other.*");

            System.setProperty("atoll.allowed.classes", "com.other.*");
            assertThatThrownBy(
                            () -> Atoll.task(WorkerAllowListTest::fail).remote().get())
                    .isExactlyInstanceOf(TaskException.class)
                    .cause()
                    .isExactlyInstanceOf(StandInException.class)
                    .hasMessageContaining("com.acme.workers.Widgets$Failure: text")
                    .hasMessageContaining("atoll.allowed.classes=com.other.*");
        } finally {
            System.clearProperty("atoll.allowed.classes");
        }
    }
}
