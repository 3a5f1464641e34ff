package io.atoll.internal.types;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos;
import com.google.protobuf.Duration;
import com.google.protobuf.Int64Value;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import io.vavr.Tuple;
import io.vavr.collection.Array;
import io.vavr.collection.BitSet;
import io.vavr.collection.CharSeq;
import io.vavr.collection.LinkedHashMap;
import io.vavr.collection.Queue;
import io.vavr.collection.TreeSet;
import io.vavr.collection.Vector;
import io.vavr.control.Either;
import io.vavr.control.Option;
import io.vavr.control.Try;
import io.vavr.control.Validation;
import it.unimi.dsi.fastutil.doubles.DoubleArrayList;
import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntList;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectLinkedOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import it.unimi.dsi.fastutil.longs.LongLinkedOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import it.unimi.dsi.fastutil.objects.Object2DoubleOpenHashMap;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import it.unimi.dsi.fastutil.objects.Object2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.objects.ObjectArrayList;
import it.unimi.dsi.fastutil.objects.ObjectOpenHashSet;
import java.util.List;
import java.util.Map;
import org.joda.time.Chronology;
import org.joda.time.DateTime;
import org.joda.time.DateTimeZone;
import org.joda.time.Instant;
import org.joda.time.Interval;
import org.joda.time.LocalDate;
import org.joda.time.LocalDateTime;
import org.joda.time.LocalTime;
import org.joda.time.MonthDay;
import org.joda.time.MutableDateTime;
import org.joda.time.Period;
import org.joda.time.YearMonth;
import org.joda.time.chrono.BuddhistChronology;
import org.joda.time.chrono.CopticChronology;
import org.joda.time.chrono.EthiopicChronology;
import org.joda.time.chrono.GJChronology;
import org.joda.time.chrono.GregorianChronology;
import org.joda.time.chrono.ISOChronology;
import org.joda.time.chrono.IslamicChronology;
import org.joda.time.chrono.JulianChronology;
import org.joda.time.chrono.LenientChronology;
import org.joda.time.chrono.StrictChronology;

/** Values of fastutil, vavr, protobuf, Jackson and Joda-Time. */
final class LibraryValues {
    private LibraryValues() {}

    static List<Rows.Row> all() {
        Rows rows = new Rows("fastutil");
        rows.equal(
                new IntArrayList(new int[] {1, -2}),
                new IntArrayList(),
                IntList.of(1, 2, 3),
                new LongArrayList(new long[] {Long.MIN_VALUE}),
                new DoubleArrayList(new double[] {-0.0, 1.5}),
                new IntOpenHashSet(new int[] {0, 5, -1}),
                new LongOpenHashSet(new long[] {0, 5}),
                new LongLinkedOpenHashSet(new long[] {9, 0, 5}),
                new Int2IntOpenHashMap(new int[] {0, 1}, new int[] {5, 6}),
                new Int2ObjectOpenHashMap<>(new int[] {0, 1}, new String[] {"a", null}),
                new Long2LongOpenHashMap(new long[] {0, 1}, new long[] {5, 6}),
                new Long2ObjectLinkedOpenHashMap<>(new long[] {7, 1}, new String[] {"a", "b"}),
                new Object2IntOpenHashMap<>(Map.of("a", 1)),
                new Object2DoubleOpenHashMap<>(Map.of("a", 1.5)),
                new Object2ObjectOpenHashMap<>(Map.of("a", 1)),
                new ObjectArrayList<>(List.of("a")),
                new ObjectOpenHashSet<>(List.of("a")));
        vavr(rows);
        protobuf(rows);
        jackson(rows);
        joda(rows);
        return rows.all();
    }

    private static void vavr(Rows all) {
        Rows rows = new Rows("vavr");
        rows.equal(
                io.vavr.collection.List.of(1, 2),
                io.vavr.collection.List.empty(),
                Vector.range(0, 100),
                Array.of(1, 2),
                Queue.of(1, 2),
                CharSeq.of("abc"),
                io.vavr.collection.HashMap.of("a", 1),
                LinkedHashMap.of("b", 1, "a", 2),
                io.vavr.collection.TreeMap.of("a", 1),
                io.vavr.collection.HashSet.of(1, 2),
                io.vavr.collection.LinkedHashSet.of(2, 1),
                TreeSet.of(2, 1),
                BitSet.of(1, 70),
                Option.of("x"),
                Option.none(),
                Either.left("x"),
                Either.right(1),
                Try.success(1),
                Validation.valid(1),
                Validation.invalid("x"),
                Tuple.empty(),
                Tuple.of(1),
                Tuple.of(1, "a", 2.5));
        rows.seen(
                "Try.failure",
                () -> Try.failure(new IllegalStateException("x")),
                each -> each.getCause().toString());
        rows.equal("a Stream of vavr", () -> io.vavr.collection.Stream.of(1, 2));
        all.all().addAll(rows.all());
    }

