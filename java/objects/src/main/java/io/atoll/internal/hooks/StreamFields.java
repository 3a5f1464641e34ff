package io.atoll.internal.hooks;

import io.atoll.internal.fields.RawFields;
import java.io.InvalidClassException;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamField;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.memory.MemoryBuffer;

/**
 * The fields of one class, without its superclasses, that Java's serialization stores: those that are not transient, or
 * those that the class lists as {@code serialPersistentFields}. One after the other, in the order of
 * {@link ObjectStreamClass#getFields}; those of primitive types in as many bytes as they have. Any thread.
 */
public final class StreamFields {
    private static final long NO_SUCH_FIELD = -1;

    private final Class<?> owner;
    private final ObjectStreamField[] fields;
    private final long[] offsets;

    StreamFields(Class<?> owner) {
        this.owner = owner;
        fields = ObjectStreamClass.lookup(owner).getFields();
        offsets = new long[fields.length];
        for (int i = 0; i < fields.length; i++) {
            offsets[i] = offset(fields[i]);
        }
    }

    /** A class may list fields that it has not: they are given by name only. */
    private long offset(ObjectStreamField listed) {
        try {
            Field field = owner.getDeclaredField(listed.getName());
            return field.getType() == listed.getType() && !Modifier.isStatic(field.getModifiers())
                    ? RawFields.offset(field)
                    : NO_SUCH_FIELD;
        } catch (NoSuchFieldException e) {
            return NO_SUCH_FIELD;
        }
    }

    /** Values by their names: of primitives, their bits. */
    static final class Values {
        private final StreamFields of;
        private final long[] bits;
        private final Object[] objects;

        private Values(StreamFields of) {
            this.of = of;
            bits = new long[of.fields.length];
            objects = new Object[of.fields.length];
        }

        long bits(String name, Class<?> type) {
            return bits[of.index(name, type)];
        }

        void setBits(String name, Class<?> type, long value) {
            bits[of.index(name, type)] = value;
        }

        Object object(String name) {
            return objects[of.index(name, null)];
        }

        void setObject(String name, Object value) {
            objects[of.index(name, null)] = value;
        }
    }

    Values empty() {
        return new Values(this);
    }

    boolean isEmpty() {
        return fields.length == 0;
    }

    public int count() {
        return fields.length;
    }

    /** Tells classes of other fields apart. */
    int hash() {
        int hash = 0;
        for (ObjectStreamField each : fields) {
            hash = 31 * (31 * hash + each.getName().hashCode())
                    + each.getType().getName().hashCode();
        }
        return hash;
    }

    /** @param type null for any that is not primitive */
    private int index(String name, Class<?> type) {
        for (int i = 0; i < fields.length; i++) {
            Class<?> found = fields[i].getType();
            if (fields[i].getName().equals(name) && (type == null ? !found.isPrimitive() : found == type)) {
                return i;
            }
        }
        throw new IllegalArgumentException("no such field " + name + " with type "
                + (type == null ? "class java.lang.Object" : type) + " in " + owner.getName());
    }

    void write(WriteContext context, Object object) throws InvalidClassException {
        for (int i = 0; i < fields.length; i++) {
            if (offsets[i] == NO_SUCH_FIELD) {
                throw new InvalidClassException(
                        owner.getName(),
                        "it lists a field " + fields[i].getName() + " of type "
                                + fields[i].getType().getName() + ", and has none");
            }
        }
        for (int i = 0; i < fields.length; i++) {
            Class<?> type = fields[i].getType();
            if (type.isPrimitive()) {
                writeBits(context.getBuffer(), type, RawFields.getBits(object, offsets[i], type));
            } else {
                context.writeRef(RawFields.get(object, offsets[i]));
            }
        }
    }

    void write(WriteContext context, Values values) {
        for (int i = 0; i < fields.length; i++) {
            Class<?> type = fields[i].getType();
            if (type.isPrimitive()) {
                writeBits(context.getBuffer(), type, values.bits[i]);
            } else {
                context.writeRef(type.cast(values.objects[i]));
            }
        }
    }

    void read(ReadContext context, Object object) {
        for (int i = 0; i < fields.length; i++) {
            Class<?> type = fields[i].getType();
            if (type.isPrimitive()) {
                long bits = readBits(context.getBuffer(), type);
                if (offsets[i] != NO_SUCH_FIELD) {
                    RawFields.putBits(object, offsets[i], type, bits);
                }
            } else {
                Object value = type.cast(context.readRef());
                if (offsets[i] != NO_SUCH_FIELD) {
                    RawFields.put(object, offsets[i], value);
                }
            }
        }
    }

    Values read(ReadContext context) {
        Values values = new Values(this);
        for (int i = 0; i < fields.length; i++) {
            Class<?> type = fields[i].getType();
            if (type.isPrimitive()) {
                values.bits[i] = readBits(context.getBuffer(), type);
            } else {
                values.objects[i] = type.cast(context.readRef());
            }
        }
        return values;
    }

    /** A primitive, in as many bytes as it has. */
    public static void writeBits(MemoryBuffer buffer, Class<?> type, long bits) {
        if (type == boolean.class || type == byte.class) {
            buffer.writeByte((byte) bits);
        } else if (type == short.class || type == char.class) {
            buffer.writeInt16((short) bits);
        } else if (type == int.class || type == float.class) {
            buffer.writeInt32((int) bits);
        } else {
            buffer.writeInt64(bits);
        }
    }

    public static long readBits(MemoryBuffer buffer, Class<?> type) {
        if (type == boolean.class || type == byte.class) {
            return buffer.readByte();
        } else if (type == short.class || type == char.class) {
            return buffer.readInt16();
        } else if (type == int.class || type == float.class) {
            return buffer.readInt32();
        }
        return buffer.readInt64();
    }
}
