package io.atoll.internal.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.TaskCancelledException;
import io.atoll.TaskException;
import io.atoll.internal.store.testkit.InMemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which failures are told, when, and how often: with a clock and a store of the test's own. */
class UnheardTest {
    private final InMemoryStore store = InMemoryStore.create(1 << 20);
    private final List<String> told = new ArrayList<>();
    private final Unheard unheard = new Unheard(store, told::add);
    private long now = System.nanoTime();

    @AfterEach
    void close() {
        store.close();
    }

    private static TaskException failure(String task) {
        return TaskException.of(task, 12, 1, new IllegalArgumentException("no such year"));
    }

    /** Two looks later, with all that was said read. */
    private void later(long seconds) {
        for (int i = 0; i < 2 * seconds; ++i) {
            now += TimeUnit.MILLISECONDS.toNanos(500);
            unheard.look(now, true);
        }
    }

    @Test
    void shouldTellOnceWhatNobodyRefersToAnyMore() {
        ObjectId id = store.expect();
        unheard.failed(id, id, "mean", failure("mean"));
        later(3);
        assertThat(told).as("somebody may still ask").isEmpty();
        store.dereference(id);
        later(3);
        assertThat(told)
                .containsExactly(
                        "task mean (worker 12, attempt 1) threw java.lang.IllegalArgumentException: no such year;"
                                + " nobody has asked for its result");
        later(10);
        unheard.tellAll();
        assertThat(told).hasSize(1);
        assertThat(unheard.isAny()).isFalse();
    }

    @Test
    void shouldWaitUntilWhatWasSaidBeforeIsRead() {
        ObjectId id = store.expect();
        unheard.failed(id, id, "mean", failure("mean"));
        store.dereference(id);
        for (int i = 0; i < 4; ++i) {
            unheard.look(now += TimeUnit.SECONDS.toNanos(1), false);
        }
        unheard.heard(id);
        later(20);
        assertThat(told).isEmpty();
        assertThat(unheard.isAny()).isFalse();
    }

    @Test
    void shouldTellWhenItIsNeverQuiet() {
        ObjectId id = store.expect();
        unheard.failed(id, id, "mean", failure("mean"));
        store.dereference(id);
        for (int i = 0; i < 8; ++i) {
            unheard.look(now += TimeUnit.SECONDS.toNanos(1), false);
        }
        assertThat(told).hasSize(1);
    }

    @Test
    void shouldNotTellWhatWasHeardBeforeItsFailureWas() {
        ObjectId id = store.expect();
        unheard.heard(id);
        unheard.failed(id, id, "mean", failure("mean"));
        store.dereference(id);
        later(3);
        assertThat(told).isEmpty();
    }

    @Test
    void shouldTakeOneOfSeveralResultsForAll() {
        ObjectId task = store.expect();
        ObjectId a = store.expect();
        ObjectId b = store.expect();
        for (ObjectId each : List.of(a, b, task)) {
            unheard.failed(task, each, "split", failure("split"));
        }
        store.dereference(task);
        store.dereference(a);
        later(3);
        assertThat(told).as("b may still be asked for").isEmpty();
        store.dereference(b);
        later(3);
        assertThat(told).hasSize(1);

        ObjectId other = store.expect();
        ObjectId part = store.expect();
        unheard.failed(other, part, "split", failure("split"));
        unheard.heard(part);
        unheard.failed(other, other, "split", failure("split"));
        later(20);
        unheard.tellAll();
        assertThat(told).hasSize(1);
        store.dereference(other);
        store.dereference(part);
    }

    @Test
    void shouldTellWhatIsAlikeTogether() {
        for (int i = 0; i < 100; ++i) {
            ObjectId id = store.expect();
            unheard.failed(id, id, "mean", failure("mean"));
            store.dereference(id);
        }
        later(2);
        assertThat(told).hasSize(1);
        later(10);
        assertThat(told)
                .hasSize(2)
                .last()
                .asString()
                .startsWith(
                        "99 more of task mean, java.lang.IllegalArgumentException, like this: task mean (worker 12");
        later(20);
        assertThat(unheard.isAny()).isFalse();
    }

    @Test
    void shouldTellManyKindsTogetherToo() {
        for (int i = 0; i < 1000; ++i) {
            ObjectId id = store.expect();
            unheard.failed(id, id, "part " + i, failure("part " + i));
            store.dereference(id);
        }
        later(20);
        assertThat(told).hasSizeLessThan(120).anyMatch(line -> line.startsWith("900 more of other tasks like this"));
    }

    @Test
    void shouldKeepAsManyAsThereMayBe() {
        ObjectId first = store.expect();
        unheard.failed(first, first, "first", failure("first"));
        List<ObjectId> ids = new ArrayList<>();
        for (int i = 0; i < 10_000; ++i) {
            ids.add(store.expect());
            unheard.failed(ids.get(i), ids.get(i), "mean", failure("mean"));
        }
        unheard.tellAll();
        assertThat(told).hasSize(2).noneMatch(line -> line.contains("first"));
        assertThat(told.get(1)).startsWith("9999 more");
        ids.forEach(store::dereference);
        store.dereference(first);
    }

    @Test
    void shouldNameWhoFailsBecauseOfAnother() {
        ObjectId id = store.expect();
        unheard.failed(id, id, "sum", failure("mean"));
        unheard.tellAll();
        assertThat(told).singleElement().asString().startsWith("task sum: task mean (worker 12, attempt 1) threw");
        store.dereference(id);
    }

    @Test
    void shouldTellNothingOfWhatWasCancelled() {
        ObjectId id = store.expect();
        unheard.failed(id, id, "mean", new TaskCancelledException("task mean was cancelled", "mean"));
        unheard.tellAll();
        assertThat(told).isEmpty();
        store.dereference(id);
    }

    @Test
    void shouldTellOneLine() {
        ObjectId id = store.expect();
        unheard.failed(
                id, id, "mean", new TaskException("task mean: worker 12 died\nof this\nand that", "mean", 12, 1, null));
        unheard.tellAll();
        assertThat(told).containsExactly("task mean: worker 12 died ...; nobody has asked for its result");
        store.dereference(id);
    }
}
