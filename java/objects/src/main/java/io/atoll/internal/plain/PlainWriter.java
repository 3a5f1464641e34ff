package io.atoll.internal.plain;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.internal.codecs.AllowList;
import io.atoll.internal.fields.RawFields;
import io.atoll.spi.Refs;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Writes one value, each part behind its {@linkplain Tags tag}. Objects that have an identity, containers, records, arrays and the
 * like, are numbered in the order in which they begin, and come a second time as their number. No code of the user's runs.
 *
 * <p>A class is written once, by its name, and referred to by its number; a record's with a hash of its components.
 */
final class PlainWriter {
    /** A graph bears more. */
    static final int MOST_DEPTH = 64;

    /** From so many bytes on an array has a buffer of its own, in a graph. */
    private static final long LIFTED_BYTES = 1024;

    private static final long ARRAY_OF_LIST = RawFields.offset(Arrays.asList(1).getClass(), "a");
    private static final long ALLOWS_NULLS =
            RawFields.offset(java.util.List.of().getClass(), "allowNulls");
    private static final long BY_ACCESS = RawFields.offset(LinkedHashMap.class, "accessOrder");
    private static final long MAP_OF_SET = RawFields.offset(TreeSet.class, "m");

    private final AllowList allowed = AllowList.current();
    private final Bytes out = new Bytes();
    private final Numbers numbers = new Numbers();
    private final int[] open = new int[MOST_DEPTH]; // the numbers of what is being written, from the outermost
    private int depth;
    private Map<Class<?>, Integer> classes; // null: none yet; as the next
    private Set<ObjectId> ids;

    Bytes out() {
        return out;
    }

    ObjectId[] contained() {
        return ids == null ? new ObjectId[0] : ids.toArray(new ObjectId[0]);
    }

    void value(Object value) {
        if (value == null) {
            out.put(Tags.NULL);
            return;
        }
        PlainType type = PlainType.of(value.getClass());
        byte tag = type.tag();
        switch (tag) {
            case Tags.TRUE -> out.put((Boolean) value ? Tags.TRUE : Tags.FALSE);
            case Tags.BYTE -> number(tag, (Byte) value, 1);
            case Tags.SHORT -> number(tag, (Short) value, 2);
            case Tags.CHAR -> number(tag, (Character) value, 2);
            case Tags.INT -> signed(tag, (Integer) value);
            case Tags.LONG -> signed(tag, (Long) value);
            case Tags.FLOAT -> number(tag, Float.floatToRawIntBits((Float) value), 4);
            case Tags.DOUBLE -> number(tag, Double.doubleToRawLongBits((Double) value), 8);
            case Tags.LATIN1 -> out.putString((String) value);
            case Tags.ENUM -> enumConstant((Enum<?>) value);
            case PlainType.OTHER -> throw NotPlain.INSTANCE;
            default -> {
                if (tag >= Tags.INSTANT && tag <= Tags.MONTH_DAY) {
                    time(tag, value);
                } else {
                    numbered(value, tag, type);
                }
            }
        }
    }

    private void time(byte tag, Object value) {
        out.put(tag);
        PlainTimes.write(out, tag, value);
    }

    private void number(byte tag, long bits, int width) {
        out.put(tag);
        out.put(bits, width);
    }

    private void signed(byte tag, long value) {
        out.put(tag);
        out.putSigned(value);
    }

    private void enumConstant(Enum<?> value) {
        out.put(Tags.ENUM);
        writeClass(value.getDeclaringClass(), null);
        out.putString(value.name());
    }

    /** What may be referred to again, but not from inside itself: nobody could make that with all that it refers to. */
    private void numbered(Object value, byte tag, PlainType type) {
        int known = numbers.put(value);
        if (known >= 0) {
            for (int i = 0; i < depth; i++) {
                if (open[i] == known) {
                    throw NotPlain.INSTANCE;
                }
            }
            out.put(Tags.SEEN);
            out.putVar(known);
            return;
        }
        if (depth == MOST_DEPTH) {
            throw NotPlain.INSTANCE;
        }
        open[depth++] = numbers.count() - 1;
        content(value, tag, type);
        depth--;
    }

    private void content(Object value, byte tag, PlainType type) {
        switch (tag) {
            case Tags.RECORD -> record(value, type);
            case Tags.REF -> ref((ObjectRef<?>) value);
            case Tags.BIG_INTEGER -> bigInteger(tag, (BigInteger) value);
            case Tags.BIG_DECIMAL -> {
                bigInteger(tag, ((BigDecimal) value).unscaledValue());
                out.putSigned(((BigDecimal) value).scale());
            }
            case Tags.ZONED_DATE_TIME -> time(tag, value);
            case Tags.UUID -> {
                number(tag, ((UUID) value).getMostSignificantBits(), 8);
                out.put(((UUID) value).getLeastSignificantBits(), 8);
            }
            case Tags.OPTIONAL -> {
                out.put(tag);
                value(((Optional<?>) value).orElse(null));
            }
            case Tags.OPTIONAL_INT -> {
                OptionalInt optional = (OptionalInt) value;
                maybe(tag, optional.isPresent(), optional.orElse(0));
            }
            case Tags.OPTIONAL_LONG -> {
                OptionalLong optional = (OptionalLong) value;
                maybe(tag, optional.isPresent(), optional.orElse(0));
            }
            case Tags.OPTIONAL_DOUBLE -> {
                OptionalDouble optional = (OptionalDouble) value;
                maybe(tag, optional.isPresent(), Double.doubleToRawLongBits(optional.orElse(0)));
            }
            case Tags.ARRAY -> array((Object[]) value);
            default -> {
                if (tag >= Tags.BOOLEANS) {
                    primitives(tag, value);
                } else {
                    container(tag, value);
                }
            }
        }
    }

