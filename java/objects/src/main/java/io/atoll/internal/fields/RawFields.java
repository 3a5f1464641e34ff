package io.atoll.internal.fields;

import io.atoll.jni.RawAccess;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import sun.misc.Unsafe;

/** Makes objects without a constructor, and reads and writes fields that reflection may not. */
public final class RawFields {
    private static final Unsafe UNSAFE = RawAccess.unsafe();

    private static final MethodHandles.Lookup TRUSTED = trusted();

    private RawFields() {}

    @SuppressWarnings("removal")
    private static MethodHandles.Lookup trusted() {
        try {
            Field field = MethodHandles.Lookup.class.getDeclaredField("IMPL_LOOKUP");
            return (MethodHandles.Lookup)
                    UNSAFE.getObject(UNSAFE.staticFieldBase(field), UNSAFE.staticFieldOffset(field));
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("this JDK's MethodHandles.Lookup has no field IMPL_LOOKUP", e);
        }
    }

    /** A constructor of any class, whose package need not be open, nor its module read by ours. */
    public static MethodHandle constructor(Class<?> type, Class<?>... parameters)
            throws NoSuchMethodException, IllegalAccessException {
        return TRUSTED.findConstructor(type, MethodType.methodType(void.class, parameters));
    }

    public static <T> T allocate(Class<T> type) {
        try {
            return type.cast(UNSAFE.allocateInstance(type));
        } catch (InstantiationException e) {
            throw new IllegalStateException(type.getName() + " has no instances", e);
        }
    }

    @SuppressWarnings("removal")
    public static long offset(Class<?> type, String name) {
        try {
            return UNSAFE.objectFieldOffset(type.getDeclaredField(name));
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(type.getName() + " of this JDK has no field " + name, e);
        }
    }

    @SuppressWarnings("removal")
    public static long offset(Field field) {
        return field.getDeclaringClass().isRecord() ? offsetInRecord(field) : UNSAFE.objectFieldOffset(field);
    }

    /** Unsafe says it of no record, but a handle of the field knows it. */
    private static long offsetInRecord(Field field) {
        try {
            Class<?> record = field.getDeclaringClass();
            VarHandle handle = TRUSTED.findVarHandle(record, field.getName(), field.getType());
            return UNSAFE.getLong(handle, offset(handle.getClass(), "fieldOffset"));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("where " + field + " is, cannot be found out", e);
        }
    }

    public static Object get(Object object, long offset) {
        return UNSAFE.getObject(object, offset);
    }

    public static void put(Object object, long offset, Object value) {
        UNSAFE.putObject(object, offset, value);
    }

    /** A primitive's bits, by the field's type. */
    public static long getBits(Object object, long offset, Class<?> type) {
        if (type == boolean.class) {
            return UNSAFE.getBoolean(object, offset) ? 1 : 0;
        } else if (type == byte.class) {
            return UNSAFE.getByte(object, offset);
        } else if (type == short.class) {
            return UNSAFE.getShort(object, offset);
        } else if (type == char.class) {
            return UNSAFE.getChar(object, offset);
        }
        return type == int.class || type == float.class
                ? UNSAFE.getInt(object, offset)
                : UNSAFE.getLong(object, offset);
    }

    public static void putBits(Object object, long offset, Class<?> type, long bits) {
        if (type == boolean.class) {
            UNSAFE.putBoolean(object, offset, bits != 0);
        } else if (type == byte.class) {
            UNSAFE.putByte(object, offset, (byte) bits);
        } else if (type == short.class) {
            UNSAFE.putShort(object, offset, (short) bits);
        } else if (type == char.class) {
            UNSAFE.putChar(object, offset, (char) bits);
        } else if (type == int.class || type == float.class) {
            UNSAFE.putInt(object, offset, (int) bits);
        } else {
            UNSAFE.putLong(object, offset, bits);
        }
    }

    /** The fields that are stored of a class, without its superclasses, by their names: the JVM may have them in any order. */
    static List<Field> stored(Class<?> type) {
        List<Field> stored = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers())) {
                stored.add(field);
            }
        }
        stored.sort(Comparator.comparing(Field::getName));
        return stored;
    }

    /** The fields of a class that are stored, those of superclasses too, whoever may see them: written and read in their order. */
    public static final class Slots {
        private record Slot(Class<?> type, long offset) {}

        private final Slot[] slots;

        /** @param end the superclass whose fields are no longer among them */
        public Slots(Class<?> first, Class<?> end) {
            List<Slot> found = new ArrayList<>();
            for (Class<?> type = first; type != end; type = type.getSuperclass()) {
                for (Field field : stored(type)) {
                    found.add(new Slot(field.getType(), offset(field)));
                }
            }
            slots = found.toArray(new Slot[0]);
        }

        public void write(WriteContext context, Object object) {
            for (Slot slot : slots) {
                if (slot.type().isPrimitive()) {
                    context.writeInt64(getBits(object, slot.offset(), slot.type()));
                } else {
                    context.writeRef(get(object, slot.offset()));
                }
            }
        }

        public void read(ReadContext context, Object object) {
            for (Slot slot : slots) {
                if (slot.type().isPrimitive()) {
                    putBits(object, slot.offset(), slot.type(), context.readInt64());
                } else {
                    put(object, slot.offset(), slot.type().cast(context.readRef()));
                }
            }
        }
    }
}
