package io.atoll.internal.values;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.hash.ArrowBufHasher;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** An extension type of Arrow: so many meters, stored as 32-bit integers. */
final class Meters extends ArrowType.ExtensionType {
    @Override
    public ArrowType storageType() {
        return new ArrowType.Int(32, true);
    }

    @Override
    public String extensionName() {
        return "acme.meters";
    }

    @Override
    public boolean extensionEquals(ExtensionType other) {
        return other instanceof Meters;
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
    public FieldVector getNewVector(String name, FieldType type, BufferAllocator allocator) {
        return new Vector(name, type, allocator);
    }

    static final class Vector extends ExtensionTypeVector<IntVector> {
        private final Field field;

        Vector(String name, FieldType type, BufferAllocator allocator) {
            super(name, allocator, new IntVector(name, allocator));
            field = new Field(name, type, null);
        }

        @Override
        public Field getField() {
            return field;
        }

        @Override
        public Object getObject(int index) {
            return isNull(index) ? null : getUnderlyingVector().get(index) + " m";
        }

        @Override
        public int hashCode(int index) {
            return hashCode(index, null);
        }

        @Override
        public int hashCode(int index, ArrowBufHasher hasher) {
            return getUnderlyingVector().hashCode(index, hasher);
        }
    }
}
