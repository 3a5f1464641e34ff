package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.acme.Widget;
import io.atoll.StoreException;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.Memory;
import java.io.Externalizable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidObjectException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What was stored as it should be and cannot be read here, is not called damaged. */
public class UnreadableTest {
    private static final ObjectCodec CODEC = ObjectCodec.withoutStore();

    /** What all code of these classes that runs when they are read throws; null for nothing. */
    private static final AtomicReference<Supplier<RuntimeException>> FAILS = new AtomicReference<>();

    @AfterEach
    void mend() {
        FAILS.set(null);
    }

    private static boolean fail() {
        if (FAILS.get() != null) {
            throw FAILS.get().get();
        }
        return true;
    }

    record Checked(String name) {
        Checked {
            fail();
        }
    }

    record Keyed(String name) {
        @Override
        public int hashCode() {
            fail();
            return 7;
        }
    }

    static final class Plain {
        private final Object inside;

        Plain(Object inside) {
            this.inside = inside;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Plain;
        }

        @Override
        public int hashCode() {
            fail();
            return 7;
        }
    }

    static class Hooked implements Serializable {
        private static final long serialVersionUID = 1;

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            fail();
        }
    }

    static final class Checks implements Serializable {
        private static final long serialVersionUID = 1;

        private void readObject(ObjectInputStream in) throws IOException {
            try {
                fail();
            } catch (RuntimeException e) {
                throw new IOException(e.getMessage());
            }
        }
    }

    /** Reads more than it has written, when it is to fail. */
    static final class Greedy implements Serializable {
        private static final long serialVersionUID = 1;

        private void readObject(ObjectInputStream in) throws IOException {
            if (FAILS.get() != null) {
                in.readInt();
            }
        }
    }

    static final class Resolved implements Serializable {
        private static final long serialVersionUID = 1;

        private Object readResolve() {
            fail();
            return this;
        }
    }

    public static final class External implements Externalizable {
        @Override
        public void writeExternal(ObjectOutput out) {}

        @Override
        public void readExternal(ObjectInput in) {
            fail();
        }
    }

    public static final class Made implements Externalizable {
        public Made() {
            fail();
        }

        @Override
        public void writeExternal(ObjectOutput out) {}

        @Override
        public void readExternal(ObjectInput in) {}
    }

    static final class Validated implements Serializable {
        private static final long serialVersionUID = 1;

        private void readObject(ObjectInputStream in) throws IOException {
            in.registerValidation(
                    () -> {
                        if (FAILS.get() != null) {
                            throw new InvalidObjectException(FAILS.get().get().getMessage());
                        }
                    },
                    0);
        }
    }

    static class Above {
        Above() {
            fail();
        }
    }

    static final class Below extends Above implements Serializable {
        private static final long serialVersionUID = 1;

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
        }
    }

    static Stream<Arguments> failing() {
        return Stream.of(
                        new Checked("plain"),
                        List.of(new Checked("c"), new Plain(1)),
                        new HashSet<>(List.of(new Keyed("k"))),
                        new HashSet<>(List.of(new Plain(new Keyed("in")))),
                        new Hooked(),
                        new Checks(),
                        new Greedy(),
                        new Resolved(),
                        new External(),
                        new Made(),
                        new Validated(),
                        new Below())
                .map(value -> Arguments.of(value.getClass().getSimpleName(), value));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failing")
    void shouldSayWhatCodeHasThrownWhenItWasRead(String name, Object value) {
        for (Supplier<RuntimeException> failure : List.<Supplier<RuntimeException>>of(
                () -> new IllegalStateException("not today"), () -> new IndexOutOfBoundsException("not today"))) {
            FAILS.set(null);
            Encoded encoded = CODEC.encode(value);
            ByteBuffer bytes = ByteBuffer.wrap(bytes(encoded));
            FAILS.set(failure);
            assertThatThrownBy(() -> CODEC.decode(encoded.tag(), bytes))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(" cannot be read here: ")
                    .hasMessageContaining(value instanceof Greedy ? "EOFException" : "not today")
                    .hasMessageNotContaining("damaged")
                    .satisfies(e -> assertThat(e.getMessage())
                            .containsAnyOf(
                                    "$Checked",
                                    "$Keyed",
                                    "$Plain",
                                    "$Above",
                                    value.getClass().getName()));
        }
    }

    enum Level {
        HIGH
    }

    static Stream<Arguments> named() {
        return Stream.of(Arguments.of(new Checked("a")), Arguments.of(List.of(Level.HIGH)));
    }

    @ParameterizedTest
    @MethodSource("named")
    void shouldNameAClassThatIsNotHere(Object value) {
        Encoded encoded = CODEC.encode(value);
        shouldBeGone(encoded.tag(), replace(bytes(encoded), "UnreadableTest$", "UnreadableGone$"), ".UnreadableGone$");
    }

    private static void shouldBeGone(long tag, byte[] bytes, String name) {
        assertThatThrownBy(() -> CODEC.decode(tag, ByteBuffer.wrap(bytes)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(" cannot be read here: ")
                .hasMessageContaining(name)
                .hasMessageContaining("class path")
                .hasMessageContaining("workerClassPath")
                .hasMessageNotContaining("damaged");
    }

    /** Has a class that nobody else has. */
    private static final class Elsewhere extends ClassLoader {
        Elsewhere() {
            super(UnreadableTest.class.getClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (!name.equals("com.acme.Gidget")) {
                throw new ClassNotFoundException(name);
            }
            try (InputStream in = Widget.class.getResourceAsStream("Widget.class")) {
                byte[] bytes = replace(in.readAllBytes(), "Widget", "Gidget");
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @Test
    void shouldNameAClassOfAGraphThatIsNotHere() throws ReflectiveOperationException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        ClassLoader elsewhere = new Elsewhere();
        Object gidget = elsewhere.loadClass("com.acme.Gidget").getConstructor().newInstance();
        for (Object value : List.of(gidget, List.of(new Plain(gidget)), new Plain(gidget.getClass()))) {
            Encoded encoded;
            thread.setContextClassLoader(elsewhere);
            try {
                encoded = CODEC.encode(value);
            } finally {
                thread.setContextClassLoader(before);
            }
            shouldBeGone(encoded.tag(), bytes(encoded), "com.acme.Gidget");
        }
    }

    @Test
    void shouldStillSayWhatIsDamaged() {
        Encoded plain = CODEC.encode(List.of("a", "b"));
        byte[] bytes = bytes(plain);
        byte[] half = java.util.Arrays.copyOf(bytes, bytes.length - 1);
        assertThatThrownBy(() -> CODEC.decode(plain.tag(), ByteBuffer.wrap(half)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(" is damaged: ");
        Encoded graph = CODEC.encode(new ArrayList<>(List.of(new Hooked(), new Plain(1))));
        byte[] cut = java.util.Arrays.copyOf(bytes(graph), (int) graph.size() - 2);
        assertThatThrownBy(() -> CODEC.decode(graph.tag(), ByteBuffer.wrap(cut)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(" is damaged: ");
    }

    private static byte[] bytes(Encoded encoded) {
        long block = Memory.allocate(encoded.size() + 64);
        try {
            long address = block + 63 & -64;
            encoded.writeTo(address);
            byte[] bytes = new byte[(int) encoded.size()];
            Memory.copyToArray(address, bytes, bytes.length);
            return bytes;
        } finally {
            Memory.free(block);
        }
    }

    /** Of the same length. */
    private static byte[] replace(byte[] bytes, String from, String to) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(from);
        return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
    }
}
