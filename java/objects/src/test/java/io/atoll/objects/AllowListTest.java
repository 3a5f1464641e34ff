package io.atoll.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.acme.Gadgets;
import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.TaskException;
import io.atoll.UnserializableException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** With an allow-list nothing of a class that is not on it is made, by whatever way it is written. */
class AllowListTest {
    private static final List<Object> ALL = List.of(
            Gadgets.lambda("made"),
            new Gadgets.Failure("x"),
            new Gadgets.JavaFailure("x"),
            new Gadgets.GraphFailure("x"),
            new Gadgets.Plain(1),
            Gadgets.Colour.RED,
            Gadgets.Plain.class,
            new Gadgets.Plain[0]);

    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        System.clearProperty(AllowList.PROPERTY);
        fixture.close();
    }

    @Test
    void shouldRefuseWhatIsNotOnIt() {
        for (Object value : ALL) {
            ObjectId id = fixture.codec.put(new Object[] {value});
            System.setProperty(AllowList.PROPERTY, "com.other.*");
            assertThatThrownBy(() -> fixture.codec.get(id, Duration.ZERO))
                    .as(value.toString())
                    .isInstanceOf(StoreException.class)
                    .hasStackTraceContaining("com.acme.Gadgets");
            System.clearProperty(AllowList.PROPERTY);
            fixture.store.dereference(id);
        }
    }

    @Test
    void shouldRefuseItAtPutToo() {
        System.setProperty(AllowList.PROPERTY, "com.other.*");
        for (Object value : ALL) {
            assertThatThrownBy(() -> fixture.codec.put(new Object[] {value}))
                    .as(value.toString())
                    .isInstanceOf(UnserializableException.class)
                    .hasMessageContaining("com.acme.Gadgets")
                    .hasMessageContaining(AllowList.PROPERTY);
        }
        assertThat(fixture.objects()).isZero();
    }

    @Test
    void shouldKeepWhatIsOnIt() {
        System.setProperty(AllowList.PROPERTY, "com.acme.*");
        for (Object value : ALL) {
            Object read = ((Object[]) fixture.roundTrip(new Object[] {value}))[0];
            assertThat(read).as(value.toString()).hasSameClassAs(read);
            if (value instanceof Gadgets.Maker) {
                assertThat(((Gadgets.Maker) read).get()).isEqualTo("made");
            } else if (value instanceof Throwable) {
                assertThat((Throwable) read).hasMessage("x").hasSameClassAs(value);
            }
        }
    }

    @Test
    void shouldAllowTheLambdasOfAClass() {
        System.setProperty(AllowList.PROPERTY, Gadgets.class.getName() + "," + Gadgets.Maker.class.getName());
        Gadgets.Maker read = (Gadgets.Maker) fixture.roundTrip(Gadgets.lambda("made"));
        assertThat(read.get()).isEqualTo("made");
    }

    @Test
    void shouldHoldForWhatTasksThrow() {
        for (RuntimeException error : List.of(
                new Gadgets.Failure("text"), new Gadgets.JavaFailure("text"), new Gadgets.GraphFailure("text"))) {
            ObjectId id = fixture.store.expect();
            fixture.codec.putError(id, error);
            assertThatThrownBy(() -> fixture.codec.get(id, Duration.ZERO)).hasSameClassAs(error);
            System.setProperty(AllowList.PROPERTY, "com.other.*");
            assertThatThrownBy(() -> fixture.codec.get(id, Duration.ZERO))
                    .isExactlyInstanceOf(TaskException.class)
                    .hasMessageContaining(error.getClass().getName() + ": text")
                    .hasMessageContaining(AllowList.PROPERTY);
            System.clearProperty(AllowList.PROPERTY);
            fixture.store.dereference(id);
        }
    }
}
