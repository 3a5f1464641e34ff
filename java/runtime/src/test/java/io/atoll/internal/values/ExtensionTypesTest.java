package io.atoll.internal.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollException;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.types.pojo.ArrowType.ExtensionType;
import org.apache.arrow.vector.types.pojo.ExtensionTypeRegistry;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Arrow's extension types between driver and workers, where one of the two has registered them. */
@Timeout(120)
class ExtensionTypesTest {
    private static AtollSession session;

    private final BufferAllocator allocator = new RootAllocator();

    @BeforeAll
    static void start() {
        session = Atoll.init(
                AtollOptions.builder().workers(1).storeBytes(32L << 20).build());
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    @AfterEach
    void close() {
        allocator.close();
    }

    /** 3, null. */
    private static FieldVector two(ExtensionType type, BufferAllocator allocator) {
        FieldVector vector = FieldType.nullable(type).createNewSingleVector("length", allocator, null);
        IntVector numbers = (IntVector) ((ExtensionTypeVector<?>) vector).getUnderlyingVector();
        numbers.allocateNew(2);
        numbers.set(0, 3);
        numbers.setNull(1);
        vector.setValueCount(2);
        return vector;
    }

    private static ObjectRef<FieldVector> put(FieldVector vector) {
        try (vector) {
            return Atoll.put(vector);
        }
    }

    /** Class of type and vector, what is stored, and what the type makes of it. */
    static List<String> seen(FieldVector vector) {
        return List.of(
                vector.getField().getType().getClass().getName(),
                vector.getClass().getName(),
                String.valueOf(((ExtensionTypeVector<?>) vector).getUnderlyingVector()),
                vector.getObject(0) + " " + vector.getObject(1));
    }

    private static final List<String> SEEN =
            List.of(Meters.class.getName(), Meters.Vector.class.getName(), "[3, null]", "3 m null");

    static FieldVector made() {
        return two(new Meters(), new RootAllocator());
    }

    @Test
    void shouldGiveWorkersTheTypesOfTheDriver() {
        ExtensionTypeRegistry.register(new Meters());
        try {
            try (ObjectRef<FieldVector> lengths = put(two(new Meters(), allocator))) {
                assertThat(Atoll.task(ExtensionTypesTest::seen, lengths)
                                .remote()
                                .get())
                        .isEqualTo(SEEN);
            }
        } finally {
            ExtensionTypeRegistry.unregister(new Meters());
        }
    }

    @Test
    void shouldGiveTheDriverTheTypesOfWorkers() {
        assertThat(ExtensionTypeRegistry.lookup("acme.meters")).isNull();
        try (FieldVector lengths = Atoll.task(ExtensionTypesTest::made).remote().get()) {
            assertThat(seen(lengths)).isEqualTo(SEEN);
        } finally {
            ExtensionTypeRegistry.unregister(new Meters());
        }
    }

    @Test
    void shouldNameATypeWhoseClassWorkersDoNotHave() throws ReflectiveOperationException {
        Constructor<?> constructor = new Renaming().loadClass(Renaming.NAME).getDeclaredConstructor();
        constructor.setAccessible(true);
        ExtensionType type = (ExtensionType) constructor.newInstance();
        try (ObjectRef<FieldVector> lengths = put(two(type, allocator))) {
            assertThatThrownBy(() -> Atoll.task(ExtensionTypesTest::seen, lengths)
                            .remote()
                            .get())
                    .hasCauseInstanceOf(AtollException.class)
                    .hasMessageContaining("acme.metres")
                    .hasMessageContaining(Renaming.NAME)
                    .hasMessageContaining("workerClassPath");
        }
    }

    /** Has the type under a name that no worker finds. */
    private static final class Renaming extends ClassLoader {
        static final String NAME = "io.atoll.internal.aliens.Metres";
        private static final String OURS = Meters.class.getName();

        Renaming() {
            super(ExtensionTypesTest.class.getClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (!name.startsWith(NAME)) {
                throw new ClassNotFoundException(name);
            }
            String file = name.replace(NAME, OURS).replace('.', '/') + ".class";
            try (InputStream in = getParent().getResourceAsStream(file)) {
                byte[] bytes = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)
                        .replace(OURS.replace('.', '/'), NAME.replace('.', '/')) // of the same length
                        .replace("acme.meters", "acme.metres")
                        .getBytes(StandardCharsets.ISO_8859_1);
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
