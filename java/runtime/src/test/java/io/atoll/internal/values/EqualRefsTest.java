package io.atoll.internal.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectLostException;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.concurrent.TaskContext;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two refs to one object, and what a task throws that a call could have met itself. */
@Timeout(120)
class EqualRefsTest {
    private static AtollSession session;

    @BeforeAll
    static void start() {
        session = Atoll.init(
                AtollOptions.builder().workers(1).storeBytes(64L << 20).build());
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    static int same(int number) {
        return number;
    }

    static int lose() {
        throw new ObjectLostException(
                "the task's own, in attempt " + TaskContext.current().attempt());
    }

    @Test
    void shouldLiveOnWhenAnEqualOneIsClosed() {
        ObjectRef<Integer> one = Atoll.task(EqualRefsTest::same, 41).remote();
        Atoll.publish("number", one);
        ObjectRef<Integer> other = Atoll.<Integer>lookup("number").orElseThrow();
        Atoll.unpublish("number");
        assertThat(other).isEqualTo(one).isNotSameAs(one);
        one.close();
        assertThat(other.get()).isEqualTo(41);
        assertThat(Atoll.get(List.of(other))).containsExactly(41);
        assertThat(Atoll.wait(List.of(other)).ready()).containsExactly(other);
        assertThat(Atoll.task(EqualRefsTest::same, other).remote().get()).isEqualTo(41);
        assertThatIllegalStateException()
                .isThrownBy(() -> Atoll.get(List.of(other, one)))
                .withMessageContaining(one.id().toString());
        assertThatIllegalStateException().isThrownBy(() -> Atoll.wait(List.of(one, other)));
        assertThat(other.get()).isEqualTo(41);
        other.close();
    }

    @Test
    void shouldTellAnObjectThatATaskHasLostFromOneThatTheCallHas() {
        ObjectRef<Integer> ref = Atoll.task(EqualRefsTest::lose).remote();
        assertThatThrownBy(ref::get)
                .isExactlyInstanceOf(TaskException.class)
                .hasCauseExactlyInstanceOf(ObjectLostException.class)
                .hasRootCauseMessage("the task's own, in attempt 1");
        assertThatThrownBy(() -> Atoll.get(List.of(ref)))
                .isExactlyInstanceOf(TaskException.class)
                .hasCauseExactlyInstanceOf(ObjectLostException.class);
        assertThat(ref.failure().orElseThrow()).hasCauseExactlyInstanceOf(ObjectLostException.class);
    }
}