    private static void protobuf(Rows all) {
        Rows rows = new Rows("protobuf");
        rows.equal(
                Timestamp.newBuilder().setSeconds(5).setNanos(6).build(),
                Timestamp.getDefaultInstance(),
                Duration.newBuilder().setSeconds(-1).build(),
                StringValue.of("\u00e4"),
                Int64Value.of(Long.MIN_VALUE),
                ByteString.copyFromUtf8("abc"),
                ByteString.EMPTY,
                ByteString.copyFromUtf8("a".repeat(200)).concat(ByteString.copyFromUtf8("b".repeat(200))),
                Struct.newBuilder()
                        .putFields("a", Value.newBuilder().setNumberValue(1).build())
                        .build(),
                DescriptorProtos.FileDescriptorProto.newBuilder()
                        .setName("x")
                        .addDependency("y")
                        .build(),
                com.google.protobuf.NullValue.NULL_VALUE);
        all.all().addAll(rows.all());
    }

    private static void jackson(Rows all) {
        Rows rows = new Rows("Jackson");
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        rows.equal(
                nodes.objectNode()
                        .put("a", 1)
                        .set("b", nodes.arrayNode().add(true).addNull()),
                nodes.arrayNode(),
                nodes.textNode("x"),
                nodes.numberNode(1.5),
                nodes.numberNode(Long.MAX_VALUE),
                nodes.binaryNode(new byte[] {1}),
                nodes.nullNode(),
                nodes.missingNode(),
                nodes.booleanNode(true));
        rows.seen("ObjectMapper", ObjectMapper::new, each -> tree(each));
        all.all().addAll(rows.all());
    }

    private static Object tree(ObjectMapper mapper) {
        return mapper.valueToTree(Map.of("a", List.of(1)));
    }

    private static void joda(Rows all) {
        Rows rows = new Rows("Joda-Time");
        DateTimeZone berlin = DateTimeZone.forID("Europe/Berlin");
        rows.equal(
                new DateTime(1_729_992_600_000L, berlin),
                new DateTime(Long.MIN_VALUE, DateTimeZone.UTC),
                new Instant(-1),
                new LocalDate(2020, 2, 29),
                new LocalTime(1, 2, 3, 4),
                new LocalDateTime(2020, 2, 29, 1, 2),
                new MonthDay(2, 29),
                new YearMonth(2020, 2),
                new Interval(1, 2, berlin),
                Period.months(3).withMillis(5),
                org.joda.time.Duration.millis(Long.MAX_VALUE),
                org.joda.time.Days.THREE,
                berlin,
                DateTimeZone.forOffsetHours(-3),
                new MutableDateTime(5, berlin));
        for (Chronology each : List.of(
                ISOChronology.getInstance(berlin),
                BuddhistChronology.getInstance(berlin),
                GJChronology.getInstance(berlin),
                GJChronology.getInstance(berlin, new Instant(5), 3),
                GregorianChronology.getInstance(berlin),
                JulianChronology.getInstance(berlin),
                CopticChronology.getInstance(berlin),
                EthiopicChronology.getInstance(berlin),
                IslamicChronology.getInstance(berlin),
                LenientChronology.getInstance(ISOChronology.getInstance(berlin)),
                StrictChronology.getInstance(ISOChronology.getInstance(berlin)))) {
            rows.equal(each, new DateTime(5, each), new LocalDate(5, each));
        }
        // Fields of the others refer to themselves, and give something else than what refers to them when they are
        // resolved:
        // java.io takes none of them.
        for (Chronology each : List.of(
                ISOChronology.getInstance(berlin),
                BuddhistChronology.getInstance(berlin),
                GJChronology.getInstance(berlin),
                GregorianChronology.getInstance(berlin),
                LenientChronology.getInstance(ISOChronology.getInstance(berlin)),
                StrictChronology.getInstance(ISOChronology.getInstance(berlin)))) {
            rows.seen("month of " + each, each::monthOfYear, month -> month.get(1_729_992_600_000L));
        }
        all.all().addAll(rows.all());
    }
}
