package io.atoll.internal.plain;

import io.atoll.internal.fields.RawFields;
import io.atoll.spi.UserThrowables;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;

/**
 * The components of a record, read as fields, since an accessor may say something else; and the constructor that makes one
 * of them. Any thread.
 */
final class RecordShape {
    private final Class<?> type;
    private final Class<?>[] types;
    private final long[] offsets;
    private final int hash;
    private final MethodHandle constructor; // (Object[])Object

    RecordShape(Class<?> type) {
        this.type = type;
        RecordComponent[] components = type.getRecordComponents();
        types = new Class<?>[components.length];
        offsets = new long[components.length];
        int hashed = components.length;
        try {
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                offsets[i] = RawFields.offset(type.getDeclaredField(components[i].getName()));
                hashed = 31 * hashed + components[i].getName().hashCode();
                hashed = 31 * hashed + types[i].getName().hashCode();
            }
            constructor = RawFields.constructor(type, types)
                    .asFixedArity() // the last component may be T...
                    .asType(MethodType.genericMethodType(types.length))
                    .asSpreader(Object[].class, types.length);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the components of " + type.getName() + " cannot be had", e);
        }
        hash = hashed;
    }

    /** Of names and types of all components, in their order. */
    int hash() {
        return hash;
    }

    int count() {
        return types.length;
    }

    Class<?> type(int component) {
        return types[component];
    }

    /** Of a component that is no primitive. */
    Object get(Object record, int component) {
        return RawFields.get(record, offsets[component]);
    }

    /** Of one that is. */
    long getBits(Object record, int component) {
        return RawFields.getBits(record, offsets[component], types[component]);
    }

    /** Runs the record's constructor. */
    Object make(Object[] components) {
        try {
            return (Object) constructor.invokeExact(components);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(
                    "the constructor of " + type.getName() + " threw " + UserThrowables.text(e), e);
        }
    }
}
