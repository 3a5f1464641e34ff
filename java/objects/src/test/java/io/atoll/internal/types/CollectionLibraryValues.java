package io.atoll.internal.types;

import com.google.common.base.CharMatcher;
import com.google.common.base.Joiner;
import com.google.common.base.Splitter;
import com.google.common.base.Stopwatch;
import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ArrayTable;
import com.google.common.collect.ContiguousSet;
import com.google.common.collect.DiscreteDomain;
import com.google.common.collect.EnumMultiset;
import com.google.common.collect.EvictingQueue;
import com.google.common.collect.HashBasedTable;
import com.google.common.collect.HashBiMap;
import com.google.common.collect.HashMultimap;
import com.google.common.collect.HashMultiset;
import com.google.common.collect.ImmutableBiMap;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableMultiset;
import com.google.common.collect.ImmutableRangeMap;
import com.google.common.collect.ImmutableRangeSet;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSetMultimap;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.ImmutableTable;
import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.LinkedListMultimap;
import com.google.common.collect.Lists;
import com.google.common.collect.Maps;
import com.google.common.collect.MinMaxPriorityQueue;
import com.google.common.collect.Ordering;
import com.google.common.collect.Range;
import com.google.common.collect.Sets;
import com.google.common.collect.TreeBasedTable;
import com.google.common.collect.TreeMultimap;
import com.google.common.collect.TreeMultiset;
import com.google.common.hash.BloomFilter;
import com.google.common.hash.Funnels;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import com.google.common.net.HostAndPort;
import com.google.common.net.InternetDomainName;
import com.google.common.net.MediaType;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.Ints;
import com.google.common.primitives.UnsignedLong;
import com.google.common.util.concurrent.AtomicDouble;
import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import kotlin.Pair;
import kotlin.Triple;
import kotlin.Unit;
import kotlin.collections.CollectionsKt;
import kotlin.collections.MapsKt;
import kotlin.ranges.IntRange;
import kotlin.text.Regex;
import org.eclipse.collections.api.factory.Bags;
import org.eclipse.collections.api.factory.BiMaps;
import org.eclipse.collections.api.factory.SortedBags;
import org.eclipse.collections.api.factory.SortedSets;
import org.eclipse.collections.api.factory.Stacks;
import org.eclipse.collections.api.factory.primitive.IntIntMaps;
import org.eclipse.collections.api.factory.primitive.IntLists;
import org.eclipse.collections.api.factory.primitive.IntSets;
import org.eclipse.collections.api.factory.primitive.LongObjectMaps;
import org.eclipse.collections.api.factory.primitive.ObjectDoubleMaps;
import org.eclipse.collections.api.tuple.Twin;
import org.eclipse.collections.impl.list.Interval;
import org.eclipse.collections.impl.tuple.Tuples;

/** Values of Guava, Eclipse Collections, Kotlin and Scala. */
final class CollectionLibraryValues {
    private CollectionLibraryValues() {}

