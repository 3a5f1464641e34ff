package io.atoll.internal.plain;

import io.atoll.ObjectId;
import io.atoll.internal.memory.RefFactory;
import io.atoll.internal.memory.Unreadable;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Reads what {@link PlainWriter} wrote. Bytes that make no sense end in an unchecked exception, and cost no more memory
 * than some times their number. Constructors of records run, and {@code hashCode}, {@code equals} and {@code compareTo} of
 * keys.
 */
final class PlainReader {
    private final byte[] bytes;
    private final PlainClasses known;
    private final RefFactory refs;
    private final List<Object> objects = new ArrayList<>(); // by number; null while it is being read
    private final List<Class<?>> classes = new ArrayList<>();
    private int at;
    private int depth;
    private long promised; // elements of all containers so far: each has a byte of its own

    PlainReader(byte[] bytes, PlainClasses known, RefFactory refs) {
        this.bytes = bytes;
        this.known = known;
        this.refs = refs;
    }

    Object all() {
        Object value = value();
        if (at != bytes.length) {
            throw new IllegalStateException(bytes.length - at + " bytes are left over");
        }
        return value;
    }

    private Object value() {
        byte tag = bytes[at++];
        return switch (tag) {
            case Tags.NULL -> null;
            case Tags.TRUE -> true;
            case Tags.FALSE -> false;
            case Tags.BYTE -> (byte) bits(1);
            case Tags.SHORT -> (short) bits(2);
            case Tags.CHAR -> (char) bits(2);
            case Tags.INT -> signedInt();
            case Tags.LONG -> signed();
            case Tags.FLOAT -> Float.intBitsToFloat((int) bits(4));
            case Tags.DOUBLE -> Double.longBitsToDouble(bits(8));
            case Tags.LATIN1 -> latin1();
            case Tags.UTF16 -> utf16();
            case Tags.SEEN -> seen();
            case Tags.ENUM -> enumConstant();
            default -> tag >= Tags.INSTANT && tag <= Tags.MONTH_DAY ? PlainTimes.read(this, tag) : numbered(tag);
        };
    }

