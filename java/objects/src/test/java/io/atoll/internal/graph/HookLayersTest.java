package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.UnserializableException;
import io.atoll.internal.objects.Fixture;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidObjectException;
import java.io.NotActiveException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Class by class of an object whose class has a say in its serialization; and what spoils a stream. */
class HookLayersTest {
    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Not Serializable: made by its constructor, as Java has it. */
    static class Base {
        protected transient String made = "by the constructor";
        protected int changed = 1;

        protected Base() {}
    }

    /** Without hooks: by its fields. */
    static class Middle extends Base implements Serializable {
        private static final long serialVersionUID = 1;
        private final Object name;
        private final float number;

        Middle(Object name, float number) {
            this.name = name;
            this.number = number;
        }
    }

    static class Upper extends Middle {
        private static final long serialVersionUID = 1;
        private transient int sum;
        private Object self;

        Upper(Object name, float number) {
            super(name, number);
            self = this;
        }

        /** Not a hook, and of the name of one. */
        private void writeObject(String text) {
            throw new AssertionError(text);
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(sum);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            sum = in.readInt() + 1;
        }
    }

    /** Only reads by itself. */
    static final class Lowest extends Upper {
        private static final long serialVersionUID = 1;
        private final byte small = new byte[] {-3}[0];
        private transient String end;

        Lowest(Object name, float number) {
            super(name, number);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            end = in.read() + " " + in.available();
        }
    }

    @Test
    void shouldStoreEachClassOfAHierarchyItsOwnWay() {
        List<String> name = new ArrayList<>(List.of("n"));
        Lowest value = new Lowest(name, 2.5f);
        value.changed = 9;
        ((Upper) value).sum = 41;
        Object[] read = (Object[]) fixture.roundTrip(new Object[] {name, value, value});
        Lowest back = (Lowest) read[1];
        assertThat(read[2]).isSameAs(back);
        assertThat(((Middle) back).name).isSameAs(read[0]);
        assertThat(((Middle) back).number).isEqualTo(2.5f);
        assertThat(((Upper) back).sum).isEqualTo(42);
        assertThat(((Upper) back).self).isSameAs(back);
        assertThat(back.small).isEqualTo((byte) -3);
        assertThat(back.end).isEqualTo("-1 0");
        assertThat(back.made + back.changed).isEqualTo("by the constructor1");
    }

    static final class Listed implements Serializable {
        private static final long serialVersionUID = 1;
        private static final ObjectStreamField[] serialPersistentFields = {
            new ObjectStreamField("total", long.class),
            new ObjectStreamField("ratio", double.class),
            new ObjectStreamField("letter", char.class),
            new ObjectStreamField("yes", boolean.class),
            new ObjectStreamField("names", List.class),
            new ObjectStreamField("unset", String.class)
        };

        private String read;
        private List<?> names = new ArrayList<>(List.of("x"));

        private void writeObject(ObjectOutputStream out) throws IOException {
            ObjectOutputStream.PutField fields = out.putFields();
            fields.put("total", 5L);
            fields.put("ratio", 0.5);
            fields.put("letter", 'l');
            fields.put("yes", true);
            fields.put("names", names);
            assertThatThrownBy(() -> fields.put("total", 5)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> fields.put("other", "x")).isInstanceOf(IllegalArgumentException.class);
            out.writeFields();
            out.writeObject(names);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            ObjectInputStream.GetField fields = in.readFields();
            assertThatThrownBy(in::defaultReadObject).isInstanceOf(NotActiveException.class);
            assertThatThrownBy(() -> fields.get("other", 1)).isInstanceOf(IllegalArgumentException.class);
            names = (List<?>) fields.get("names", null);
            read = fields.get("total", 0L) + " " + fields.get("ratio", 0.0) + fields.get("letter", 'x')
                    + fields.get("yes", false) + fields.get("unset", "otherwise") + fields.defaulted("total")
                    + (names == in.readObject());
        }
    }

    @Test
    void shouldStoreFieldsThatAreGivenByName() {
        Listed read = (Listed) fixture.roundTrip(new Listed());
        assertThat(read.read).isEqualTo("5 0.5ltruenullfalsetrue");
        assertThat(read.names).isEqualTo(List.of("x"));
    }

    static final class Validated implements Serializable {
        private static final long serialVersionUID = 1;
        private final List<String> calls; // shared
        private final String name;
        private final int priority;
        private Validated later;

        Validated(List<String> calls, String name, int priority) {
            this.calls = calls;
            this.name = name;
            this.priority = priority;
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            in.registerValidation(this::check, priority);
        }

        private void check() throws InvalidObjectException {
            calls.add(name);
            if (later == null) {
                throw new InvalidObjectException(name + " has no later one");
            }
        }
    }