    static List<Rows.Row> all() {
        Rows rows = new Rows("Guava");
        rows.equal(
                ImmutableList.of(),
                ImmutableList.of(1),
                ImmutableList.of(1, 2, 3),
                ImmutableSet.of(),
                ImmutableSet.of(1),
                ImmutableSet.of(2, 1),
                Sets.immutableEnumSet(DayOfWeek.MONDAY),
                ImmutableSortedSet.of(2, 1),
                ImmutableMap.of(),
                ImmutableMap.of("b", 1, "a", 2),
                ImmutableSortedMap.of("b", 1, "a", 2),
                Maps.immutableEnumMap(Map.of(DayOfWeek.MONDAY, 1)),
                ImmutableBiMap.of("a", 1),
                ImmutableMultiset.of("a", "a"),
                ImmutableListMultimap.of("a", 1, "a", 2),
                ImmutableSetMultimap.of("a", 1),
                ImmutableTable.of(1, 2, 3),
                ImmutableRangeSet.of(Range.closed(1, 2)),
                ImmutableRangeMap.of(Range.closed(1, 2), "x"),
                HashMultiset.create(List.of("a", "a")),
                TreeMultiset.create(List.of("b", "a")),
                EnumMultiset.create(List.of(DayOfWeek.MONDAY)),
                ArrayListMultimap.create(ImmutableListMultimap.of("a", 1)),
                HashMultimap.create(ImmutableListMultimap.of("a", 1)),
                LinkedHashMultimap.create(ImmutableListMultimap.of("a", 1)),
                LinkedListMultimap.create(ImmutableListMultimap.of("a", 1)),
                TreeMultimap.create(ImmutableListMultimap.of("a", 1)),
                HashBiMap.create(Map.of("a", 1)),
                HashBasedTable.create(ImmutableTable.of(1, 2, 3)),
                TreeBasedTable.create(),
                ArrayTable.create(List.of(1), List.of(2)),
                Range.open(1, 5),
                Range.atLeast("a"),
                Range.all(),
                ContiguousSet.create(Range.closed(1, 5), DiscreteDomain.integers()),
                Lists.reverse(new ArrayList<>(List.of(1, 2))),
                Lists.partition(new ArrayList<>(List.of(1, 2, 3)), 2),
                Ints.asList(1, 2, 3),
                ImmutableIntArray.of(1, 2),
                com.google.common.base.Optional.of("x"),
                com.google.common.base.Optional.absent(),
                UnsignedLong.MAX_VALUE,
                HashCode.fromInt(5),
                Hashing.sha256().hashInt(5),
                HostAndPort.fromParts("a", 80),
                MediaType.JSON_UTF_8,
                InternetDomainName.from("example.org"),
                Ordering.natural(),
                Ordering.natural().reverse().nullsFirst());
        rows.text("AtomicDouble", () -> new AtomicDouble(-0.5))
                .seen(
                        "EvictingQueue",
                        () -> {
                            EvictingQueue<Integer> queue = EvictingQueue.create(3);
                            queue.add(1);
                            return queue;
                        },
                        each -> List.of(each.remainingCapacity(), List.copyOf(each)))
                .equal("BloomFilter", () -> {
                    BloomFilter<Integer> filter = BloomFilter.create(Funnels.integerFunnel(), 100);
                    filter.put(5);
                    return filter;
                })
                .seen("CharMatcher", () -> CharMatcher.inRange('a', 'c'), each -> each.retainFrom("xaby"))
                .seen("Joiner", () -> Joiner.on(","), each -> each.join(1, 2))
                .refused("Splitter", () -> Splitter.on(','))
                .seen(
                        "MinMaxPriorityQueue",
                        () -> MinMaxPriorityQueue.create(List.of(3, 1)),
                        each -> each.peekFirst() + "" + each.size())
                .refused("Maps.transformValues", () -> Maps.transformValues(Map.of("a", 1), i -> i + 1))
                .seen("Stopwatch", Stopwatch::createUnstarted, Stopwatch::toString);
        eclipse(rows);
        kotlin(rows);
        rows.all().addAll(ScalaValues.all());
        return rows.all();
    }

    private static void eclipse(Rows all) {
        Rows rows = new Rows("Eclipse Collections");
        rows.equal(
                org.eclipse.collections.api.factory.Lists.mutable.of(1, null),
                org.eclipse.collections.api.factory.Lists.immutable.of(1, 2),
                org.eclipse.collections.api.factory.Lists.immutable.empty(),
                org.eclipse.collections.api.factory.Sets.mutable.of(1, 2),
                org.eclipse.collections.api.factory.Sets.immutable.of(1, 2),
                org.eclipse.collections.api.factory.Maps.mutable.of("a", 1),
                org.eclipse.collections.api.factory.Maps.immutable.of("a", 1),
                SortedSets.mutable.of(2, 1),
                Bags.mutable.of("a", "a"),
                Bags.immutable.of("a", "a"),
                SortedBags.mutable.of("b", "a"),
                Stacks.mutable.of(1, 2),
                BiMaps.mutable.of("a", 1),
                IntLists.mutable.of(1, 2),
                IntLists.immutable.of(1, 2),
                IntSets.mutable.of(0, 5),
                IntIntMaps.mutable.of(0, 5),
                LongObjectMaps.mutable.of(7, "a"),
                ObjectDoubleMaps.mutable.empty(),
                Tuples.pair(1, "a"),
                Interval.oneTo(5));
        Twin<String> twin = Tuples.twin("a", "b");
        rows.equal(twin);
        rows.equal("FastListMultimap", () -> {
            var multimap = org.eclipse.collections.impl.multimap.list.FastListMultimap.<String, Integer>newMultimap();
            multimap.put("a", 1);
            return multimap;
        });
        all.all().addAll(rows.all());
    }

    private static void kotlin(Rows all) {
        Rows rows = new Rows("Kotlin");
        rows.same(Unit.INSTANCE)
                .equal(
                        new Pair<>(1, "a"),
                        new Triple<>(1, null, 2.5),
                        new IntRange(1, 5),
                        CollectionsKt.listOf(1, 2),
                        CollectionsKt.emptyList(),
                        MapsKt.emptyMap(),
                        MapsKt.mapOf(new Pair<>("a", 1)),
                        kotlin.collections.SetsKt.emptySet(),
                        new kotlin.collections.ArrayDeque<>(List.of(1, 2)),
                        new kotlin.UInt[0].getClass(),
                        kotlin.DeprecationLevel.ERROR);
        rows.text("Regex", () -> new Regex("a+"))
                .seen(
                        "Result.failure",
                        () -> kotlin.ResultKt.createFailure(new IllegalStateException("x")),
                        String::valueOf)
                .seen("lazy", () -> kotlin.LazyKt.lazyOf("x"), each -> each.getValue());
        all.all().addAll(rows.all());
    }
}
