package io.atoll.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
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

    private static Box boxOf(List<Object> made, Random random) {
        Object any = made.get(random.nextInt(made.size()));
        return any instanceof Box box ? box : null;
    }

    private static Object any(Random random, List<Object> made) {
        switch (random.nextInt(16)) {
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