    @Test
    void shouldValidateWhenTheWholeGraphIsThere() {
        List<String> calls = new ArrayList<>();
        Validated a = new Validated(calls, "a", 1);
        Validated b = new Validated(calls, "b", 2);
        Validated c = new Validated(calls, "c", 2);
        a.later = b;
        b.later = c;
        c.later = a;
        Validated read = (Validated) fixture.roundTrip(a);
        assertThat(read.calls).hasSize(3).endsWith("a").contains("b", "c");

        b.later = null;
        ObjectId id = fixture.codec.put(a);
        assertThatThrownBy(() -> fixture.codec.get(id, Duration.ZERO))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("b has no later one");
        fixture.store.dereference(id);
    }

    public static class Parent implements Serializable {
        private static final long serialVersionUID = 1;
        protected transient String from = "a constructor";

        private void readObjectNoData() {
            from = "no data";
        }

        @Override
        public String toString() {
            return from;
        }
    }

    static final class Child1 implements Serializable {
        private static final long serialVersionUID = 1;
        private final int number = new int[] {7}[0];

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
        }
    }

    static final class Child2 extends Parent {
        private static final long serialVersionUID = 1;
        private final int number = new int[] {7}[0];

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
        }

        @Override
        public String toString() {
            return super.toString() + number;
        }
    }

    /** Has another version of {@link Child1}: as {@link Child2} is. */
    private static final class Other extends ClassLoader {
        Other() {
            super(HookLayersTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(Child1.class.getName())) {
                return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            String file = Child2.class.getName().replace('.', '/') + ".class";
            try (InputStream in = getParent().getResourceAsStream(file)) {
                byte[] bytes = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)
                        .replace("Child2", "Child1")
                        .getBytes(StandardCharsets.ISO_8859_1);
                return known != null ? known : defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @Test
    void shouldTellAClassThatNothingWasStoredForIt() {
        ObjectId id = fixture.codec.put(new Child1());
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(new Other());
        try {
            assertThat(fixture.codec.get(id, Duration.ZERO)).hasToString("no data7");
        } finally {
            Thread.currentThread().setContextClassLoader(before);
            fixture.store.dereference(id);
        }
    }

    static final class Swallows implements Serializable {
        private static final long serialVersionUID = 1;

        private void writeObject(ObjectOutputStream out) throws IOException {
            try {
                out.writeObject(List.of("half of it", new Thread()));
            } catch (RuntimeException e) {
                out.writeObject("nothing");
            }
        }
    }

    @Test
    void shouldRefuseWhatAHookHasWrittenHalf() {
        assertThatThrownBy(() -> fixture.codec.put(List.of(new Swallows())))
                .isInstanceOf(UnserializableException.class)
                .hasMessageContaining("java.lang.Thread");
        assertThat(fixture.roundTrip(List.of("x"))).isEqualTo(List.of("x"));
    }

    static final class Keeps implements Serializable {
        private static final long serialVersionUID = 1;
        private static ObjectOutputStream out;
        private static ObjectInputStream in;

        private void writeObject(ObjectOutputStream stream) {
            out = stream;
        }

        private void readObject(ObjectInputStream stream) {
            in = stream;
        }
    }

    @Test
    void shouldRefuseTheUseOfAStreamAfterItsHook() {
        fixture.roundTrip(new Keeps());
        assertThatThrownBy(() -> Keeps.out.writeInt(1)).isInstanceOf(NotActiveException.class);
        assertThatThrownBy(() -> Keeps.out.writeObject("x")).isInstanceOf(NotActiveException.class);
        assertThatThrownBy(() -> Keeps.out.defaultWriteObject()).isInstanceOf(NotActiveException.class);
        assertThatThrownBy(() -> Keeps.in.readInt()).isInstanceOf(NotActiveException.class);
        assertThatThrownBy(() -> Keeps.in.readObject()).isInstanceOf(NotActiveException.class);
        assertThatThrownBy(() -> Keeps.in.defaultReadObject()).isInstanceOf(NotActiveException.class);
    }

    static class NoConstructor {
        NoConstructor(int number) {
            assertThat(number).isPositive();
        }
    }

    static final class OfNoConstructor extends NoConstructor implements Serializable {
        private static final long serialVersionUID = 1;

        OfNoConstructor() {
            super(1);
        }

        private void writeObject(ObjectOutputStream out) {}
    }

    @Test
    void shouldRefuseWhatCouldNotBeMadeAgain() {
        assertThatThrownBy(() -> fixture.codec.put(new OfNoConstructor()))
                .isInstanceOf(UnserializableException.class)
                .hasMessageContaining("has no constructor without arguments");
    }
}
