package io.atoll.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.UnserializableException;
import io.atoll.internal.objects.Fixture;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.util.hash.ArrowBufHasher;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.ExtensionTypeRegistry;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Extension types that a reading process has not registered. */
class ExtensionTypesTest {
    private final Fixture fixture = new Fixture();
    private final RootAllocator allocator = new RootAllocator();

    @AfterEach
    void close() {
        ExtensionTypeRegistry.unregister(new Length(1));
        allocator.close();
        fixture.close();
    }

    /** So many units over 32-bit integers; without a constructor that nobody gives anything to. */
    private static final class Length extends ArrowType.ExtensionType {
        private final int unit;

        Length(int unit) {
            this.unit = unit;
        }

        @Override
        public ArrowType storageType() {
            return new ArrowType.Int(32, true);
        }

        @Override
        public String extensionName() {
            return "acme.length";
        }

        @Override
        public boolean extensionEquals(ArrowType.ExtensionType other) {
            return other instanceof Length length && length.unit == unit;
        }

        @Override
        public String serialize() {
            return Integer.toString(unit);
        }

        @Override
        public ArrowType deserialize(ArrowType storage, String data) {
            return new Length(Integer.parseInt(data));
        }

        @Override
        public FieldVector getNewVector(String name, FieldType type, BufferAllocator from) {
            return new LengthVector(name, type, from);
        }
    }

    private static final class LengthVector extends ExtensionTypeVector<IntVector> {
        private final int unit;

        LengthVector(String name, FieldType type, BufferAllocator from) {
            super(new Field(name, type, null), from, new IntVector(name, from));
            unit = ((Length) type.getType()).unit;
        }

        @Override
        public Object getObject(int index) {
            return isNull(index) ? null : getUnderlyingVector().get(index) * unit + " m";
        }

        @Override
        public int hashCode(int index) {
            return index;
        }

        @Override
        public int hashCode(int index, ArrowBufHasher hasher) {
            return index;
        }
    }

    private static Field length(String name) {
        return new Field(name, FieldType.nullable(new Length(1000)), null);
    }

    private VectorSchemaRoot lengths() {
        VectorSchemaRoot root = VectorSchemaRoot.create(
                new Schema(List.of(
                        length("top"),
                        new Field("in", FieldType.nullable(ArrowType.Struct.INSTANCE), List.of(length("deep"))))),
                allocator);
        StructVector struct = (StructVector) root.getVector("in");
        for (FieldVector each : List.of(root.getVector("top"), struct.getChild("deep"))) {
            IntVector numbers = ((LengthVector) each).getUnderlyingVector();
            numbers.allocateNew(2);
            numbers.set(0, 3);
            numbers.setNull(1);
            each.setValueCount(2);
        }
        struct.allocateNew();
        struct.setIndexDefined(0);
        struct.setValueCount(2);
        IntVector deep = ((LengthVector) struct.getChild("deep")).getUnderlyingVector();
        deep.setSafe(0, 4);
        struct.setValueCount(2);
        root.setRowCount(2);
        return root;
    }

    private ObjectId put(VectorSchemaRoot root) {
        try (root) {
            return fixture.codec.put(root);
        }
    }

    @Test
    void shouldKnowTypesThatOnlyTheWriterHasRegistered() {
        ExtensionTypeRegistry.register(new Length(1));
        ObjectId id = put(lengths());
        ExtensionTypeRegistry.unregister(new Length(1));
        try (VectorSchemaRoot read = (VectorSchemaRoot) fixture.codec.get(id, Duration.ZERO)) {
            assertThat(read.getVector("top")).isInstanceOf(LengthVector.class);
            assertThat(read.getVector("top").getObject(0)).isEqualTo("3000 m");
            assertThat(read.getVector("top").getObject(1)).isNull();
            FieldVector deep = ((StructVector) read.getVector("in")).getChild("deep");
            assertThat(deep).isInstanceOf(LengthVector.class);
            assertThat(deep.getObject(0)).isEqualTo("4000 m");
            assertThat(read.getSchema().findField("top").getMetadata().keySet())
                    .allMatch(each -> each.startsWith("ARROW:extension")); // by Arrow itself
            assertThat(read.getSchema().getCustomMetadata()).isEqualTo(Map.of());
        } finally {
            fixture.store.dereference(id);
        }
    }

    /** As Arrow's own superclass of such vectors says it: a single one, and one in a struct. */
    @Test
    void shouldRefuseAVectorThatDoesNotSayItsType() {
        try (VectorSchemaRoot root = lengths()) {
            for (FieldVector each : List.of(root.getVector("top"), root.getVector("in"))) {
                assertThatThrownBy(() -> fixture.codec.put(each))
                        .isInstanceOf(UnserializableException.class)
                        .hasMessageContaining(LengthVector.class.getName())
                        .hasMessageContaining("Int(32, true)")
                        .hasMessageContaining("getField");
            }
        }
    }

    @Test
    void shouldNameATypeWhoseClassIsNotHere() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        ObjectId id = put(lengths());
        thread.setContextClassLoader(new ClassLoader(null) {});
        try {
            assertThatThrownBy(() -> fixture.codec.get(id, Duration.ZERO))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("acme.length")
                    .hasMessageContaining(Length.class.getName());
        } finally {
            thread.setContextClassLoader(before);
            fixture.store.dereference(id);
        }
    }

    /** Its name is state: nobody who has the class alone could tell it. */
    private static final class Named extends ArrowType.ExtensionType {
        private final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        public ArrowType storageType() {
            return new ArrowType.Int(32, true);
        }

        @Override
        public String extensionName() {
            return name.toLowerCase(Locale.ROOT);
        }

        @Override
        public boolean extensionEquals(ArrowType.ExtensionType other) {
            return other instanceof Named named && named.name.equals(name);
        }

        @Override
        public String serialize() {
            return "";
        }

        @Override
        public ArrowType deserialize(ArrowType storage, String data) {
            return this;
        }

        @Override
        public FieldVector getNewVector(String name, FieldType type, BufferAllocator from) {
            return new NamedVector(name, type, from);
        }
    }

    private static final class NamedVector extends ExtensionTypeVector<IntVector> {
        NamedVector(String name, FieldType type, BufferAllocator from) {
            super(new Field(name, type, null), from, new IntVector(name, from));
        }

        @Override
        public Object getObject(int index) {
            return getUnderlyingVector().getObject(index);
        }

        @Override
        public int hashCode(int index) {
            return index;
        }

        @Override
        public int hashCode(int index, ArrowBufHasher hasher) {
            return index;
        }
    }

    @Test
    void shouldRefuseATypeThatNobodyCouldFind() {
        for (String name : List.of("acme.one", "acme.two")) {
            Field field = new Field("mass", FieldType.nullable(new Named(name)), null);
            Field struct = new Field("in", FieldType.nullable(ArrowType.Struct.INSTANCE), List.of(field));
            for (Field each : List.of(field, struct)) {
                try (VectorSchemaRoot root = VectorSchemaRoot.create(new Schema(List.of(each)), allocator)) {
                    assertThatThrownBy(() -> fixture.codec.put(root))
                            .isInstanceOf(UnserializableException.class)
                            .hasMessageContaining("column mass")
                            .hasMessageContaining(name)
                            .hasMessageContaining(Named.class.getName());
                }
            }
        }
        assertThat(fixture.objects()).isZero();
    }
}
