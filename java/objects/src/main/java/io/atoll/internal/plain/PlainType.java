package io.atoll.internal.plain;

import io.atoll.ObjectRef;
import io.atoll.internal.codecs.CodecRegistry;
import java.io.Externalizable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
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

/** What a class is here, found out once. Any thread. */
final class PlainType {
    /** The tag of a class that has none: its objects go another way. */
    static final byte OTHER = -1;

    /** By the very class: what extends one of them may hold more. */
    private static final Map<Class<?>, Byte> TAGS = tags();

    private static final ClassValue<PlainType> TYPES = new ClassValue<>() {
        @Override
        protected PlainType computeValue(Class<?> type) {
            return new PlainType(type);
        }
    };

    private final Class<?> type;
    private final byte tag;
    private RecordShape shape; // once it is asked for
    private volatile int codecsSeen = -1; // the count of registrations when hasCodec was found out
    private volatile boolean hasCodec;

    private PlainType(Class<?> type) {
        this.type = type;
        Byte known = TAGS.get(type);
        tag = known != null ? known : tagOf(type);
    }

    static PlainType of(Class<?> type) {
        return TYPES.get(type);
    }

    /** {@link #OTHER} also while a codec of the user's is there for the class. */
    byte tag() {
        return tag != OTHER && hasCodec() ? OTHER : tag;
    }

    /** Of a record. */
    RecordShape shape() {
        RecordShape known = shape;
        if (known == null) {
            known = new RecordShape(type);
            shape = known; // all fields of it are final
        }
        return known;
    }

    private boolean hasCodec() {
        if (codecsSeen != CodecRegistry.version()) {
            boolean has = CodecRegistry.of(type) != null; // may come upon new ones
            hasCodec = has;
            codecsSeen = CodecRegistry.version();
        }
        return hasCodec;
    }

    private static byte tagOf(Class<?> type) {
        if (type.isHidden()) {
            return OTHER;
        } else if (type.isArray()) {
            Class<?> component = type.getComponentType();
            return component.isPrimitive() || component.isHidden() ? OTHER : Tags.ARRAY;
        } else if (Enum.class.isAssignableFrom(type)) {
            return type == Enum.class ? OTHER : Tags.ENUM;
        } else if (ZoneId.class.isAssignableFrom(type)) {
            return Tags.ZONE;
        }
        return type.isRecord() && !hasSay(type) ? Tags.RECORD : OTHER;
    }

    /** Whether a record says itself what is stored of it, or is a collection, which other kinds look into. */
    private static boolean hasSay(Class<?> record) {
        if (Externalizable.class.isAssignableFrom(record)
                || Collection.class.isAssignableFrom(record)
                || Map.class.isAssignableFrom(record)) {
            return true;
        }
        return hasMethod(record, "writeReplace") || hasMethod(record, "readResolve");
    }

    private static boolean hasMethod(Class<?> type, String name) {
        try {
            return type.getDeclaredMethod(name) != null;
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    private static Map<Class<?>, Byte> tags() {
        Map<Class<?>, Byte> tags = new HashMap<>();
        tags.put(Byte.class, Tags.BYTE);
        tags.put(Short.class, Tags.SHORT);
        tags.put(Character.class, Tags.CHAR);
        tags.put(Integer.class, Tags.INT);
        tags.put(Long.class, Tags.LONG);
        tags.put(Float.class, Tags.FLOAT);
        tags.put(Double.class, Tags.DOUBLE);
        tags.put(Boolean.class, Tags.TRUE);
        tags.put(String.class, Tags.LATIN1);
        tags.put(ObjectRef.class, Tags.REF);
        tags.put(BigInteger.class, Tags.BIG_INTEGER);
        tags.put(BigDecimal.class, Tags.BIG_DECIMAL);
        tags.put(UUID.class, Tags.UUID);
        tags.put(Instant.class, Tags.INSTANT);
        tags.put(Duration.class, Tags.DURATION);
        tags.put(Period.class, Tags.PERIOD);
        tags.put(LocalDate.class, Tags.LOCAL_DATE);
        tags.put(LocalTime.class, Tags.LOCAL_TIME);
        tags.put(LocalDateTime.class, Tags.LOCAL_DATE_TIME);
        tags.put(OffsetTime.class, Tags.OFFSET_TIME);
        tags.put(OffsetDateTime.class, Tags.OFFSET_DATE_TIME);
        tags.put(ZonedDateTime.class, Tags.ZONED_DATE_TIME);
        tags.put(Year.class, Tags.YEAR);
        tags.put(YearMonth.class, Tags.YEAR_MONTH);
        tags.put(MonthDay.class, Tags.MONTH_DAY);
        tags.put(Optional.class, Tags.OPTIONAL);
        tags.put(OptionalInt.class, Tags.OPTIONAL_INT);
        tags.put(OptionalLong.class, Tags.OPTIONAL_LONG);
        tags.put(OptionalDouble.class, Tags.OPTIONAL_DOUBLE);
        addContainers(tags);
        tags.put(boolean[].class, Tags.BOOLEANS);
        tags.put(byte[].class, Tags.BYTES);
        tags.put(short[].class, Tags.SHORTS);
        tags.put(char[].class, Tags.CHARS);
        tags.put(int[].class, Tags.INTS);
        tags.put(long[].class, Tags.LONGS);
        tags.put(float[].class, Tags.FLOATS);
        tags.put(double[].class, Tags.DOUBLES);
        return tags;
    }

    private static void addContainers(Map<Class<?>, Byte> tags) {
        tags.put(ArrayList.class, Tags.ARRAY_LIST);
        tags.put(LinkedList.class, Tags.LINKED_LIST);
        tags.put(ArrayDeque.class, Tags.ARRAY_DEQUE);
        tags.put(List.of(1).getClass(), Tags.LIST_OF);
        tags.put(List.of().getClass(), Tags.LIST_OF);
        tags.put(Arrays.asList(1).getClass(), Tags.AS_LIST);
        tags.put(Collections.emptyList().getClass(), Tags.EMPTY_LIST);
        tags.put(Collections.singletonList(1).getClass(), Tags.SINGLETON_LIST);
        tags.put(HashSet.class, Tags.HASH_SET);
        tags.put(LinkedHashSet.class, Tags.LINKED_HASH_SET);
        tags.put(TreeSet.class, Tags.TREE_SET);
        tags.put(Set.of(1).getClass(), Tags.SET_OF);
        tags.put(Set.of().getClass(), Tags.SET_OF);
        tags.put(Collections.emptySet().getClass(), Tags.EMPTY_SET);
        tags.put(Collections.singleton(1).getClass(), Tags.SINGLETON);
        tags.put(HashMap.class, Tags.HASH_MAP);
        tags.put(LinkedHashMap.class, Tags.LINKED_HASH_MAP);
        tags.put(TreeMap.class, Tags.TREE_MAP);
        tags.put(Map.of(1, 1).getClass(), Tags.MAP_OF);
        tags.put(Map.of().getClass(), Tags.MAP_OF);
        tags.put(Collections.emptyMap().getClass(), Tags.EMPTY_MAP);
        tags.put(Collections.singletonMap(1, 1).getClass(), Tags.SINGLETON_MAP);
        tags.put(Map.entry(1, 1).getClass(), Tags.ENTRY);
    }
}
