package io.atoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.concurrent.AtollScope;
import io.atoll.concurrent.Cancel;
import io.atoll.concurrent.Joiner;
import io.atoll.concurrent.WorkerEnvironment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A null is told by the name of the parameter, or of the option, where it was given. */
class NullsTest {
    private static AtollSession session;
    private static ObjectRef<Integer> ref;

    @BeforeAll
    static void start() {
        session = Atoll.init();
        ref = Atoll.put(1);
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    private static TaskCall<Integer> call() {
        return Atoll.task(String::length, "a");
    }

    /** What has the methods, and how one of it is had; statics alone of those that nobody has here. */
    private static Stream<Object> objects() {
        return Stream.of(
                call(),
                Atoll.run(System::gc),
                Atoll.<Integer>stream(out -> out.emit(1)),
                Atoll.<Integer>stream(out -> out.emit(1)).remote(),
                RemoteFunction1.of(String::length),
                ref,
                session,
                Resources.cpus(1),
                AtollScope.open(Joiner.<Integer>awaitAll()),
                WorkerEnvironment.none(),
                WorkerEnvironment.builder(),
                AtollOptions.builder());
    }

    private static final List<Class<?>> OF_STATICS = List.of(
            Atoll.class, ObjectRef.class, Resources.class, AtollScope.class, Joiner.class, WorkerEnvironment.class);

    /** The values that a parameter may have, beside null: for those that are not tried. */
    private static final Map<Class<?>, Object> GOOD = Map.ofEntries(
            Map.entry(String.class, "name"),
            Map.entry(Duration.class, Duration.ofSeconds(1)),
            Map.entry(int.class, 1),
            Map.entry(long.class, 1L),
            Map.entry(double.class, 1.0),
            Map.entry(boolean.class, true),
            Map.entry(Cancel.class, Cancel.QUEUED),
            Map.entry(Collection.class, List.of()),
            Map.entry(List.class, List.of()),
            Map.entry(Map.class, Map.of()),
            Map.entry(Class.class, String.class),
            Map.entry(Class[].class, new Class<?>[] {Error.class}),
            Map.entry(String[].class, new String[] {"a"}),
            Map.entry(Path.class, Path.of("a")),
            Map.entry(Path[].class, new Path[] {Path.of("a")}),
            Map.entry(Resources.class, Resources.none()),
            Map.entry(WorkerEnvironment.class, WorkerEnvironment.none()),
            Map.entry(ObjectId.class, new ObjectId(1, 1)),
            Map.entry(AtollOptions.class, AtollOptions.defaults()),
            Map.entry(Predicate.class, (Predicate<Object>) any -> true),
            Map.entry(UnaryOperator.class, UnaryOperator.identity()));

    private static Object good(Class<?> type) {
        if (type == ObjectRef.class) {
            return ref;
        } else if (type == TaskCall.class) {
            return call();
        } else if (type == RunCall.class) {
            return Atoll.run(System::gc);
        } else if (type == Joiner.class) {
            return Joiner.<Integer>awaitAll();
        }
        return GOOD.get(type);
    }

    /** Not ours, and those whose parameter is a value of the user's, for which null is one, or that say what else null is. */
    private static boolean takesNull(Method method) {
        return method.isBridge()
                || !method.getDeclaringClass().getName().startsWith("io.atoll.")
                || List.of("put", "value", "equals", "submit").contains(method.getName())
                || List.of("task", "run", "stream", "function", "action").contains(method.getName());
    }

    record Case(Method method, Object on, int parameter) {
        @Override
        public String toString() {
            return method.getDeclaringClass().getSimpleName() + "." + method.getName() + "("
                    + Stream.of(method.getParameterTypes())
                            .map(Class::getSimpleName)
                            .toList() + ") with null for "
                    + parameter;
        }
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        OF_STATICS.forEach(type -> add(cases, type, null));
        objects().forEach(each -> add(cases, each.getClass(), each));
        return cases;
    }

    private static void add(List<Case> cases, Class<?> type, Object on) {
        for (Method method : type.getMethods()) {
            if (Modifier.isStatic(method.getModifiers()) != (on == null) || takesNull(method)) {
                continue;
            }
            for (int i = 0; i < method.getParameterCount(); ++i) {
                if (!method.getParameterTypes()[i].isPrimitive()) {
                    cases.add(new Case(method, on, i));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldNameWhatIsNull(Case each) throws Exception {
        Class<?>[] types = each.method.getParameterTypes();
        Object[] arguments = new Object[types.length];
        for (int i = 0; i < types.length; ++i) {
            arguments[i] = i == each.parameter ? null : good(types[i]);
            assertThat(i == each.parameter || arguments[i] != null)
                    .as("a good " + types[i])
                    .isTrue();
        }
        Method method = each.method;
        method.setAccessible(true);
        assertThatThrownBy(() -> {
                    try {
                        method.invoke(each.on, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                })
                .isExactlyInstanceOf(NullPointerException.class)
                .satisfies(thrown ->
                        assertThat(thrown.getMessage()).isNotBlank().doesNotContain("because")); // as the JVM has it
    }

    @Test
    void shouldNameElementsThatAreNull() {
        assertThatThrownBy(() -> call().retryOn(Error.class, null))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessageContaining("exceptions: number 1");
        List<Path> paths = new ArrayList<>();
        paths.add(null);
        assertThatThrownBy(() -> new WorkerEnvironment(paths, List.of(), Map.of()))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessageContaining("classPath: number 0");
        assertThatThrownBy(() -> new WorkerEnvironment(null, List.of(), Map.of()))
                .hasMessage("classPath");
        assertThatThrownBy(() -> new WorkerEnvironment(List.of(), null, Map.of()))
                .hasMessage("jvmFlags");
        assertThatThrownBy(() -> new WorkerEnvironment(List.of(), List.of(), null))
                .hasMessage("variables");
        assertThatThrownBy(() -> AtollScope.open(Joiner.<Integer>awaitAll(), configuration -> null))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessageContaining("configure");
    }
}