    /** So many bytes, as the low ones of a number. */
    private long bits(int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (bytes[at++] & 0xffL) << (8 * i);
        }
        return value;
    }

    long var() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = bytes[at++];
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalStateException("a number does not end");
    }

    long signed() {
        long value = var();
        return value >>> 1 ^ -(value & 1);
    }

    int signedInt() {
        return Math.toIntExact(signed());
    }

    /** A length of what takes at least so many bytes each. */
    private int length(int least) {
        long length = var();
        if (length < 0 || length > (bytes.length - at) / least) {
            throw new IllegalStateException(
                    "it says that " + length + " elements are in " + (bytes.length - at) + " bytes");
        }
        return (int) length;
    }

    /** A length of a container. */
    private int size(int least) {
        int size = length(least);
        promised += size;
        if (promised > bytes.length) {
            throw new IllegalStateException("it says that it has more elements than bytes");
        }
        return size;
    }

    /** With its tag. */
    String string() {
        byte tag = bytes[at++];
        if (tag != Tags.LATIN1 && tag != Tags.UTF16) {
            throw new IllegalStateException("text is expected, not tag " + tag);
        }
        return tag == Tags.LATIN1 ? latin1() : utf16();
    }

    private String latin1() {
        int length = length(1);
        String text = new String(bytes, at, length, StandardCharsets.ISO_8859_1);
        at += length;
        return text;
    }

    private String utf16() {
        char[] chars = new char[length(2)];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) bits(2);
        }
        return new String(chars);
    }

    private Object seen() {
        long number = var();
        Object object = number < 0 || number >= objects.size() ? null : objects.get((int) number);
        if (object == null) {
            throw new IllegalStateException("it refers to object " + number + ", which is not there");
        }
        return object;
    }

    private Class<?> readClass() {
        long number = var();
        if (number == classes.size()) {
            classes.add(known.find(string()));
        } else if (number < 0 || number > classes.size()) {
            throw new IllegalStateException("it refers to class " + number + ", which is not there");
        }
        return classes.get((int) number);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private Object enumConstant() {
        Class<?> type = readClass();
        if (!type.isEnum()) {
            throw new Unreadable(type.getName() + " is no enum here");
        }
        String constant = string();
        try {
            return Enum.valueOf((Class) type, constant);
        } catch (IllegalArgumentException e) {
            throw new Unreadable("enum " + type.getName() + " has no " + constant + " here", e);
        }
    }

    private Object numbered(byte tag) {
        if (depth == PlainWriter.MOST_DEPTH) {
            throw new IllegalStateException("it is nested too deeply");
        }
        int number = objects.size();
        objects.add(null);
        depth++;
        Object object = content(tag);
        depth--;
        objects.set(number, object);
        return object;
    }

    private Object content(byte tag) {
        return switch (tag) {
            case Tags.RECORD -> record();
            case Tags.REF -> refs.adopt(new ObjectId(bits(8), bits(8)));
            case Tags.BIG_INTEGER -> bigInteger();
            case Tags.BIG_DECIMAL -> new BigDecimal(bigInteger(), signedInt());
            case Tags.ZONED_DATE_TIME -> PlainTimes.read(this, tag);
            case Tags.UUID -> new UUID(bits(8), bits(8));
            case Tags.OPTIONAL -> Optional.ofNullable(value());
            case Tags.OPTIONAL_INT -> isPresent() ? OptionalInt.of((int) bits(8)) : OptionalInt.empty();
            case Tags.OPTIONAL_LONG -> isPresent() ? OptionalLong.of(bits(8)) : OptionalLong.empty();
            case Tags.OPTIONAL_DOUBLE ->
                isPresent() ? OptionalDouble.of(Double.longBitsToDouble(bits(8))) : OptionalDouble.empty();
            case Tags.ARRAY -> array();
            case Tags.BOOLEANS -> primitives(boolean.class);
            case Tags.BYTES -> primitives(byte.class);
            case Tags.SHORTS -> primitives(short.class);
            case Tags.CHARS -> primitives(char.class);
            case Tags.INTS -> primitives(int.class);
            case Tags.LONGS -> primitives(long.class);
            case Tags.FLOATS -> primitives(float.class);
            case Tags.DOUBLES -> primitives(double.class);
            default -> container(tag);
        };
    }

    private Object record() {
        int before = classes.size();
        Class<?> type = readClass();
        if (!type.isRecord()) {
            throw new Unreadable(type.getName() + " is no record here");
        }
        RecordShape shape = PlainType.of(type).shape();
        if (classes.size() > before && (int) bits(4) != shape.hash()) {
            throw new Unreadable(type.getName() + " has other components here than where it was written");
        }
        Object[] components = new Object[shape.count()];
        for (int i = 0; i < components.length; i++) {
            Class<?> component = shape.type(i);
            components[i] = component.isPrimitive() ? Widths.boxed(bits(Widths.of(component)), component) : value();
        }
        return shape.make(components);
    }

    private BigInteger bigInteger() {
        int length = length(1);
        BigInteger value = new BigInteger(bytes, at, length);
        at += length;
        return value;
    }

    private boolean isPresent() {
        return bytes[at++] != 0;
    }

    private Object array() {
        Class<?> type = readClass();
        if (!type.isArray() || type.getComponentType().isPrimitive()) {
            throw new IllegalStateException(type.getName() + " is no array of references");
        }
        Object[] array = (Object[]) Array.newInstance(type.getComponentType(), size(1));
        for (int i = 0; i < array.length; i++) {
            array[i] = value();
        }
        return array;
    }

    private Object primitives(Class<?> component) {
        int width = Widths.of(component);
        Object array = Array.newInstance(component, length(width));
        for (int i = 0; i < Array.getLength(array); i++) {
            Array.set(array, i, Widths.boxed(bits(width), component));
        }
        return array;
    }

    @SuppressWarnings("JdkObsolete") // what was a LinkedList comes back as one
    private Object container(byte tag) {
        return switch (tag) {
            case Tags.ARRAY_LIST -> {
                int size = size(1);
                yield fill(new ArrayList<>(size), size);
            }
            case Tags.LINKED_LIST -> fill(new LinkedList<>(), size(1));
            case Tags.ARRAY_DEQUE -> fill(new ArrayDeque<>(), size(1));
            case Tags.LIST_OF -> List.of(elements());
            case Tags.LIST_WITH_NULLS -> Arrays.stream(elements()).toList();
            case Tags.AS_LIST -> Arrays.asList((Object[]) value());
            case Tags.EMPTY_LIST -> Collections.emptyList();
            case Tags.SINGLETON_LIST -> Collections.singletonList(single(elements()));
            case Tags.HASH_SET -> {
                int size = size(1);
                yield fill(new HashSet<>(capacity(size)), size);
            }
            case Tags.LINKED_HASH_SET -> {
                int size = size(1);
                yield fill(new LinkedHashSet<>(capacity(size)), size);
            }
            case Tags.TREE_SET -> fill(new TreeSet<>(), size(1));
            case Tags.SET_OF -> {
                Object[] elements = elements();
                yield distinct("Set.of", elements.length, () -> Set.of(elements));
            }
            case Tags.EMPTY_SET -> Collections.emptySet();
            case Tags.SINGLETON -> Collections.singleton(single(elements()));
            default -> map(tag);
        };
    }

    private Object map(byte tag) {
        return switch (tag) {
            case Tags.HASH_MAP -> {
                int size = size(2);
                yield fill(new HashMap<>(capacity(size)), size);
            }
            case Tags.LINKED_HASH_MAP -> {
                int size = size(2);
                yield fill(new LinkedHashMap<>(capacity(size)), size);
            }
            case Tags.TREE_MAP -> fill(new TreeMap<>(), size(2));
            case Tags.MAP_OF -> {
                Map.Entry<?, ?>[] entries = new Map.Entry<?, ?>[size(2)];
                for (int i = 0; i < entries.length; i++) {
                    entries[i] = Map.entry(value(), value());
                }
                yield distinct("Map.of", entries.length, () -> Map.ofEntries(entries));
            }
            case Tags.EMPTY_MAP -> Collections.emptyMap();
            case Tags.SINGLETON_MAP -> {
                if (size(2) != 1) {
                    throw new IllegalStateException("a map of one is of another size");
                }
                yield Collections.singletonMap(value(), value());
            }
            case Tags.ENTRY -> Map.entry(value(), value());
            default -> throw new IllegalStateException("tag " + tag + " is unknown to this version");
        };
    }

    /** What is made only of elements, or of keys, that differ: those that were stored may be equal now. */
    private static Object distinct(String what, int count, Supplier<?> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw new Unreadable(
                    "a " + what + " " + count + (what.startsWith("Set") ? " elements" : " keys")
                            + ", of which two are equal here, or whose equals or hashCode failed: " + e.getMessage(),
                    e);
        }
    }

    /** So that a map holds so many without growing. */
    private static int capacity(int size) {
        return (int) Math.min(1 << 30, size * 4L / 3 + 1);
    }

    private Object[] elements() {
        Object[] elements = new Object[size(1)];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = value();
        }
        return elements;
    }

    private static Object single(Object[] elements) {
        if (elements.length != 1) {
            throw new IllegalStateException("a collection of one has " + elements.length);
        }
        return elements[0];
    }

    private Object fill(Collection<Object> collection, int size) {
        for (int i = 0; i < size; i++) {
            collection.add(value());
        }
        return collection;
    }

    private Object fill(Map<Object, Object> map, int size) {
        for (int i = 0; i < size; i++) {
            Object key = value();
            map.put(key, value());
        }
        return map;
    }
}
