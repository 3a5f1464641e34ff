package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.internal.objects.Fixture;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Graphs made at random, with shared parts and cycles, come back as they were. */
class GraphPropertyTest {
    static final class Box implements Serializable {
        private static final long serialVersionUID = 1;
        private Object content;
        private Box other;
        private int number;
    }

    enum Colour {
        RED,
        GREEN
    }

    record Pair(Object left, Object right) {}

    @Property(tries = 200)
    void shouldKeepGraphs(@ForAll Random random, @ForAll @IntRange(min = 1, max = 60) int size) {
        try (Fixture fixture = new Fixture()) {
            List<Object> made = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                made.add(any(random, made));
            }
            for (Object each : made) { // cycles, by what can be changed after it was made
                if (each instanceof Box box && random.nextInt(3) == 0) {
                    box.other = boxOf(made, random);
                }
            }
            Object read = fixture.roundTrip(made);
            assertSame(made, read, new IdentityHashMap<>());
        }
    }

    /** Cycles through lists, maps and arrays, some of which contain themselves; nothing made by a constructor alone. */
    @Property(tries = 200)
    void shouldKeepCycles(@ForAll Random random, @ForAll @IntRange(min = 1, max = 40) int size) {
        try (Fixture fixture = new Fixture()) {
            List<Object> made = new ArrayList<>();
            while (made.size() < size) {
                switch (random.nextInt(6)) {
                    case 0 -> made.add(new Object[random.nextInt(4)]);
                    case 1 -> made.add(new ArrayList<>());
                    case 2 -> made.add(new LinkedHashMap<>());
                    case 3 -> made.add(new ArrayDeque<>());
                    case 4 -> made.add(new AtomicReference<>());
                    default -> made.add(new Box());
                }
            }
            made.forEach(each -> fill(each, made, random));
            Object read = fixture.roundTrip(made);
            assertSame(made, read, new IdentityHashMap<>());
        }
    }

    @SuppressWarnings("unchecked")
    private static void fill(Object object, List<Object> made, Random random) {
        if (object instanceof Object[] array) {
            Arrays.setAll(array, i -> pick(random, made));
        } else if (object instanceof List<?> list) {
            ((List<Object>) list).addAll(Arrays.asList(pick(random, made), pick(random, made)));
        } else if (object instanceof Map<?, ?> map) {
            ((Map<Object, Object>) map).put("self", map);
            ((Map<Object, Object>) map).put("k", pick(random, made));
        } else if (object instanceof ArrayDeque<?> deque) {
            ((ArrayDeque<Object>) deque).add(pick(random, made));
        } else if (object instanceof AtomicReference<?> reference) {
            ((AtomicReference<Object>) reference).set(pick(random, made));
        } else if (object instanceof Box box) {
            box.content = pick(random, made);
            box.other = boxOf(made, random);
        }
    }

    private static Box boxOf(List<Object> made, Random random) {
        Object any = made.get(random.nextInt(made.size()));
        return any instanceof Box box ? box : null;
    }

    private static Object any(Random random, List<Object> made) {
        switch (random.nextInt(22)) {
            case 0:
                return random.nextInt();
            case 1:
                return random.nextLong();
            case 2:
                return random.nextDouble();
            case 3:
                return "text " + (char) random.nextInt(0xd800) + random.nextInt();
            case 4:
                return new BigInteger(200, random);
            case 5:
                return new BigDecimal(new BigInteger(70, random), random.nextInt(20));
            case 6:
                return Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
            case 7:
                return new UUID(random.nextLong(), random.nextLong());
            case 8: {
                int[] array = new int[random.nextInt(600)];
                Arrays.setAll(array, i -> random.nextInt());
                return array;
            }
            case 9: {
                Object[] array = new Object[random.nextInt(5)];
                Arrays.setAll(array, i -> pick(random, made));
                return array;
            }
            case 10: {
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    list.add(pick(random, made));
                }
                return list;
            }
            case 11: {
                Map<String, Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    map.put("k" + random.nextInt(100), pick(random, made));
                }
                return map;
            }
            case 12:
                return new Pair(pick(random, made), pick(random, made));
            case 13:
                return Optional.ofNullable(pick(random, made));
            case 15: {
                TreeMap<String, Object> map = new TreeMap<>(String.CASE_INSENSITIVE_ORDER.reversed());
                for (int i = random.nextInt(5); i > 0; i--) {
                    map.put("k" + random.nextInt(100), pick(random, made));
                }
                return map;
            }
            case 16: {
                TreeSet<Integer> set = new TreeSet<>(Comparator.reverseOrder());
                random.ints(5).forEach(set::add);
                return set;
            }
            case 17: {
                double[] array = new double[random.nextInt(300)];
                Arrays.setAll(array, i -> random.nextDouble());
                return array;
            }
            case 18: {
                Set<Object> set = random.nextBoolean() ? new LinkedHashSet<>() : new HashSet<>();
                random.ints(random.nextInt(5)).forEach(set::add);
                return set;
            }
            case 19: {
                long[][] array = new long[random.nextInt(3)][random.nextInt(200)];
                if (array.length > 1) {
                    array[1] = array[0]; // one row twice
                }
                return array;
            }
            case 20: {
                Map<Colour, Object> map = new EnumMap<>(Colour.class);
                map.put(Colour.values()[random.nextInt(2)], pick(random, made));
                return map;
            }
            case 14:
                return List.of(random.nextInt(), "x");
            default: {
                Box box = new Box();
                box.content = pick(random, made);
                box.number = random.nextInt();
                return box;
            }
        }
    }

    private static Object pick(Random random, List<Object> made) {
        return made.isEmpty() ? null : made.get(random.nextInt(made.size()));
    }

    /** The same shape: equal values, and what was one object is one object. */
    private static void assertSame(Object expected, Object read, IdentityHashMap<Object, Object> seen) {
        if (expected == null) {
            assertThat(read).isNull();
            return;
        }
        assertThat(read.getClass()).isEqualTo(expected.getClass());
        if (expected instanceof Number
                || expected instanceof String
                || expected instanceof Instant
                || expected instanceof UUID) {
            assertThat(read).isEqualTo(expected);
            return;
        }
        Object before = seen.putIfAbsent(expected, read);
        if (before != null) {
            if (!(expected instanceof Optional)) {
                assertThat(read).isSameAs(before);
            }
            return;
        }
        if (expected instanceof int[] array) {
            assertThat((int[]) read).isEqualTo(array);
        } else if (expected instanceof double[] array) {
            assertThat((double[]) read).isEqualTo(array);
        } else if (expected instanceof long[] array) {
            assertThat((long[]) read).isEqualTo(array);
        } else if (expected instanceof Enum) {
            assertThat(read).isSameAs(expected);
        } else if (expected instanceof SortedSet<?> set) {
            assertThat(((SortedSet<?>) read).comparator()).isEqualTo(set.comparator());
            assertThat(new ArrayList<Object>((SortedSet<?>) read)).isEqualTo(new ArrayList<Object>(set));
        } else if (expected instanceof Set<?> set) {
            assertThat(read).isEqualTo(set);
            if (set instanceof LinkedHashSet) {
                assertThat(new ArrayList<Object>((Set<?>) read)).isEqualTo(new ArrayList<Object>(set));
            }
        } else if (expected instanceof ArrayDeque<?> deque) {
            assertSame(deque.toArray(), ((ArrayDeque<?>) read).toArray(), seen);
        } else if (expected instanceof AtomicReference<?> reference) {
            assertSame(reference.get(), ((AtomicReference<?>) read).get(), seen);
        } else if (expected instanceof Object[] array) {
            assertThat((Object[]) read).hasSameSizeAs(array);
            for (int i = 0; i < array.length; i++) {
                assertSame(array[i], ((Object[]) read)[i], seen);
            }
        } else if (expected instanceof List<?> list) {
            assertThat((List<?>) read).hasSameSizeAs(list);
            for (int i = 0; i < list.size(); i++) {
                assertSame(list.get(i), ((List<?>) read).get(i), seen);
            }
        } else if (expected instanceof Map<?, ?> map) {
            assertThat(new ArrayList<Object>(((Map<?, ?>) read).keySet()))
                    .isEqualTo(new ArrayList<Object>(map.keySet()));
            map.forEach((key, value) -> assertSame(value, ((Map<?, ?>) read).get(key), seen));
        } else if (expected instanceof Pair pair) {
            assertSame(pair.left(), ((Pair) read).left(), seen);
            assertSame(pair.right(), ((Pair) read).right(), seen);
        } else if (expected instanceof Optional<?> optional) {
            assertSame(optional.orElse(null), ((Optional<?>) read).orElse(null), seen);
        } else {
            Box box = (Box) expected;
            assertThat(((Box) read).number).isEqualTo(box.number);
            assertSame(box.content, ((Box) read).content, seen);
            assertSame(box.other, ((Box) read).other, seen);
        }
    }
}
