package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.internal.objects.Fixture;
import java.io.File;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.text.DecimalFormat;
import java.text.MessageFormat;
import java.text.SimpleDateFormat;
import java.time.Clock;
import java.time.DayOfWeek;
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
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.chrono.HijrahDate;
import java.time.chrono.JapaneseDate;
import java.time.chrono.MinguoDate;
import java.time.chrono.ThaiBuddhistDate;
import java.time.temporal.WeekFields;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.SimpleTimeZone;
import java.util.SortedSet;
import java.util.Stack;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.WeakHashMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The types of the JDK that come back equal and of the same class. */
class JdkTypesTest {
    static Stream<Arguments> values() {
        return Stream.of(
                        LocalDate.of(2020, 2, 29),
                        LocalTime.of(1, 2, 3, 4),
                        LocalDateTime.of(2020, 1, 1, 0, 0),
                        Instant.ofEpochSecond(5, 6),
                        ZonedDateTime.of(2020, 1, 1, 0, 0, 0, 0, ZoneId.of("Europe/Berlin")),
                        OffsetDateTime.of(2020, 1, 1, 0, 0, 0, 0, ZoneOffset.ofHours(3)),
                        Duration.ofNanos(7),
                        Period.ofMonths(3),
                        Year.of(2020),
                        YearMonth.of(2020, 3),
                        MonthDay.of(2, 29),
                        DayOfWeek.MONDAY,
                        ZoneId.of("Asia/Tokyo"),
                        ZoneOffset.UTC,
                        Optional.of("x"),
                        Optional.empty(),
                        OptionalInt.of(3),
                        OptionalLong.empty(),
                        OptionalDouble.of(0.5),
                        new BigInteger("-123456789012345678901234567890"),
                        new BigDecimal("1.10"),
                        UUID.randomUUID(),
                        BitSet.valueOf(new long[] {5, 9}),
                        Locale.forLanguageTag("zh-Hant-TW"),
                        new Locale("no", "NO", "NY"),
                        Locale.GERMANY,
                        Locale.ROOT,
                        URI.create("http://example.org/a?b"),
                        Currency.getInstance("EUR"),
                        String.class,
                        int[].class,
                        StandardCharsets.UTF_8,
                        new File("/a/b"),
                        Path.of("/a/b"),
                        new InetSocketAddress("127.0.0.1", 80),
                        TimeZone.getTimeZone("UTC"),
                        new Date(5),
                        new GregorianCalendar(2020, 1, 1),
                        new ArrayList<>(List.of(1)),
                        new LinkedList<>(List.of(1, 2)),
                        new Vector<>(List.of(1)),
                        new CopyOnWriteArrayList<>(List.of(1)),
                        new HashMap<>(Map.of(1, "one")),
                        new LinkedHashMap<>(Map.of(1, "one")),
                        new TreeMap<>(Map.of(1, "one")),
                        new Hashtable<>(Map.of(1, "one")),
                        new ConcurrentHashMap<>(Map.of(1, "one")),
                        new ConcurrentSkipListMap<>(Map.of(1, "one")),
                        new EnumMap<>(Map.of(DayOfWeek.MONDAY, 1)),
                        new IdentityHashMap<>(),
                        new HashSet<>(Set.of(1)),
                        new LinkedHashSet<>(Set.of(1)),
                        new TreeSet<>(Set.of(1)),
                        EnumSet.of(DayOfWeek.FRIDAY),
                        List.of(),
                        List.of(1),
                        List.of(1, 2, 3),
                        Set.of(),
                        Set.of(1),
                        Set.of(1, 2, 3),
                        Map.of(),
                        Map.of(1, 2),
                        Map.of(1, 2, 3, 4),
                        Map.entry("k", "v"),
                        Collections.emptyList(),
                        Collections.singletonList(1),
                        Collections.unmodifiableList(new ArrayList<>(List.of(1))),
                        Collections.unmodifiableMap(new HashMap<>(Map.of(1, 2))),
                        Collections.synchronizedList(new ArrayList<>(List.of(1))),
                        Collections.nCopies(3, "a"),
                        Arrays.asList(1, 2),
                        new ArrayList<>(List.of(1, 2, 3)).subList(1, 3),
                        new Properties(),
                        Comparator.naturalOrder(),
                        Collections.reverseOrder(),
                        new WeakHashMap<>(Map.of("a", 1)),
                        new HashMap<>(Map.of(1, 2)).keySet(),
                        new HashMap<>(Map.of(1, 2)).entrySet(),
                        new LinkedHashMap<>(Map.of(1, 2)).keySet(),
                        new TreeMap<>(Map.of(1, 2, 3, 4)).keySet(),
                        new TreeMap<>(Map.of(1, 2, 3, 4)).headMap(3),
                        new TreeMap<>(Map.of(1, 2, 3, 4)).descendingMap(),
                        new TreeSet<>(Set.of(1, 2)).descendingSet(),
                        new ConcurrentHashMap<>(Map.of(1, 2)).keySet(),
                        ConcurrentHashMap.newKeySet(),
                        new CopyOnWriteArraySet<>(List.of(1)),
                        new ConcurrentSkipListSet<>(List.of(1)),
                        new Stack<>(),
                        new SimpleTimeZone(3, "x"),
                        new SimpleDateFormat("yyyy", Locale.ROOT),
                        new DecimalFormat("0.0"),
                        new MessageFormat("{0}"),
                        Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
                        JapaneseDate.of(2020, 1, 1),
                        HijrahDate.from(LocalDate.of(2020, 1, 1)),
                        List.of(ThaiBuddhistDate.of(2563, 1, 1), MinguoDate.of(109, 1, 1)),
                        OffsetTime.of(1, 2, 3, 4, ZoneOffset.UTC),
                        WeekFields.ISO,
                        MathContext.DECIMAL32,
                        InetAddress.getLoopbackAddress(),
                        Thread.State.NEW,
                        Thread.class,
                        int.class,
                        void.class,
                        Collections.checkedList(new ArrayList<>(List.of("s")), String.class),
                        Collections.newSetFromMap(new HashMap<>()),
                        Collections.singletonMap(1, 2),
                        Collections.unmodifiableNavigableMap(new TreeMap<>()),
                        String.CASE_INSENSITIVE_ORDER,
                        EnumSet.allOf(Character.UnicodeScript.class),
                        new StackTraceElement("a", "b", "c", 1),
                        new Integer[] {1, 2},
                        new Serializable[] {1, "a"},
                        new Object[][] {{1}, {null, "x"}},
                        new String[][] {{"a"}, {}},
                        new int[][] {{1}, {2, 3}},
                        Stream.of(1, null, "x").toList(),
                        Stream.of("x", null).toList(),
                        Map.copyOf(Map.of(1, 2)),
                        Collections.unmodifiableSet(new HashSet<>(Set.of(1))),
                        Collections.synchronizedMap(new HashMap<>(Map.of(1, 2))),
                        Collections.emptySortedMap(),
                        new AbstractMap.SimpleEntry<>(1, 2),
                        new HashMap<>(Collections.singletonMap(null, null)),
                        List.of("\ud800 half", "half \udc00"),
                        List.of(Double.NaN, -0.0, Float.NaN),
                        new List<?>[] {List.of(1)},
                        ZoneId.of("Europe/Berlin").getRules(),
                        Optional.of(Optional.of(List.of(1))),
                        new ArrayList<>(List.of(1, 2, 3, 4)).subList(1, 3))
                .map(value -> Arguments.of(value.getClass().getTypeName(), value));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("values")
    void shouldComeBackEqualAndOfTheSameClass(String type, Object value) {
        try (Fixture fixture = new Fixture()) {
            Object read = fixture.roundTrip(value);
            assertThat(read).isEqualTo(value);
            assertThat(read.getClass()).isEqualTo(value.getClass());
        }
    }

    static Stream<Arguments> buffers() {
        ByteBuffer direct = ByteBuffer.allocateDirect(16).putLong(0, 77);
        return Stream.of(
                        IntBuffer.wrap(new int[] {1, 2, 3}).position(1),
                        LongBuffer.allocate(2).asReadOnlyBuffer(),
                        CharBuffer.wrap("abc"),
                        direct.asDoubleBuffer(),
                        direct.duplicate().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer(),
                        ByteBuffer.allocate(16).putFloat(4, 1.5f).asFloatBuffer())
                .map(value -> Arguments.of(value.getClass().getTypeName(), value));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("buffers")
    void shouldComeBackAsAnEqualReadOnlyView(String type, Buffer value) {
        try (Fixture fixture = new Fixture()) {
            check(fixture, value);
            Fixture.collectUntil(() -> fixture.pins() == 0);
        }
    }

    private static void check(Fixture fixture, Buffer value) {
        Buffer alone = (Buffer) fixture.roundTrip(value);
        List<?> inside = (List<?>) fixture.roundTrip(List.of(value, "x"));
        assertThat(alone).isEqualTo(value);
        assertThat(inside.get(0)).isEqualTo(value);
        assertThat(alone.isReadOnly() && alone.isDirect()).isTrue();
    }

    static Stream<Arguments> described() {
        return Stream.of(
                        new AtomicInteger(4),
                        new AtomicReference<>("x"),
                        new StringBuilder("abc"),
                        Pattern.compile("a+", Pattern.CASE_INSENSITIVE),
                        new ArrayDeque<>(List.of(3, 1)),
                        new PriorityQueue<>(List.of(3, 1, 2)),
                        new HashMap<>(Map.of(1, 2)).values(),
                        new TreeMap<>(Map.of(1, 2, 3, 4)).values(),
                        new LinkedBlockingQueue<>(List.of(1)),
                        new ArrayBlockingQueue<>(4, true, List.of(1)),
                        new ConcurrentLinkedDeque<>(List.of(1)),
                        new PriorityBlockingQueue<>(List.of(1)),
                        new AtomicLong(3),
                        new AtomicBoolean(true),
                        new AtomicReferenceArray<>(new Object[] {1}),
                        new LongAdder(),
                        new StringBuffer("a"),
                        new SecureRandom(),
                        new LinkedList<>(List.of(1)))
                .map(value -> Arguments.of(value.getClass().getTypeName(), value));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("described")
    void shouldComeBackLookingTheSame(String type, Object value) {
        try (Fixture fixture = new Fixture()) {
            Object read = fixture.roundTrip(value);
            assertThat(read).hasToString(value.toString());
            assertThat(read.getClass()).isEqualTo(value.getClass());
        }
    }

    @org.junit.jupiter.api.Test
    void shouldKeepTheStateOfARandom() {
        try (Fixture fixture = new Fixture()) {
            Random random = new Random(5);
            random.nextInt();
            Random read = (Random) fixture.roundTrip(random);
            assertThat(read.nextLong()).isEqualTo(random.nextLong());
        }
    }

    static Stream<Map<String, Integer>> maps() {
        return Stream.of(
                new HashMap<>(),
                new LinkedHashMap<>(),
                new TreeMap<>(),
                new ConcurrentHashMap<>(),
                new ConcurrentSkipListMap<>(),
                new Hashtable<>(),
                new IdentityHashMap<>(),
                new WeakHashMap<>());
    }

    /** Sorted by value, say: the commonest way to get entries. */
    @ParameterizedTest
    @MethodSource("maps")
    void shouldKeepEntriesWithoutTheirMap(Map<String, Integer> map) {
        map.put("a", 1);
        map.put("b", 2);
        try (Fixture fixture = new Fixture()) {
            List<?> read = (List<?>) fixture.roundTrip(new ArrayList<>(map.entrySet()));
            assertThat(read).hasSize(2);
            assertThat(Set.copyOf(read)).isEqualTo(Set.of(Map.entry("a", 1), Map.entry("b", 2)));
        }
    }

    @org.junit.jupiter.api.Test
    void shouldKeepWhatNewKeysAreMappedTo() {
        try (Fixture fixture = new Fixture()) {
            ConcurrentHashMap<String, Integer> map = new ConcurrentHashMap<>(Map.of("a", 7));
            ConcurrentHashMap.KeySetView<?, ?> read =
                    (ConcurrentHashMap.KeySetView<?, ?>) fixture.roundTrip(map.keySet(7));
            assertThat(read.getMappedValue()).isEqualTo(7);
            assertThat(read.getMap()).isEqualTo(map);

            @SuppressWarnings("unchecked")
            Set<String> grows = (Set<String>) fixture.roundTrip(ConcurrentHashMap.newKeySet());
            assertThat(grows.add("b")).isTrue();
            @SuppressWarnings("unchecked")
            Set<String> fixed = (Set<String>) fixture.roundTrip(map.keySet());
            assertThatThrownBy(() -> fixed.add("b")).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    /** With what they are made with, which is read before their elements are. */
    @org.junit.jupiter.api.Test
    void shouldKeepKeysOnceThatAreReachedTwice() {
        Comparator<String> order = (Comparator<String> & Serializable) (a, b) -> b.compareTo(a);
        TreeMap<String, Integer> sorted = new TreeMap<>(order);
        sorted.put("a", 1);
        sorted.put("b", 2);
        List<String> mapped = new ArrayList<>(List.of("x"));
        Set<String> concurrent = new ConcurrentHashMap<>(Map.of("k", mapped)).keySet(mapped);
        Object keys = sorted.keySet();
        try (Fixture fixture = new Fixture()) {
            List<?> read =
                    (List<?>) fixture.roundTrip(Arrays.asList(keys, order, keys, concurrent, mapped, concurrent));

            assertThat(List.copyOf((Set<?>) read.get(0))).isEqualTo(List.of("b", "a"));
            assertThat(((SortedSet<?>) read.get(0)).comparator()).isSameAs(read.get(1));
            assertThat(read.get(2)).isSameAs(read.get(0));
            assertThat(((ConcurrentHashMap.KeySetView<?, ?>) read.get(3)).getMappedValue())
                    .isSameAs(read.get(4));
            assertThat(read.get(4)).isEqualTo(mapped);
            assertThat(read.get(5)).isSameAs(read.get(3));
        }
    }

    @org.junit.jupiter.api.Test
    void shouldKeepTheOrderOfAccess() {
        try (Fixture fixture = new Fixture()) {
            LinkedHashMap<String, Integer> map = new LinkedHashMap<>(16, 0.75f, true);
            map.putAll(Map.of("a", 1, "b", 2));
            map.get("a");
            @SuppressWarnings("unchecked")
            LinkedHashMap<String, Integer> read = (LinkedHashMap<String, Integer>) fixture.roundTrip(map);
            assertThat(read.keySet()).containsExactly("b", "a");
            read.get("b");
            assertThat(read.keySet()).containsExactly("a", "b");
            LinkedHashMap<String, Integer> plain = new LinkedHashMap<>(Map.of("a", 1, "b", 2));
            List<String> order = List.copyOf(plain.keySet());
            @SuppressWarnings("unchecked")
            LinkedHashMap<String, Integer> readPlain = (LinkedHashMap<String, Integer>) fixture.roundTrip(plain);
            readPlain.get(order.get(0));
            assertThat(readPlain.keySet()).containsExactlyElementsOf(order);
        }
    }

    @org.junit.jupiter.api.Test
    void shouldKeepComparators() {
        try (Fixture fixture = new Fixture()) {
            TreeMap<Integer, String> reversed = new TreeMap<>(Comparator.<Integer>reverseOrder());
            reversed.putAll(Map.of(1, "a", 2, "b"));
            TreeMap<?, ?> read = (TreeMap<?, ?>) fixture.roundTrip(reversed);
            assertThat(read.firstKey()).isEqualTo(2);
        }
    }
}
