package io.atoll.internal.codecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.acme.Gadgets;
import io.atoll.ObjectId;
import io.atoll.StandInException;
import io.atoll.StoreException;
import io.atoll.TaskException;
import io.atoll.UnserializableException;
import io.atoll.internal.objects.Fixture;
import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
            new Gadgets.Plain[0],
            new Gadgets.Plain[0][0],
            EnumSet.of(Gadgets.Colour.RED),
            EnumSet.noneOf(Gadgets.Colour.class),
            new EnumMap<>(Map.of(Gadgets.Colour.RED, 1)),
            Collections.checkedList(new ArrayList<>(), Gadgets.Plain.class),
            new Gadgets.Numbers(),
            Optional.of(new Gadgets.Plain(1)),
            Proxy.newProxyInstance(
                    Gadgets.class.getClassLoader(), new Class<?>[] {Gadgets.Maker.class}, new Gadgets.Handler()),
            Proxy.newProxyInstance(Gadgets.class.getClassLoader(), new Class<?>[] {Gadgets.Maker.class}, new Ours()),
            new InvocationTargetException(new Gadgets.JavaFailure("x"), "x"),
            new IllegalStateException("x", new Gadgets.Failure("x")));

    /** Of a package that is always allowed. */
    static final class Ours implements InvocationHandler, Serializable {
        private static final long serialVersionUID = 1;

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) {
            return method.getName().equals("toString") ? "a proxy" : null;
        }
    }

    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        System.clearProperty(AllowList.PROPERTY);
        fixture.close();
    }

    /** As those of a module application are, whose interface is in a package that its module does not export. */
    @Test
    void shouldTakeClassesOfProxiesThatModulesKeepToThemselves() throws ClassNotFoundException {
        Class<?> kept = Class.forName("sun.nio.ch.DirectBuffer");
        Object proxy = Proxy.newProxyInstance(null, new Class<?>[] {kept}, new Ours());
        System.setProperty(AllowList.PROPERTY, "com.other.*");
        assertThat(AllowList.current().allows(proxy.getClass().getName()))
                .as(proxy.getClass().getName())
                .isTrue();
    }

    @Test
    void shouldRefuseWhatIsNotOnIt() {
        for (Object value : ALL) {
            ObjectId id = fixture.codec.put(new Object[] {value});
            System.setProperty(AllowList.PROPERTY, "com.other.*");
            assertThatThrownBy(() -> fixture.codec.get(id, Duration.ZERO))
                    .as(value.getClass().getName())
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
                    .as(value.getClass().getName())
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
            if (!value.getClass().isHidden()) {
                assertThat(read).as(value.getClass().getName()).hasSameClassAs(value);
            }
            if (value instanceof Gadgets.Maker && !Proxy.isProxyClass(value.getClass())) {
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
            fixture.codec.putError(id, TaskException.of("t", 7, 1, error));
            assertThatThrownBy(() -> fixture.codec.get(id, Duration.ZERO)).hasCauseExactlyInstanceOf(error.getClass());
            System.setProperty(AllowList.PROPERTY, "com.other.*");
            assertThatThrownBy(() -> fixture.codec.get(id, Duration.ZERO))
                    .isExactlyInstanceOf(TaskException.class)
                    .cause()
                    .isExactlyInstanceOf(StandInException.class)
                    .hasMessageContaining(error.getClass().getName() + ": text")
                    .hasMessageContaining(AllowList.PROPERTY);
            System.clearProperty(AllowList.PROPERTY);
            fixture.store.dereference(id);
        }
    }
}
