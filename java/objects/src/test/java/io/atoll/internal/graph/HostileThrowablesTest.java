package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.StandInException;
import io.atoll.TaskException;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.testkit.InMemoryStore;
import io.atoll.spi.UserThrowables;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Throwables of users whose own methods throw, give null, or never give the same twice: each is still a task's failure. */
@Timeout(60)
class HostileThrowablesTest {
    private InMemoryStore store;
    private ObjectCodec codec;

    @BeforeEach
    void open() {
        store = InMemoryStore.create(16 << 20);
        codec = new ObjectCodec(store, id -> null);
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** What a method of {@link Hostile} does. */
    enum Way {
        ERROR,
        OUT_OF_MEMORY,
        UNCHECKED,
        CHECKED,
        NULL;

        <T> T go() {
            switch (this) {
                case ERROR:
                    throw new AssertionError("hostile");
                case OUT_OF_MEMORY:
                    throw new OutOfMemoryError("hostile");
                case UNCHECKED:
                    throw new IllegalStateException("hostile");
                case CHECKED:
                    throw HostileThrowablesTest.<RuntimeException>undeclared(new IOException("hostile"));
                default:
                    return null;
            }
        }
    }

    /** Which methods do. */
    enum Method {
        TO_STRING,
        GET_MESSAGE,
        GET_CAUSE,
        GET_STACK_TRACE,
        WRITE_OBJECT,
        READ_OBJECT,
        READ_RESOLVE,
        WRITE_REPLACE
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E undeclared(Throwable error) throws E {
        throw (E) error;
    }

    private static class Hostile extends Exception {
        private static final long serialVersionUID = 1;

        final Method method;
        final Way way;

        Hostile(Method method, Way way) {
            super("what happened");
            this.method = method;
            this.way = way;
        }

        private boolean is(Method asked) {
            return method == asked;
        }

        @Override
        public String toString() {
            return is(Method.TO_STRING) ? way.go() : super.toString();
        }

        @Override
        public String getMessage() {
            return is(Method.GET_MESSAGE) ? way.go() : super.getMessage();
        }

        @Override
        public synchronized Throwable getCause() {
            return is(Method.GET_CAUSE) ? way.go() : super.getCause();
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            return is(Method.GET_STACK_TRACE) ? way.go() : super.getStackTrace();
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            if (is(Method.WRITE_OBJECT)) {
                way.go();
            }
            out.defaultWriteObject();
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            if (is(Method.READ_OBJECT)) {
                way.go();
            }
        }

        private Object readResolve() {
            return is(Method.READ_RESOLVE) ? way.go() : this;
        }

        private Object writeReplace() {
            return is(Method.WRITE_REPLACE) ? way.go() : this;
        }
    }

    /** A new one each time it is asked. */
    private static final class Endless extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public synchronized Throwable getCause() {
            return new Endless();
        }
    }

    private TaskException thrownFor(Throwable error) {
        var id = store.expect();
        codec.putError(id, TaskException.of("task", 1, 1, error));
        try {
            codec.get(id, Duration.ZERO);
            throw new IllegalStateException("nothing was thrown");
        } catch (TaskException e) {
            return e;
        } finally {
            store.dereference(id);
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void shouldTellOfATaskThatThrewAHostileException(Way way) {
        for (Method method : Method.values()) {
            TaskException e = thrownFor(new Hostile(method, way));
            assertThat(e).as("%s %s", method, way).hasMessageContaining("task");
            assertThat(e.getCause() instanceof Hostile || e.getCause() instanceof StandInException)
                    .as("%s %s: %s", method, way, e.getCause().getClass())
                    .isTrue();
        }
    }

    @Test
    void shouldSayWhyThereIsAStandIn() {
        assertThat(thrownFor(new Hostile(Method.READ_OBJECT, Way.ERROR)))
                .hasCauseInstanceOf(StandInException.class)
                .cause()
                .hasMessageContaining("AssertionError: hostile")
                .hasMessageContaining("what happened");
        assertThat(thrownFor(new Hostile(Method.READ_RESOLVE, Way.NULL)))
                .cause()
                .hasMessageContaining("null is in its place");
    }

    @Test
    void shouldEndThoughTheCausesDoNot() {
        assertThat(thrownFor(new Endless()).getCause()).isNotNull();
        assertThat(UserThrowables.chain(new Endless())).hasSizeLessThan(100_000);
    }

    @Test
    void shouldKeepALongChainOfCauses() {
        Throwable chain = new IllegalStateException("the first");
        for (int i = 1; i < 2000; ++i) {
            chain = new IllegalStateException("later", chain);
        }
        Throwable back = thrownFor(chain).getCause();
        int length = 0;
        for (Throwable each = back; each != null; each = each.getCause()) {
            assertThat(each).isInstanceOf(IllegalStateException.class);
            ++length;
        }
        assertThat(length).isEqualTo(2000);
    }

    @Test
    void shouldRefuseAValueThatHoldsAHostileExceptionWithoutOne() {
        Object[] value = {"text", new Thread(), new Endless()};
        assertThatThrownBy(() -> codec.put(value)).hasMessageContaining("[1]");
    }
}
