package io.atoll.internal.graph;

import io.atoll.internal.fields.RawFields;
import io.atoll.internal.memory.Unreadable;
import java.lang.reflect.Field;
import java.util.function.UnaryOperator;
import org.apache.fory.reflect.FieldAccessor;
import org.apache.fory.serializer.FieldGroups.SerializationFieldInfo;
import org.apache.fory.serializer.ObjectSerializer;

/**
 * A field that takes objects of its type alone. What was written from it may come back as another: a {@code readResolve}
 * gives what it likes, bytes may be of anybody, and before JDK 25 Fory sets fields without a look. Generated code asks it
 * by the one interface of the JDK that fits, since it sees no class of ours; Fory's interpreter sets fields by it.
 */
final class CheckedField extends FieldAccessor implements UnaryOperator<Object> {
    private static final long ALL_FIELDS = RawFields.offset(ObjectSerializer.class, "allFields");
    private static final long ACCESSOR = RawFields.offset(SerializationFieldInfo.class, "fieldAccessor");

    private final Class<?> type;
    private final long offset;

    CheckedField(Field field) {
        super(field);
        type = field.getType();
        offset = RawFields.offset(field);
    }

    /** The interpreter of the fields of a class. */
    static <T> ObjectSerializer<T> in(ObjectSerializer<T> fields) {
        for (SerializationFieldInfo each : (SerializationFieldInfo[]) RawFields.get(fields, ALL_FIELDS)) {
            FieldAccessor accessor = each.fieldAccessor;
            if (accessor != null && !each.isPrimitiveField) {
                RawFields.put(each, ACCESSOR, new CheckedField(accessor.getField()));
            }
        }
        return fields;
    }

    /** The value itself, unless the field cannot have it. */
    @Override
    public Object apply(Object value) {
        if (value != null && !type.isInstance(value)) {
            throw new Unreadable("field " + field.getDeclaringClass().getName() + "." + field.getName()
                    + " is of type " + type.getName() + ", and what was stored of it came back as an object of "
                    + value.getClass().getName() + ", by the readResolve of what was in it or otherwise");
        }
        return value;
    }

    @Override
    public Object get(Object object) {
        return RawFields.get(object, offset);
    }

    @Override
    public void set(Object object, Object value) {
        RawFields.put(object, offset, apply(value));
    }
}
