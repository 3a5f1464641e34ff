package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.internal.fields.RawFields;
import io.atoll.internal.objects.Fixture;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.fory.Fory;
import org.apache.fory.serializer.ObjectSerializer;
import org.apache.fory.serializer.Serializer;
import org.junit.jupiter.api.Test;

/** A class for whose fields no code can be made: it is in a package whose name other languages allow, and Java does not. */
class UncompiledTest {
    private static final String OURS = "io.atoll.internal.graph.Uncompiled";
    private static final String NOT_JAVA = "io.atoll.internal.class.Uncompiled";

    /** Has the class in that package. */
    private static final class Renaming extends ClassLoader {
        Renaming() {
            super(UncompiledTest.class.getClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (!name.equals(NOT_JAVA)) {
                throw new ClassNotFoundException(name);
            }
            try (InputStream in = UncompiledTest.class.getResourceAsStream("Uncompiled.class")) {
                byte[] bytes = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)
                        .replace(OURS.replace('.', '/'), NOT_JAVA.replace('.', '/')) // of the same length
                        .getBytes(StandardCharsets.ISO_8859_1);
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    private static Object make(Class<?> type) throws ReflectiveOperationException {
        Constructor<?> constructor = type.getDeclaredConstructor(int.class, String.class, List.class);
        constructor.setAccessible(true);
        return constructor.newInstance(7, "seven", List.of(1L, "x", List.of()));
    }

    /** How the coder that has just been used stores objects of a class. */
    private static Serializer<?> serializer(ClassLoader loader, Class<?> type) {
        GraphCoder coder = Shelf.of(loader).take();
        Fory fory = (Fory) RawFields.get(coder, RawFields.offset(GraphCoder.class, "fory"));
        Serializer<?> serializer = fory.getSerializer(type);
        Shelf.of(loader).giveBack(coder);
        // Behind the one that tells what the fields are.
        return (Serializer<?>) RawFields.get(serializer, RawFields.offset(serializer.getClass(), "fields"));
    }

    @Test
    void shouldInterpretTheFieldsOfAClassForWhichNoCodeCanBeMade() throws ReflectiveOperationException {
        ClassLoader loader = new Renaming();
        Class<?> type = loader.loadClass(NOT_JAVA);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try (Fixture fixture = new Fixture()) {
            Object value = make(type);
            Object read = fixture.roundTrip(value);
            assertThat(read).isNotSameAs(value).isEqualTo(value).isInstanceOf(type);
            assertThat(serializer(loader, type)).isExactlyInstanceOf(ObjectSerializer.class);

            Object ours = make(Uncompiled.class);
            assertThat(fixture.roundTrip(ours)).isEqualTo(ours);
            assertThat(serializer(loader, Uncompiled.class).getClass().getName())
                    .startsWith(OURS); // code made for it
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
