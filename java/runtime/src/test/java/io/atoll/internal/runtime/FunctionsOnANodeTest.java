package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.F1;
import io.atoll.ObjectRef;
import io.atoll.RemoteAction0;
import io.atoll.RemoteFunction1;
import io.atoll.RemoteFunction2;
import io.atoll.TaskException;
import io.atoll.UnserializableException;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What can be a task: everything that the API takes for a function, run in a worker. */
@Timeout(120)
class FunctionsOnANodeTest {
    private static final RemoteFunction2<Integer, Integer, Integer> LARGER = RemoteFunction2.of(Math::max);

    private static AtollSession session;

    @BeforeAll
    static void start() {
        session = Atoll.init(
                AtollOptions.builder().workers(1).cpus(1).storeBytes(32L << 20).build());
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    /** Not Serializable: stored as any object is. */
    static final class Counter implements Callable<Integer>, F1<Integer, Integer> {
        private final int[] from;

        Counter(int from) {
            this.from = new int[] {from};
        }

        @Override
        public Integer call() {
            return from[0];
        }

        @Override
        public Integer call(Integer add) {
            return from[0] + add;
        }

        int twice() {
            return 2 * from[0];
        }
    }

    @Test
    void shouldRunFunctionsThatAreValues() {
        ObjectRef<Integer> five = Atoll.put(5);
        assertThat(LARGER.submit(five, 3).get()).isEqualTo(5);
        assertThat(LARGER.withCpus(0)
                        .withName("larger")
                        .submit(five, LARGER.submit(7, 6))
                        .get())
                .isEqualTo(7);
        assertThat(RemoteAction0.of(System::gc).submit().get()).isNull();
        RemoteFunction1<Object, String> show = RemoteFunction1.of(String::valueOf);
        assertThat(show.submit(five).get()).isEqualTo("5");
        assertThat(show.submit(Atoll.value(null)).get()).isEqualTo("null");
    }

    @Test
    void shouldRunObjectsThatCanBeStored() {
        ObjectRef<Integer> two = Atoll.put(2);
        Callable<Integer> callable = new Counter(40);
        assertThat(Atoll.task(callable).remote().get()).isEqualTo(40);
        assertThat(Atoll.function(callable).submit().get()).isEqualTo(40);
        F1<Integer, Integer> function = new Counter(40);
        assertThat(Atoll.task(function, two).remote().get()).isEqualTo(42);
        assertThat(RemoteFunction1.of(function).submit(two).get()).isEqualTo(42);
        Counter counter = new Counter(21);
        assertThat(Atoll.task(counter::twice).remote().get()).isEqualTo(42);
        assertThat(Atoll.function(Counter::twice).submit(Atoll.put(counter)).get())
                .isEqualTo(42);
    }

    @Test
    void shouldNameTheClassOfAFunctionThatIsAnObject() {
        F1<Integer, Integer> divide = new Divide();
        assertThatThrownBy(() -> Atoll.task(divide, 0).remote().get())
                .isInstanceOf(TaskException.class)
                .hasMessageContaining("FunctionsOnANodeTest$Divide")
                .hasCauseInstanceOf(ArithmeticException.class);
        Thread thread = Thread.currentThread();
        Callable<String> unstorable = new Callable<>() {
            private final Thread field = thread;

            @Override
            public String call() {
                return field.getName();
            }
        };
        assertThatThrownBy(() -> Atoll.task(unstorable).remote())
                .isInstanceOf(UnserializableException.class)
                .hasMessageContaining("field");
    }

    record Divide() implements F1<Integer, Integer> {
        @Override
        public Integer call(Integer by) {
            return 1 / by;
        }
    }

    static int ten(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j) {
        return a + b + c + d + e + f + g + h + i + j;
    }

    @Test
    void shouldTakeTenArguments() {
        ObjectRef<Integer> one = Atoll.put(1);
        assertThat(Atoll.task(FunctionsOnANodeTest::ten, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
                        .remote()
                        .get())
                .isEqualTo(55);
        assertThat(Atoll.function(FunctionsOnANodeTest::ten)
                        .submit(one, one, one, one, one, one, one, one, one, Atoll.value(33))
                        .get())
                .isEqualTo(42);
    }
}
