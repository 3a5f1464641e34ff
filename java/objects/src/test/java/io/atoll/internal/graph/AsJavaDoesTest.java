package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.internal.objects.Fixture;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Users' classes that Java's own serialization takes: they come back as it brings them back, wherever they stand. */
class AsJavaDoesTest {
    static Stream<Arguments> values() {
        return Stream.of(UsersContainers.all(), UsersOwnContainers.all(), UsersEnums.all(), UsersClasses.all())
                .flatMap(List::stream)
                .map(value -> Arguments.of(value.getClass().getName().replaceAll(".*\\.", ""), value));
    }

    record Component(Object inside, Object[] elements) implements Serializable {}

    @ParameterizedTest(name = "{0}")
    @MethodSource("values")
    void shouldComeBackAsFromJava(String name, Object value) throws Exception {
        Object[] typed = (Object[]) Array.newInstance(value.getClass(), 2);
        typed[0] = typed[1] = value;
        try (Fixture fixture = new Fixture()) {
            for (Object each : List.of(
                    value,
                    new Component(value, new Object[] {value, 1}),
                    new ArrayList<>(List.of(value, value)),
                    typed)) {
                String byJava;
                try {
                    byJava = describe(byJava(each));
                } catch (ArrayStoreException e) {
                    continue; // an array of what puts something else in its place
                }
                assertThat(describe(fixture.roundTrip(each))).isEqualTo(byJava);
            }
        }
    }

    private static Object byJava(Object value) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return in.readObject();
        }
    }

    private static String describe(Object value) throws IllegalAccessException {
        StringBuilder text = new StringBuilder();
        describe(value, text, new IdentityHashMap<>());
        return text.toString();
    }

    /** Classes, elements in their order, and what users' classes have in their fields; objects met again by number. */
    private static void describe(Object value, StringBuilder text, Map<Object, Integer> met)
            throws IllegalAccessException {
        if (value == null || value instanceof Enum || value.getClass().getName().matches("java\\.lang\\.[A-Z][a-z]+")) {
            text.append(value instanceof Enum<?> each ? each.getClass() + "." + each.name() : value);
            return;
        }
        if (value.getClass().isHidden()) {
            text.append("a lambda"); // of a class that each deserialization may make anew
            return;
        }
        Integer number = met.putIfAbsent(value, met.size());
        if (number != null) {
            text.append('#').append(number);
            return;
        }
        text.append(value.getClass().getName()).append('{');
        if (value instanceof Object[] array) {
            for (Object each : array) {
                describe(each, text, met);
                text.append(',');
            }
        } else if (value instanceof Collection<?> all) {
            for (Object each : all) {
                describe(each, text, met);
                text.append(',');
            }
        } else if (value instanceof Map<?, ?> all) {
            for (Map.Entry<?, ?> each : all.entrySet()) {
                describe(each.getKey(), text, met);
                text.append('=');
                describe(each.getValue(), text, met);
                text.append(',');
            }
        } else if (value.getClass().getName().startsWith("java.")) {
            text.append(value);
        }
        for (Class<?> type = value.getClass(); type != null; type = type.getSuperclass()) {
            if (!type.isArray() && !type.getName().startsWith("java.")) {
                for (Field field : type.getDeclaredFields()) {
                    if (!Modifier.isStatic(field.getModifiers())) {
                        field.setAccessible(true);
                        text.append(type.getSimpleName())
                                .append('.')
                                .append(field.getName())
                                .append(':');
                        describe(field.get(value), text, met);
                        text.append(';');
                    }
                }
            }
        }
        text.append('}');
    }
}