    private void record(Object record, PlainType type) {
        RecordShape shape = type.shape();
        out.put(Tags.RECORD);
        writeClass(record.getClass(), shape);
        for (int i = 0; i < shape.count(); i++) {
            if (shape.type(i).isPrimitive()) {
                out.put(shape.getBits(record, i), Widths.of(shape.type(i)));
            } else {
                value(shape.get(record, i));
            }
        }
    }

    private void writeClass(Class<?> type, RecordShape shape) {
        if (classes == null) {
            classes = new HashMap<>();
        }
        Integer known = classes.putIfAbsent(type, classes.size());
        if (known != null) {
            out.putVar(known);
            return;
        }
        String name = type.getName();
        if (!allowed.allows(name)) {
            throw NotPlain.INSTANCE; // a graph says it
        }
        out.putVar(classes.size() - 1L);
        out.putString(name);
        if (shape != null) {
            out.put(shape.hash(), 4);
        }
    }

    private void ref(ObjectRef<?> ref) {
        ObjectId id = Refs.idToStore(ref);
        if (ids == null) {
            ids = new LinkedHashSet<>();
        }
        ids.add(id);
        number(Tags.REF, id.store(), 8);
        out.put(id.place(), 8);
    }

    private void bigInteger(byte tag, BigInteger value) {
        out.put(tag);
        byte[] bytes = value.toByteArray();
        out.putVar(bytes.length);
        out.put(bytes);
    }

    private void maybe(byte tag, boolean isPresent, long bits) {
        out.put(tag);
        out.put(isPresent ? (byte) 1 : 0);
        if (isPresent) {
            out.put(bits, 8);
        }
    }

    private void array(Object[] array) {
        out.put(Tags.ARRAY);
        writeClass(array.getClass(), null);
        out.putVar(array.length);
        for (Object each : array) {
            value(each);
        }
    }

    private void primitives(byte tag, Object array) {
        Class<?> component = array.getClass().getComponentType();
        int width = Widths.of(component);
        int length = Array.getLength(array);
        if ((long) length * width >= LIFTED_BYTES) {
            throw NotPlain.INSTANCE;
        }
        out.put(tag);
        out.putVar(length);
        for (int i = 0; i < length; i++) {
            out.put(Widths.bits(array, i, component), width);
        }
    }

    private void container(byte tag, Object value) {
        switch (tag) {
            case Tags.EMPTY_LIST, Tags.EMPTY_SET, Tags.EMPTY_MAP -> out.put(tag);
            case Tags.AS_LIST -> {
                out.put(tag);
                value(RawFields.get(value, ARRAY_OF_LIST));
            }
            case Tags.LIST_OF -> {
                boolean isN = value.getClass() == java.util.List.of().getClass();
                boolean allowsNulls = isN && RawFields.getBits(value, ALLOWS_NULLS, boolean.class) != 0;
                elements(allowsNulls ? Tags.LIST_WITH_NULLS : tag, (Collection<?>) value);
            }
            case Tags.TREE_SET -> {
                TreeSet<?> set = (TreeSet<?>) value;
                boolean isWhole = RawFields.get(set, MAP_OF_SET) instanceof TreeMap; // else a view of another one
                plainIf(isWhole && set.comparator() == null);
                elements(tag, set);
            }
            case Tags.LINKED_HASH_MAP -> {
                plainIf(RawFields.getBits(value, BY_ACCESS, boolean.class) == 0);
                entries(tag, (Map<?, ?>) value);
            }
            case Tags.TREE_MAP -> {
                plainIf(((TreeMap<?, ?>) value).comparator() == null);
                entries(tag, (Map<?, ?>) value);
            }
            case Tags.HASH_MAP, Tags.MAP_OF, Tags.SINGLETON_MAP -> entries(tag, (Map<?, ?>) value);
            case Tags.ENTRY -> {
                out.put(tag);
                value(((Map.Entry<?, ?>) value).getKey());
                value(((Map.Entry<?, ?>) value).getValue());
            }
            default -> elements(tag, (Collection<?>) value);
        }
    }

    private static void plainIf(boolean is) {
        if (!is) {
            throw NotPlain.INSTANCE;
        }
    }

    private void elements(byte tag, Collection<?> collection) {
        int size = collection.size();
        out.put(tag);
        out.putVar(size);
        int left = size;
        for (Object each : collection) {
            plainIf(--left >= 0);
            value(each);
        }
        plainIf(left == 0 && collection.size() == size); // else it was changed, which a graph tells
    }

    private void entries(byte tag, Map<?, ?> map) {
        int size = map.size();
        out.put(tag);
        out.putVar(size);
        int left = size;
        for (Map.Entry<?, ?> each : map.entrySet()) {
            plainIf(--left >= 0);
            value(each.getKey());
            value(each.getValue());
        }
        plainIf(left == 0 && map.size() == size);
    }
}
