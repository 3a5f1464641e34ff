package io.atoll.internal.fields;

import io.atoll.ObjectRef;
import io.atoll.internal.memory.ArrowNames;
import io.atoll.jni.NativeLibrary;
import io.atoll.spi.UserThrowables;
import io.atoll.tensor.Tensor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What an object of a graph refers to, and how one gets there: fields, elements, keys and values. Used where a graph is
 * walked by ourselves: to say why it cannot be stored. What the JDK keeps to itself is left out.
 */
public final class Children {
    /** Of {@code Collections.nCopies}: of any length, and one element. */
    public static final Class<?> COPIES = Collections.nCopies(2, "").getClass();

    private static final ClassValue<Field[]> FIELDS = new ClassValue<>() {
        @Override
        protected Field[] computeValue(Class<?> type) {
            return fieldsOf(type);
        }
    };

    private Children() {}

    /** @param label a {@link Field}, an index, or the text of the step */
    public record Child(Object label, Object value) {
        public String name() {
            if (label instanceof Field field) {
                return "." + field.getName();
            }
            return label instanceof Integer ? "[" + label + "]" : (String) label;
        }
    }

    /** Values that refer to nothing of interest. */
    public static boolean isLeaf(Object object) {
        return object instanceof String
                || object instanceof ObjectRef
                || object instanceof Number
                || object instanceof Enum
                || object instanceof Class
                || object instanceof Tensor
                || object instanceof Boolean
                || object instanceof Character
                || ArrowNames.isArrow(object.getClass());
    }

    /** Of what is not null. */
    public static List<Child> of(Object object) {
        List<Child> children = new ArrayList<>();
        if (isLeaf(object)) {
            return children;
        }
        if (object instanceof Object[] array) {
            for (int i = 0; i < array.length; i++) {
                add(children, i, array[i]);
            }
            return children;
        } else if (object instanceof Collection<?> collection) {
            int i = 0;
            Object before = null;
            for (Object each : collection) {
                if (each != before) { // there may be billions of one, as in Collections.nCopies
                    add(children, i, each);
                }
                before = each;
                i++;
                if (collection.getClass() == COPIES) {
                    break;
                }
            }
        } else if (object instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> each : map.entrySet()) {
                add(children, ".key(" + describe(each.getKey()) + ")", each.getKey());
                add(children, "[" + describe(each.getKey()) + "]", each.getValue());
            }
        } else if (object instanceof Optional<?> optional) {
            add(children, ".get()", optional.orElse(null));
        } else if (object instanceof AtomicReference<?> reference) {
            add(children, ".get()", reference.get());
        } else if (object instanceof Map.Entry<?, ?> entry) {
            add(children, ".getKey()", entry.getKey());
            add(children, ".getValue()", entry.getValue());
        } else if (object instanceof Throwable error) {
            add(children, ".getCause()", UserThrowables.cause(error));
            for (Throwable each : error.getSuppressed()) {
                add(children, ".getSuppressed()", each);
            }
        }
        for (Field field : fields(object.getClass())) {
            add(children, field, value(field, object));
        }
        return children;
    }

    /** The fields that hold objects, are stored, and can be looked at; of superclasses too. */
    public static Field[] fields(Class<?> type) {
        return FIELDS.get(type);
    }

    public static Object value(Field field, Object object) {
        try {
            return field.get(object);
        } catch (IllegalAccessException e) {
            throw new AssertionError(field + " was made accessible", e);
        }
    }

    private static Field[] fieldsOf(Class<?> first) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> type = first; type != null && !type.isArray(); type = type.getSuperclass()) {
            NativeLibrary.open(type, Children.class.getModule());
            for (Field field : type.getDeclaredFields()) {
                int modifiers = field.getModifiers();
                if (Modifier.isStatic(modifiers)
                        || Modifier.isTransient(modifiers)
                        || field.getType().isPrimitive()) {
                    continue;
                }
                try {
                    field.setAccessible(true);
                } catch (RuntimeException e) {
                    continue; // the JDK's own: such objects are looked at by what they are
                }
                fields.add(field);
            }
        }
        return fields.toArray(new Field[0]);
    }

    private static void add(List<Child> children, Object label, Object value) {
        if (value != null) {
            children.add(new Child(label, value));
        }
    }

    private static String describe(Object key) {
        if (key instanceof String text) {
            return "\"" + text + "\"";
        }
        return key instanceof Number || key instanceof Enum || key == null
                ? String.valueOf(key)
                : key.getClass().getSimpleName();
    }
}
